import { fhirClient, type FhirPeer } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";

export const fhirServerPlugin = { plugin: "org.hilum.fhir-server" };
/** As the operations of record stores name it. */
export const fhirStore = { ...fhirServerPlugin, instance: "default" };

/** What the plugin needs to know of the peer, secrets apart. */
const peerSettings = ({ server, authorization }: FhirPeer) => ({
  values: {
    ...{ host: "localhost", port: server.port, basePath: server.basePath, signIn: "client" },
    ...{ tokenHost: "localhost", tokenPort: authorization.port, tokenPath: "token", clientId: fhirClient.id },
  },
  secrets: { clientSecret: fhirClient.secret },
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
