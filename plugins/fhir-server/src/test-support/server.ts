import { readFileSync } from "node:fs";
import { ProviderError } from "@hilum/sdk";
import { createTestHost, type OnFetch, type TestHost } from "@hilum/sdk/testing";
import {
  askOverTls,
  createCertificateAuthority,
  startAuthorizationServer,
  startFhirServer,
  Unanswered,
  type AuthorizationServer,
  type FhirServer,
} from "@hilum/testkit";
import { createFhirServerPlugin } from "../plugin.ts";

export const manifest = readFileSync(new URL("../../hilum.json", import.meta.url), "utf8");
export const clientSecret = "a client secret of tests";

/** The plugin beside a FHIR server that asks for tokens of an authorization server. */
export interface TestServer {
  server: FhirServer;
  authorization: AuthorizationServer;
  host: TestHost;
  /** What the next requests are signed in with instead of a token that holds. */
  signInWith(token: string | undefined): void;
  close(): Promise<void>;
}

export async function openServer(settings: Readonly<Record<string, unknown>> = {}): Promise<TestServer> {
  const authority = await createCertificateAuthority("FHIR test authority");
  const certificate = await authority.issue({
    names: ["localhost", "127.0.0.1"],
    notAfter: new Date(Date.now() + 86_400_000),
  });
  const authorization = await startAuthorizationServer({
    ...{ certificate, users: {}, scopes: ["system/*.cruds", "system/Patient.rs"] },
    clients: [{ id: "clinic", secret: clientSecret }],
    api: async (request, response, tokens) => {
      const scopes = await tokens.scopesOf(request.headers.authorization);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ scopes }));
    },
  });
  const ask = (question: Omit<Parameters<typeof askOverTls>[0], "authority">) =>
    askOverTls({ ...question, authority: authority.certificate });
  const readScopes = async (value: string | undefined): Promise<readonly string[] | undefined> => {
    if (value === undefined) return undefined;
    const { body } = await ask({
      ...{ port: authorization.port, method: "GET", path: "/api/scopes", headers: { authorization: value } },
    });
    return (JSON.parse(body.toString("utf8")) as { scopes?: string[] }).scopes;
  };
  const server = await startFhirServer({ certificate, scopesOf: readScopes });
  const values: Readonly<Record<string, unknown>> = {
    ...{ host: "localhost", port: server.port, basePath: server.basePath, signIn: "client" },
    ...{ tokenHost: "localhost", tokenPort: authorization.port, tokenPath: "token" },
    ...{ clientId: "clinic", clientSecret, scope: "system/*.cruds" },
    ...settings,
  };
  let instead: string | undefined;

  /** As the host gets it: with id and secret, in memory alone. */
  async function token(): Promise<string> {
    if (instead !== undefined) return instead;
    const basic = Buffer.from(`clinic:${encodeURIComponent(clientSecret)}`).toString("base64");
    const { status, body } = await ask({
      ...{ port: authorization.port, method: "POST", path: "/token" },
      headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: String(values["scope"]) }).toString(),
    });
    if (status !== 200) throw new Error(`No token: ${body.toString("utf8")}`);
    return (JSON.parse(body.toString("utf8")) as { access_token: string }).access_token;
  }

  const onFetch: OnFetch = async ({ destination, method, path, query, headers, body }) => {
    const form = body?.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    try {
      return await ask({
        ...{ port: server.port, method, path, query, body: body?.text ?? "" },
        headers: {
          ...headers,
          ...form,
          ...(destination === "none" ? {} : { authorization: `Bearer ${await token()}` }),
        },
      });
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      throw new ProviderError("provider.unreachable", { sent: "maybe" });
    }
  };
  const host = await createTestHost(createFhirServerPlugin(), {
    manifest,
    settings: values,
    grants: ["net:https://{config.host}:{config.port}", "net:https://{config.tokenHost}:{config.tokenPort}"],
    onFetch,
  });
  return {
    ...{ server, authorization, host },
    signInWith: (given) => void (instead = given),
    async close() {
      await host.close();
      await server.close();
      await authorization.close();
    },
  };
}
