import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { CertificateAuthority, CertificateRequest } from "../certificates/certificate-authority.ts";
import { createTempDir, type TempDir } from "../files/temp-dir.ts";
import { fixturePlugins } from "../fixtures/plugins.ts";
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type TokenReader,
} from "./authorization-server.ts";

/** The plugin and its default instance. */
export const sender = { plugin: "com.example.sender" };

/** A plugin that speaks to an HTTPS provider with an OAuth sign-in, as many are built. */
export function senderManifest({ issuer }: { issuer: string }) {
  const scope = `net:https://${new URL(issuer).host}`;
  return {
    id: sender.plugin,
    name: "Example sender",
    version: "1.0.0",
    capabilities: ["send_messages"],
    runtime: { kind: "node", entry: "main.mjs" },
    classification: { phi: "transit" },
    scopes: [{ scope, reason: "Hands messages to the provider." }],
    destinations: [
      {
        id: "api",
        title: "The provider",
        scope,
        requests: [
          { method: "GET", path: "/api/senders" },
          { method: "POST", path: "/api/messages" },
        ],
        auth: { type: "oauth2", step: "sign-in" },
        phi: false,
        timeoutMs: 2000,
      },
    ],
    config: {
      type: "object",
      required: ["clientId", "clientSecret", "tokens", "sender"],
      properties: {
        clientId: { type: "string", title: "Client id" },
        clientSecret: { type: "string", title: "Client secret", secret: true },
        tokens: { type: "string", title: "Sign-in", secret: true, maxLength: 65536 },
        sender: { type: "string", title: "Sender" },
      },
    },
    setup: {
      minutes: 4,
      have: ["An account at the provider"],
      steps: [
        {
          id: "client",
          type: "form",
          title: "Client",
          fields: ["clientId", "clientSecret"],
          help: "The provider shows both under Applications.",
          link: "https://provider.example/applications",
        },
        {
          id: "sign-in",
          type: "oauth2",
          title: "Sign in",
          authorizeUrl: `${issuer}/auth?prompt=consent`,
          tokenUrl: `${issuer}/token`,
          issuer,
          scopes: ["openid", "offline_access", "send"],
          clientId: "clientId",
          clientSecret: "clientSecret",
          into: "tokens",
        },
        { id: "sender", type: "form", title: "Sender", fields: ["sender"], discover: { sender: true }, check: true },
        { id: "try", type: "check", title: "Try it" },
      ],
    },
    smokeTests: [{ id: "reach", title: "Reaches its provider" }],
  };
}

/** The plugin's folder, which the sandbox's own user can read. Remove it after the server has stopped. */
export function createSenderFolder(manifest: object): TempDir {
  const folder = createTempDir("sender-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  copyFileSync(join(fixturePlugins, "sender.mjs"), folder.join("main.mjs"));
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}

/** The provider: an authorization server and an API behind it that can be told how to misbehave. */
export interface SenderProvider extends AuthorizationServer {
  /** What the API answers instead; undefined for what it is asked. */
  behave(how: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** Messages that were really taken. */
  taken: string[];
}

export async function startSenderProvider(
  authority: CertificateAuthority,
  options: Pick<AuthorizationServerOptions, "clients" | "grants" | "accessTokenSeconds" | "host">,
  certificate: Partial<CertificateRequest> = {},
): Promise<SenderProvider> {
  let how: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const taken: string[] = [];
  const json = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const api = async (request: IncomingMessage, response: ServerResponse, tokens: TokenReader): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (how !== undefined) return how(request, response);
    const scopes = await tokens.scopesOf(request.headers.authorization);
    if (scopes === undefined) return json(response, 401, { error: "token unknown" });
    if (!scopes.includes("send")) return json(response, 403, { error: "send is not granted" });
    if (request.method === "GET") return json(response, 200, { senders: ["+15550001111", "+15550002222"] });
    const asked = JSON.parse(body) as { dryRun?: boolean; from?: string };
    if (asked.from !== "+15550001111") return json(response, 200, { error: `sender ${asked.from} is not verified` });
    if (asked.dryRun !== true) taken.push(body);
    json(response, 200, { ok: true });
  };
  const server = await startAuthorizationServer({
    ...options,
    certificate: await authority.issue({
      names: ["localhost", "127.0.0.1"],
      notAfter: new Date(Date.now() + 90 * 86_400_000),
      ...certificate,
    }),
    users: { ana: "the password at the provider" },
    scopes: ["send"],
    api,
  });
  return { ...server, taken, behave: (next) => void (how = next) };
}
