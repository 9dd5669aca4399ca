// The package brings no types; a project that imports this file must find ours.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./oidc-provider.d.ts" />
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Provider } from "oidc-provider";
import type { IssuedCertificate } from "../certificates/certificate-authority.ts";
import { signInPage } from "./sign-in-page.ts";

export interface OAuthClient {
  id: string;
  /** A public client has none. */
  secret?: string;
  /** Where people sign in. A client without it gets tokens for itself (RFC 6749 section 4.4). */
  redirectUri?: string;
}

export interface AuthorizationServerOptions {
  /** For its host. */
  certificate: IssuedCertificate;
  /** `localhost` unless said otherwise; `127.0.0.1` is another site to a browser than a server at `localhost`. */
  host?: "localhost" | "127.0.0.1";
  clients: readonly OAuthClient[];
  /** User names and their passwords. */
  users: Readonly<Record<string, string>>;
  /** Scopes it knows beside `openid` and `offline_access`. */
  scopes?: readonly string[];
  /** Of those asked for, the ones that are granted; all by default. */
  grants?(scope: string): boolean;
  accessTokenSeconds?: number;
  /** Answers everything that is no part of OAuth: the provider's own API. */
  api?(request: IncomingMessage, response: ServerResponse, tokens: TokenReader): Promise<void> | void;
}

export interface TokenReader {
  /** Scopes of a valid access token; undefined for any other. */
  scopesOf(authorization: string | undefined): Promise<readonly string[] | undefined>;
}

/** A real authorization server (OAuth 2.1 with PKCE, RFC 9207) on a loopback port, with a page on which people sign in. */
export interface AuthorizationServer {
  issuer: string;
  authorizeUrl: string;
  tokenUrl: string;
  port: number;
  /** Requests to the token endpoint: grant types, in order. */
  exchanges: { grantType: string; status: number }[];
  /** What the next answers of the token endpoint are instead; taken from the front. */
  tamper: ((response: ServerResponse) => void)[];
  /** Makes a refresh token worthless, as an administrator at the provider does. */
  revoke(refreshToken: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts an authorization server on a free loopback port. */
export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { certificate, key } = options.certificate;
  const server = createServer({ cert: certificate, key });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("error", () => undefined).once("close", () => sockets.delete(socket)));
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `https://${options.host ?? "localhost"}:${port}`;
  const provider = await createProvider(issuer, options);
  const made: AuthorizationServer = {
    ...{ issuer, port, exchanges: [], tamper: [] },
    authorizeUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    revoke: async (token) => await (await provider.RefreshToken.find(token))?.destroy(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const page = signInPage(provider, options);
  const oauth = provider.callback();
  const tokens = readTokens(provider);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? "/", issuer).pathname;
    if (path.startsWith("/interaction/")) return void page(request, response);
    if (path.startsWith("/api/") && options.api !== undefined)
      return void Promise.resolve(options.api(request, response, tokens)).catch(() => response.destroy());
    if (path === "/token") watchExchange(made, request, response);
    const tampering = path === "/token" ? made.tamper.shift() : undefined;
    return tampering === undefined ? oauth(request, response) : tampering(response);
  });
  return made;
}

function watchExchange({ exchanges }: AuthorizationServer, request: IncomingMessage, response: ServerResponse): void {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  response.once("finish", () =>
    exchanges.push({ grantType: new URLSearchParams(body).get("grant_type") ?? "", status: response.statusCode }),
  );
}

function readTokens(provider: Provider): TokenReader {
  return {
    async scopesOf(authorization) {
      const value = /^Bearer ([\x21-\x7e]+)$/.exec(authorization ?? "")?.[1];
      const token =
        value === undefined
          ? undefined
          : ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value)));
      return token === undefined || token.isExpired ? undefined : (token.scope ?? "").split(" ");
    },
  };
}

/** Loaded when it is asked for: few tests need it, and it is large. */
async function createProvider(issuer: string, options: AuthorizationServerOptions): Promise<Provider> {
  const { Provider } = await import("oidc-provider");
  const { clients, scopes = [], accessTokenSeconds = 3600 } = options;
  return new Provider(issuer, {
    clients: clients.map(({ id, secret, redirectUri }) => ({
      client_id: id,
      ...(redirectUri === undefined
        ? { redirect_uris: [], grant_types: ["client_credentials"], response_types: [], scope: scopes.join(" ") }
        : {
            redirect_uris: [redirectUri],
            grant_types: ["authorization_code", "refresh_token"],
            response_types: ["code"],
          }),
      token_endpoint_auth_method: secret === undefined ? "none" : "client_secret_basic",
      ...(secret === undefined ? {} : { client_secret: secret }),
    })),
    scopes: ["openid", "offline_access", ...scopes],
    cookies: { keys: ["a key of tests"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      RefreshToken: 86_400,
      IdToken: 3600,
      Grant: 86_400,
      Interaction: 3600,
      Session: 86_400,
    },
    renderError: (context: { type: string; body: unknown }, out: { error: string }) => {
      context.type = "html";
      context.body = `<!doctype html><html lang="en"><title>Refused</title><h1>Refused: ${out.error}</h1></html>`;
    },
  });
}
