import type { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import { isProviderError, ProviderError, type CallContext } from "@hilum/sdk";
import SMTPConnection, { type SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import { explainFailure, type SmtpPhase } from "./explain-failure.ts";
import type { SmtpSettings } from "./settings.ts";

export interface Envelope {
  from: string;
  to: string[];
  /** Estimated size of the message in bytes, for the server's SIZE limit (RFC 1870). */
  size: number;
}

/** One conversation with the mail server. Whatever fails is thrown as a ProviderError. */
export interface SmtpSession {
  /** How it is encrypted, and until when the server's certificate holds. */
  describeEncryption(): string;
  /** Does nothing where the settings say that there is no sign-in. */
  signIn(): Promise<void>;
  /** MAIL FROM and RSET: whether the sender would be accepted. Nothing is sent. */
  offerSender(): Promise<void>;
  /** Hands over one message; resolves when the server has taken responsibility for it (RFC 5321 section 4.2.5). */
  send(envelope: Envelope, message: Readable): Promise<SMTPConnectionSendInfo>;
  close(): void;
}

type Context = Pick<CallContext<SmtpSettings>, "settings" | "connect" | "signal">;
type Done<T> = (error: Error | null, result: T) => void;

/** Encryption that fails before the first word, with the setting in which it is mended. */
function explainEncryption(error: unknown, { ca }: SmtpSettings): unknown {
  if (!isProviderError(error)) return error;
  const { code, data, cause } = error;
  if (code === "provider.certificate") return new ProviderError(code, { ...data, field: ca ? "/ca" : "/host", error });
  const reason = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  if (!/^(?:ERR_SSL|EPROTO)/.test(reason)) return error;
  return new ProviderError("provider.unreachable", {
    cause: "configuration",
    retry: "never",
    field: "/security",
    fix: "The server does not speak TLS on this port. Choose STARTTLS, or the port for TLS.",
    error,
  });
}

/** How long the server may be silent, in milliseconds; the call's deadline may be nearer. */
const silenceMs = 30_000;

/** Connects through the platform's tunnel, waits for the greeting and encrypts as the settings say. */
export async function openSession(context: Context): Promise<SmtpSession> {
  const { settings, connect } = context;
  const implicitTls = settings.security === "tls";
  const socket = await connect({
    host: settings.host,
    port: settings.port,
    ...(implicitTls ? { tls: tlsOptions(settings) } : {}),
  }).catch((error: unknown) => {
    throw explainEncryption(error, settings);
  });
  const connection = new SMTPConnection({
    ...{ host: settings.host, port: settings.port, connection: socket, secure: implicitTls, secured: implicitTls },
    requireTLS: settings.security === "starttls",
    ignoreTLS: settings.security !== "starttls",
    tls: tlsOptions(settings),
    ...{ greetingTimeout: silenceMs, socketTimeout: silenceMs, socketCloseTimeout: 1000 },
    customAuth: { [offerMethod]: ({ sendCommand, reject }) => offer(settings.from, sendCommand, reject) },
    ...(settings.hello === undefined || settings.hello === "" ? {} : { name: settings.hello }),
  });
  const step = createStepper(connection, context);
  await step("greeting", (done) => connection.connect((error) => done(error ?? null, undefined)));
  return {
    describeEncryption: () => describeEncryption(settings, connection),
    async signIn() {
      const { signIn = true, username = "", password = "" } = settings;
      if (signIn)
        await step("sign-in", (done: Done<boolean | undefined>) =>
          connection.login({ user: username, pass: password }, done),
        );
    },
    async offerSender() {
      await step("sender", (done: Done<boolean | undefined>) => connection.login({ method: offerMethod }, done));
    },
    async send(envelope, message) {
      let handedOver = false;
      message.once("end", () => {
        // From here on the closing dot is on its way: the server may have taken the message.
        handedOver = true;
      });
      return await step(
        "message",
        (done: Done<SMTPConnectionSendInfo>) => connection.send(envelope, message, done),
        () => handedOver,
      );
    },
    close: () => connection.close(),
  };
}

/** nodemailer keeps the socket that it encrypted to itself; an own one is told from its settings alone. */
function describeEncryption({ security }: SmtpSettings, connection: SMTPConnection): string {
  const how = security === "starttls" ? "STARTTLS" : "TLS from the start";
  const { _socket: socket } = connection as unknown as { _socket?: unknown };
  if (!(socket instanceof TLSSocket)) return `${how}.`;
  const { valid_to: until } = socket.getPeerCertificate();
  const version = socket.getProtocol()?.replace("TLSv", "TLS ") ?? "";
  return `${how}, ${version}${until === undefined ? "" : `, certificate valid to ${day(new Date(until))}`}.`;
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const day = (date: Date): string => dayFormat.format(date);

function tlsOptions({ host, ca }: SmtpSettings): {
  host: string;
  servername?: string;
  ca?: string;
  minVersion: "TLSv1.2";
} {
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return { host, minVersion: "TLSv1.2", ...named, ...(ca === undefined || ca === "" ? {} : { ca }) };
}

/** nodemailer lets only its custom sign-in methods send commands of one's own, so offering the sender is one. */
const offerMethod = "X-HILUM-OFFER-SENDER";

async function offer(
  from: string,
  sendCommand: (command: string) => Promise<{ status: number }>,
  reject: (error: Error) => void,
): Promise<void> {
  const { status } = await sendCommand(`MAIL FROM:<${from}>`);
  if (status >= 400) return reject(new Error("The sender was refused"));
  await sendCommand("RSET");
}

type Step = <T>(phase: SmtpPhase, run: (done: Done<T>) => void, handedOver?: () => boolean) => Promise<T>;

/** Runs one step to its callback, to the connection's end or to the call's, whichever is first. */
function createStepper(connection: SMTPConnection, { settings, signal }: Context): Step {
  let fail: ((error: unknown) => void) | undefined;
  connection.on("error", (error: unknown) => fail?.(error));
  connection.on("end", () => fail?.(Object.assign(new Error("The connection was closed"), { code: "ECONNECTION" })));

  return async (phase, run, handedOver = () => false) => {
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Parameters<typeof run>[0]>[1]>();
    const abort = (): void => reject(Object.assign(new Error("The call was given up"), { code: "ETIMEDOUT" }));
    fail = reject;
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) abort();
      else run((error, result) => (error === null ? resolve(result) : reject(error)));
      return await promise;
    } catch (error) {
      connection.close();
      throw isProviderError(error) ? error : explainFailure(error, { phase, settings, handedOver: handedOver() });
    } finally {
      fail = undefined;
      signal.removeEventListener("abort", abort);
    }
  };
}
