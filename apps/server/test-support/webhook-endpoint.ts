import { createServer, request, type Server } from "node:https";
import { signRequest, verifySignature } from "@hilum/host";
import { createCertificateAuthority } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";
import type { TestServer } from "./test-server.ts";

export const webhookPlugin = { plugin: "org.hilum.webhook-sender" };
const by = { scheme: "standard-webhooks", secret: "s" } as const;
const signingSecret = "whsec_YSBzZWNyZXQgb2YgYm90aCBzaWRlcywgMzIgYnl0ZXM=";
const receiptSecret = "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXMgb3Igc28=";

/** An endpoint of the clinic's own, which checks signatures and calls back with receipts. */
export interface WebhookEndpoint {
  readonly port: number;
  readonly events: readonly { id: string; type: string; data: Record<string, unknown> }[];
  /** Its answer to messages; undefined for its own. */
  answer: { status: number; body: object } | undefined;
  /** What it reports of each message; undefined for nothing. */
  report: { type: string; secret?: string } | undefined;
  /** Statuses with which its receipts were answered. */
  readonly receipts: readonly number[];
  stop(): Promise<void>;
}

export async function startEndpoint(server: TestServer, operator: TestClient): Promise<WebhookEndpoint> {
  const authority = await createCertificateAuthority();
  const { certificate, key } = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  const events: { id: string; type: string; data: Record<string, unknown> }[] = [];
  const receipts: number[] = [];
  const listener: Server = createServer({ cert: certificate, key }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const headers = incoming.headers as Record<string, string>;
      const respond = (status: number, content: object): void =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
      if (!verifySignature(by, signingSecret, { origin: "https://endpoint", target: "/", headers, body }).ok)
        return respond(401, { message: "The signature is wrong" });
      const event = JSON.parse(body.toString("utf8")) as { type: string; data: Record<string, unknown> };
      events.push({ ...event, id: headers["webhook-id"] ?? "" });
      const answer = event.type === "message.send" ? endpoint.answer : undefined;
      respond(answer?.status ?? 202, answer?.body ?? { id: `e-${events.length}` });
      const { report } = endpoint;
      if (event.type === "message.send" && answer === undefined && report !== undefined)
        setTimeout(() => void call(String(event.data["receiptUrl"]), String(event.data["message"]), report), 100);
    });
  });

  async function call(url: string, message: string, report: { type: string; secret?: string }): Promise<void> {
    const text = JSON.stringify({
      type: report.type,
      timestamp: new Date().toISOString(),
      data: { message, reason: "off" },
    });
    const { headers } = signRequest(
      by,
      report.secret ?? receiptSecret,
      { origin: url, target: "/", headers: { "content-type": "application/json" }, body: Buffer.from(text) },
      { atMs: Date.now(), id: `r-${message}` },
    );
    await new Promise<void>((resolve) => {
      const outgoing = request(url, { method: "POST", headers, ca: server.ca }, (answer) => {
        receipts.push(answer.statusCode ?? 0);
        answer.resume().once("end", resolve);
      });
      outgoing.end(text);
    });
  }
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const endpoint: WebhookEndpoint = {
    ...{ port: (listener.address() as { port: number }).port, events, receipts, answer: undefined, report: undefined },
    stop: () => new Promise((resolve) => listener.close(() => resolve())),
  };
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "An endpoint on this machine" }];
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities: [authority.certificate] }, revision },
  });
  return endpoint;
}

/** Adds the plugin with its settings saved, granted, enabled and alone in the route of text messages. */
export async function turnOnWebhookSender(operator: TestClient, { port }: WebhookEndpoint): Promise<void> {
  await operator.ok("addIncludedPlugin", { params: webhookPlugin });
  const values = { host: "127.0.0.1", port, path: "/in", receipts: true };
  const body = { values, secrets: { signingSecret, receiptSecret }, revision: 0 };
  await operator.ok("saveSettings", { params: webhookPlugin, body });
  const { rows } = await operator.ok("getAccess", { params: webhookPlugin });
  const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" as const }));
  await operator.ok("decideAccess", { params: webhookPlugin, body: { decisions } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: webhookPlugin, body: {} });
  if (!enabled) throw new Error(`the webhook sender was not enabled: ${JSON.stringify(gate.rows)}`);
  await operator.ok("setRoute", {
    params: { channel: "sms" },
    body: { to: [{ ...webhookPlugin, instance: "default" }] },
  });
}
