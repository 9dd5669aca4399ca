import { readFileSync } from "node:fs";
import { ProviderError } from "@hilum/sdk";
import { createTestHost, type OnFetch, type TestHost } from "@hilum/sdk/testing";
import {
  askTwilio,
  startTwilioServer,
  TwilioUnanswered,
  type TwilioServer,
  type TwilioServerOptions,
} from "@hilum/testkit";
import { createTwilioPlugin } from "../plugin.ts";

export const manifest = readFileSync(new URL("../../hilum.json", import.meta.url), "utf8");

export interface TestAccount {
  twilio: TwilioServer;
  host: TestHost;
  /** Ends both; throws where Twilio's document was broken. */
  close(): Promise<void>;
}

export interface TestAccountOptions {
  settings?: Readonly<Record<string, unknown>>;
  server?: TwilioServerOptions;
  /** Of each request; the declared ones are longer than a test wants to wait. */
  timeoutMs?: number;
}

/** The plugin beside a Twilio, with requests made as the host makes them: signed, over TLS, to what is granted. */
export async function openAccount({
  settings = {},
  server = {},
  timeoutMs = 2_000,
}: TestAccountOptions = {}): Promise<TestAccount> {
  const twilio = await startTwilioServer(server);
  const { sid, authToken, keys, numbers } = twilio.account;
  const [key] = keys;
  const values: Readonly<Record<string, unknown>> = {
    accountSid: sid,
    authToken,
    ...(settings["signIn"] === "key" ? { keySid: key?.sid, keySecret: key?.secret } : {}),
    from: numbers[0]?.number,
    apiHost: "localhost",
    apiPort: twilio.port,
    ...settings,
  };
  const host = await createTestHost(createTwilioPlugin(), {
    manifest,
    settings: values,
    grants: ["net:https://{config.apiHost}:{config.apiPort}"],
    onFetch: forward(twilio, values, timeoutMs),
  });
  return {
    twilio,
    host,
    async close() {
      await host.close();
      await twilio.stop();
    },
  };
}

function forward(twilio: TwilioServer, settings: Readonly<Record<string, unknown>>, timeoutMs: number): OnFetch {
  return async ({ destination, method, path, query, headers, body }) => {
    const [user = "", password = ""] = destination === "key" ? ["keySid", "keySecret"] : ["accountSid", "authToken"];
    const form = body?.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    try {
      return await askTwilio(twilio, {
        ...{ method, path, query, timeoutMs, body: body?.text ?? "" },
        headers: { ...headers, ...form },
        user: String(settings[user]),
        password: String(settings[password]),
      });
    } catch (error) {
      throw error instanceof TwilioUnanswered ? asHostWould(error) : error;
    }
  };
}

/** Before the handshake nothing can have gone out; after it, nobody can tell. */
function asHostWould({ why }: TwilioUnanswered): ProviderError {
  if (why === "certificate") return new ProviderError("provider.certificate", { sent: "no" });
  return new ProviderError(why === "timeout" ? "provider.timeout" : "provider.unreachable", { sent: "maybe" });
}
