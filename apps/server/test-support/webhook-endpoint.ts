import { startWebhookEndpoint, type WebhookEndpoint } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";
import type { TestServer } from "./test-server.ts";

export const webhookPlugin = { plugin: "org.hilum.webhook-sender" };

/** An endpoint beside the server, which trusts its authority and may reach its address. */
export async function startEndpoint(server: TestServer, operator: TestClient): Promise<WebhookEndpoint> {
  const endpoint = await startWebhookEndpoint({ ca: server.ca });
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "An endpoint on this machine" }];
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities: [endpoint.authority] }, revision },
  });
  return endpoint;
}

/** Adds the plugin with its settings saved, granted, enabled and alone in the route of text messages. */
export async function turnOnWebhookSender(
  operator: TestClient,
  { port, signingSecret, receiptSecret }: WebhookEndpoint,
): Promise<void> {
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
