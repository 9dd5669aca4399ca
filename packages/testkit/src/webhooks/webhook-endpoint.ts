import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority } from "../certificates/certificate-authority.ts";

/** What both sides know: the one for messages, and the one for receipts. */
const secrets = {
  signingSecret: "whsec_YSBzZWNyZXQgb2YgYm90aCBzaWRlcywgMzIgYnl0ZXM=",
  receiptSecret: "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXMgb3Igc28=",
} as const;
const receiptDelayMs = 100;

/** One event that was signed as it must be. */
export interface WebhookEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** An endpoint of the clinic's own over TLS on loopback. It checks signatures as Standard Webhooks say, and calls back. */
export interface WebhookEndpoint {
  readonly port: number;
  /** PEM of the authority of its certificate. */
  readonly authority: string;
  readonly signingSecret: string;
  readonly receiptSecret: string;
  readonly events: readonly WebhookEvent[];
  /** Its answer to messages; undefined for its own. */
  answer: { status: number; body: object } | undefined;
  /** What it reports of each message; undefined for nothing. */
  report: { type: string; secret?: string } | undefined;
  /** Statuses with which its receipts were answered. */
  readonly receipts: readonly number[];
  stop(): Promise<void>;
}

/** `ca`: PEM of the authority of those whom it calls back. */
export async function startWebhookEndpoint({ ca }: { ca: string }): Promise<WebhookEndpoint> {
  const issuer = await createCertificateAuthority("Webhook endpoint authority");
  const { certificate, key } = await issuer.issue({
    names: ["localhost", "127.0.0.1"],
    notAfter: new Date(Date.now() + 90 * 86_400_000),
  });
  const events: WebhookEvent[] = [];
  const receipts: number[] = [];
  const listener = createServer({ cert: certificate, key }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const respond = (status: number, content: object): void =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
      if (!isSigned(incoming.headers, body)) return respond(401, { message: "The signature is wrong" });
      const event = JSON.parse(body.toString("utf8")) as Omit<WebhookEvent, "id">;
      events.push({ ...event, id: one(incoming.headers["webhook-id"]) });
      const { report, answer } = endpoint;
      if (event.type !== "message.send") return respond(202, { id: `e-${events.length}` });
      respond(answer?.status ?? 202, answer?.body ?? { id: `e-${events.length}` });
      if (answer !== undefined || report === undefined) return;
      const { receiptUrl, message } = event.data;
      setTimeout(() => callBack(String(receiptUrl), String(message), report), receiptDelayMs);
    });
  });

  function callBack(url: string, message: string, { type, secret = secrets.receiptSecret }: NonNullable<Report>): void {
    const text = JSON.stringify({ type, timestamp: new Date().toISOString(), data: { message, reason: "off" } });
    // Not of the message: its id may hold a full stop, and that of a webhook must not.
    const id = `r-${randomUUID()}`;
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      ...{ "content-type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp },
      "webhook-signature": `v1,${sign(secret, id, timestamp, Buffer.from(text)).toString("base64")}`,
    };
    request(url, { method: "POST", headers, ca }, (answer) => {
      receipts.push(answer.statusCode ?? 0);
      answer.resume();
    }).end(text);
  }

  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const endpoint: WebhookEndpoint = {
    ...{ port: (listener.address() as AddressInfo).port, authority: issuer.certificate, ...secrets },
    ...{ events, receipts, answer: undefined, report: undefined },
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return endpoint;
}

type Report = WebhookEndpoint["report"];

const one = (header: string | string[] | undefined): string => String(header ?? "");

function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const expected = sign(secrets.signingSecret, one(headers["webhook-id"]), one(headers["webhook-timestamp"]), body);
  return one(headers["webhook-signature"])
    .split(" ")
    .map((part) => Buffer.from(part.replace(/^v1,/, ""), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body. */
function sign(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
}
