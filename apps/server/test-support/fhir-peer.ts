import {
  askOverTls,
  createCertificateAuthority,
  startAuthorizationServer,
  startFhirServer,
  type AuthorizationServer,
  type FhirServer,
} from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";

export const fhirServerPlugin = { plugin: "org.hilum.fhir-server" };
/** As the operations of record stores name it. */
export const fhirStore = { ...fhirServerPlugin, instance: "default" };
const clientSecret = "client-secret-canary-88";

/** A FHIR server that asks for tokens, and the authorization server that gives them. */
export interface FhirPeer {
  server: FhirServer;
  authorization: AuthorizationServer;
  /** PEM of the authority of both. */
  authority: string;
  close(): Promise<void>;
}

export async function startFhirPeer({ accessTokenSeconds = 3600 } = {}): Promise<FhirPeer> {
  const authority = await createCertificateAuthority("FHIR peer authority");
  const certificate = await authority.issue({
    names: ["localhost", "127.0.0.1"],
    notAfter: new Date(Date.now() + 90 * 86_400_000),
  });
  const authorization = await startAuthorizationServer({
    ...{ certificate, accessTokenSeconds, users: {}, scopes: ["system/*.cruds"] },
    clients: [{ id: "clinic", secret: clientSecret }],
    api: async (request, response, tokens) => {
      const scopes = await tokens.scopesOf(request.headers.authorization);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ scopes }));
    },
  });
  const server = await startFhirServer({
    certificate,
    async scopesOf(value) {
      if (value === undefined) return undefined;
      const { body } = await askOverTls({
        ...{ port: authorization.port, authority: authority.certificate, method: "GET", path: "/api/scopes" },
        headers: { authorization: value },
      });
      return (JSON.parse(body.toString("utf8")) as { scopes?: string[] }).scopes;
    },
  });
  return {
    ...{ server, authorization, authority: authority.certificate },
    async close() {
      await server.close();
      await authorization.close();
    },
  };
}

/** What the plugin needs to know of the peer, secrets apart. */
export const peerSettings = ({ server, authorization }: FhirPeer) => ({
  values: {
    ...{ host: "localhost", port: server.port, basePath: server.basePath, signIn: "client" },
    ...{ tokenHost: "localhost", tokenPort: authorization.port, tokenPath: "token", clientId: "clinic" },
  },
  secrets: { clientSecret },
});

/** Opens the way to the peer, and adds the plugin with its settings saved, granted and enabled. */
export async function turnOnFhirServer(operator: TestClient, peer: FhirPeer): Promise<void> {
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = ["127.0.0.0/8", "::1/128"].map((cidr) => ({ cidr, reason: "The FHIR server on this machine" }));
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities: [peer.authority] }, revision },
  });
  await operator.ok("addIncludedPlugin", { params: fhirServerPlugin });
  await operator.ok("saveSettings", { params: fhirServerPlugin, body: { ...peerSettings(peer), revision: 0 } });
  const { rows } = await operator.ok("getAccess", { params: fhirServerPlugin });
  const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" as const }));
  await operator.ok("decideAccess", { params: fhirServerPlugin, body: { decisions } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: fhirServerPlugin, body: {} });
  if (!enabled) throw new Error(`The FHIR server was not enabled: ${JSON.stringify(gate.rows)}`);
}
