import { sms } from "@hilum/contract/fhir";
import { startTwilioServer, type TwilioServer, type TwilioServerOptions } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";
import type { TestServer } from "./test-server.ts";

export const twilioPlugin = { plugin: "org.hilum.twilio-sms" };

/** A body of `sendMessage`: a text to a synthetic person. */
export function someText({ to = "+15005550100", text = "Your visit is tomorrow at nine." } = {}) {
  return { ...sms({ to, text }), resourceType: "Communication" as const };
}

/** A Twilio that this server's plugins may reach and trust, and that can call its webhooks. */
export async function startTwilio(
  server: TestServer,
  operator: TestClient,
  options: TwilioServerOptions = {},
): Promise<TwilioServer> {
  const twilio = await startTwilioServer(options);
  twilio.reach({ ca: server.ca });
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "Twilio on this machine" }];
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities: [twilio.authority] }, revision },
  });
  return twilio;
}

/** What the plugin needs to know of the account, secrets apart. */
export const accountOf = ({ port, account }: TwilioServer) => ({
  values: { accountSid: account.sid, from: account.numbers[0]?.number, apiHost: "127.0.0.1", apiPort: port },
  secrets: { authToken: account.authToken },
});

/** Adds the plugin with its settings saved, granted, enabled and alone in the route of text messages. */
export async function turnOnTwilio(operator: TestClient, twilio: TwilioServer): Promise<void> {
  await operator.ok("addIncludedPlugin", { params: twilioPlugin });
  await operator.ok("saveSettings", { params: twilioPlugin, body: { ...accountOf(twilio), revision: 0 } });
  const { rows } = await operator.ok("getAccess", { params: twilioPlugin });
  const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" as const }));
  await operator.ok("decideAccess", { params: twilioPlugin, body: { decisions } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: twilioPlugin, body: {} });
  if (!enabled) throw new Error(`Twilio was not enabled: ${JSON.stringify(gate.rows)}`);
  await operator.ok("setRoute", {
    params: { channel: "sms" },
    body: { to: [{ ...twilioPlugin, instance: "default" }] },
  });
}
