import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { certificateFault } from "@hilum/contract";
import { ProviderError, type ProviderErrorOptions } from "../provider-error.ts";

export interface ConnectOptions {
  host: string;
  port: number;
  /** `true`, or options of `tls.connect`: the handshake is done when the promise resolves. */
  tls?: boolean | ConnectionOptions;
  signal?: AbortSignal;
}

/** Opens a connection to a granted destination. The socket is connected when it is handed over. */
export type Connect = (options: ConnectOptions) => Promise<Socket>;

export type EgressFailure = "not_granted" | "unreachable" | "busy" | "certificate" | "no_tunnel";

/** Why there is no connection: the platform did not allow it, or the destination did not take it. */
export class EgressError extends ProviderError {
  readonly reason: EgressFailure;
  constructor(reason: EgressFailure, options: ProviderErrorOptions = {}) {
    super(reason === "certificate" ? "provider.certificate" : "provider.unreachable", {
      ...defaults[reason],
      ...options,
    });
    this.name = "EgressError";
    this.reason = reason;
  }
}

const defaults: Readonly<Record<EgressFailure, ProviderErrorOptions>> = {
  not_granted: {
    cause: "configuration",
    retry: "never",
    fix: "Open Access on the plugin's page and grant this destination; private addresses also need the administrator's list of own networks.",
  },
  unreachable: { cause: "network", retry: "later" },
  busy: { cause: "network", retry: "later", fix: "Wait a moment: the plugin has as many connections open as it may." },
  certificate: { cause: "certificate", retry: "never" },
  no_tunnel: {
    cause: "configuration",
    retry: "never",
    fix: "Ask for the destination in the manifest's scopes, as net:tcp://host:port, and grant it under Access.",
  },
};

/**
 * Connects through the platform's tunnel: HTTP CONNECT (RFC 9110 section 9.3.6) on the Unix socket that the host put
 * into the sandbox. The host decides by the plugin's grants and chooses the address.
 */
export function createTunnelConnect(socketPath: string | undefined): Connect {
  return async (options) => {
    if (socketPath === undefined) throw new EgressError("no_tunnel");
    const socket = await openTunnel(socketPath, options);
    return await secure(socket, options);
  };
}

/** Connects directly: for a remote plugin, whose network is its own host's. */
export function createDirectConnect(): Connect {
  return async (options) => {
    const socket = connectSocket({ host: options.host, port: options.port, noDelay: true });
    await until(socket, "connect", options.signal);
    return await secure(socket, options);
  };
}

async function openTunnel(path: string, { host, port, signal }: ConnectOptions): Promise<Socket> {
  const authority = `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
  if (!/^[\x21-\x7e]+$/.test(authority)) throw new EgressError("not_granted", { fix: "Write the host in ASCII." });
  const socket = connectSocket({ path });
  await until(socket, "connect", signal);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const { status, reason, body } = await readHead(socket, signal);
  if (status === 200) return socket;
  socket.destroy();
  throw refusal(status, reason, body);
}

/** Resolves at `event`; a socket that fails before it is no connection. */
async function until(
  socket: Socket,
  event: "connect" | "secureConnect",
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal?.reason);
  const fail = (error?: Error): void => reject(error ?? new Error("The connection was closed"));
  socket.once(event, resolve).once("error", fail).once("close", fail);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    await promise;
  } catch (error) {
    socket.on("error", () => undefined).destroy();
    if (signal?.aborted === true) throw signal.reason;
    throw event === "connect" ? new EgressError("unreachable", { error }) : tlsFailure(error);
  } finally {
    socket.off(event, resolve).off("error", fail).off("close", fail);
    signal?.removeEventListener("abort", abort);
  }
}

interface Head {
  status: number;
  reason: string;
  body: Record<string, unknown>;
}

const headBytesMax = 16_384;

/** Reads the answer to CONNECT and puts back what already belongs to the tunnel. */
function readHead(socket: Socket, signal: AbortSignal | undefined): Promise<Head> {
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  let held = Buffer.alloc(0);
  const fail = (error?: unknown): void => {
    release();
    reject(signal?.aborted === true ? signal.reason : new EgressError("unreachable", { error }));
  };
  const onReadable = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null)
      held = Buffer.concat([held, chunk]);
    const head = parseHead(held, false);
    if (head !== undefined) accept(head);
    else if (held.length > headBytesMax) fail();
  };
  const onEnd = (): void => {
    const head = parseHead(held, true);
    if (head === undefined) fail();
    else accept(head);
  };
  const abort = (): void => fail();
  const accept = (head: Head & { rest: Buffer }): void => {
    // Before the bytes are put back: to put them back is to be told of them again.
    release();
    if (head.status === 200 && head.rest.length > 0) socket.unshift(head.rest);
    resolve(head);
  };
  const release = (): void => {
    socket.off("readable", onReadable).off("error", fail).off("close", fail).off("end", onEnd);
    signal?.removeEventListener("abort", abort);
  };
  socket.on("readable", onReadable).on("error", fail).on("close", fail).on("end", onEnd);
  signal?.addEventListener("abort", abort, { once: true });
  return promise;
}

/** Undefined until the head is whole and, for a refusal, its body too. */
function parseHead(bytes: Buffer, ended: boolean): (Head & { rest: Buffer }) | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  const line = /^HTTP\/1\.[01] (\d{3}) ?([^\r]*)/.exec(bytes.toString("latin1"));
  if (end === -1 || line === null) return undefined;
  const status = Number(line[1]);
  const rest = bytes.subarray(end + 4);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1] ?? 0);
  if (status !== 200 && rest.length < length && !ended) return undefined;
  return { status, reason: line[2] ?? "", rest, body: status === 200 ? {} : parseBody(rest) };
}

function parseBody(bytes: Buffer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

function refusal(status: number, reason: string, { code = reason, fix }: Record<string, unknown>): EgressError {
  const mend = typeof fix === "string" ? { fix } : {};
  if (status === 429 || code === "lane.full") return new EgressError("busy");
  if (status === 403 || status === 400 || status === 422) return new EgressError("not_granted", mend);
  return new EgressError("unreachable", mend);
}

async function secure(socket: Socket, { host, tls, signal }: ConnectOptions): Promise<Socket> {
  if (tls === undefined || tls === false) return socket;
  // A server name is a DNS name; for an address the certificate is checked against the address (RFC 6066 section 3).
  const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  const secured = connectTls({ host, ...name, ...(tls === true ? {} : tls), socket });
  await until(secured, "secureConnect", signal);
  return secured;
}

/** True for an error of the certificate check, by Node's and OpenSSL's codes. */
export function isCertificateError(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return certificateFault(String(error.code)) !== undefined;
}

function tlsFailure(error: unknown): EgressError {
  if (isCertificateError(error))
    return new EgressError("certificate", { error, reply: String((error as { code: string }).code) });
  return new EgressError("unreachable", { error, fix: "Check that the port speaks TLS from the first byte." });
}
