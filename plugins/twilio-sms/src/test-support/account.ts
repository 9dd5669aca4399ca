import { readFileSync } from "node:fs";
import { request } from "node:https";
import { ProviderError } from "@hilum/sdk";
import { createTestHost, type OnFetch, type TestFetchAnswer, type TestHost } from "@hilum/sdk/testing";
import { startTwilioServer, type TwilioServer, type TwilioServerOptions } from "@hilum/testkit";
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
  return ({ destination, method, path, query, headers, body }) => {
    const [user, password] = destination === "key" ? ["keySid", "keySecret"] : ["accountSid", "authToken"];
    const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
    const search = new URLSearchParams(pairs).toString();
    const { promise, resolve, reject } = Promise.withResolvers<TestFetchAnswer>();
    const fail = (code: "provider.timeout" | "provider.unreachable" | "provider.certificate", sent: "no" | "maybe") =>
      reject(new ProviderError(code, { sent }));
    const outgoing = request(
      {
        host: "localhost",
        port: twilio.port,
        ca: twilio.authority,
        agent: false,
        method,
        path: `${path}${search === "" ? "" : `?${search}`}`,
        auth: `${String(settings[user ?? ""])}:${String(settings[password ?? ""])}`,
        timeout: timeoutMs,
        headers: {
          ...headers,
          ...(body?.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("timeout", () => {
      fail("provider.timeout", "maybe");
      outgoing.destroy();
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "CERT_HAS_EXPIRED" ? fail("provider.certificate", "no") : fail("provider.unreachable", "maybe"),
    );
    outgoing.end(body?.text ?? "");
    return promise;
  };
}
