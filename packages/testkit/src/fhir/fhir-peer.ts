import { createCertificateAuthority } from "../certificates/certificate-authority.ts";
import { askOverTls } from "../http/ask-over-tls.ts";
import { startAuthorizationServer, type AuthorizationServer } from "../oauth/authorization-server.ts";
import { startFhirServer, type FhirServer } from "./fhir-server.ts";

/** Whom the authorization server knows: a program, with the right to everything. */
export const fhirClient = { id: "clinic", secret: "client-secret-canary-88" } as const;

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
    clients: [fhirClient],
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
