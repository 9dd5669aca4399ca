import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import {
  createTempDir,
  fixturePlugins,
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type CertificateAuthority,
  type CertificateRequest,
  type TempDir,
  type TokenReader,
} from "@hilum/testkit";

export const sender = { plugin: "com.example.sender" };

/** A plugin that speaks to an HTTPS provider with an OAuth sign-in, as many are built. */
export function senderManifest({ port, issuer }: { port: number; issuer: string }) {
  const scope = `net:https://localhost:${port}`;
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

const code = `
import { ask, methods, speak, wellBehaved } from "./speak.mjs";
let held = [];
let seen = {};
const causes = { "provider.timeout": "timeout", "provider.unreachable": "network", "provider.redirected": "configuration", "provider.certificate": "certificate" };
const failed = (more) => Object.assign(new Error("failed"), { data: { sent: "no", retry: "never", ...more } });
const api = async (method, path, body, call) => {
  const answer = await ask("http.fetch", { destination: "api", method, path, call, ...(body === undefined ? {} : { body }) });
  if (answer.error !== undefined) {
    const { code = "plugin.failed", detail, fix } = answer.error.data ?? {};
    throw failed({ code, cause: causes[code] ?? "other", fix, reply: detail });
  }
  const { status, body: got, headers } = answer.result;
  const text = got.text ?? "";
  if (status === 401) throw failed({ code: "provider.bad_credentials", cause: "wrong_credential", fix: "Sign in again.", reply: text });
  if (status === 403) throw failed({ code: "provider.refused", cause: "wrong_credential", field: "/clientId", fix: "Allow sending for this client at the provider.", reply: text });
  if (status === 429) throw failed({ code: "provider.quota", cause: "quota", fix: "Wait, or raise the quota.", reply: text });
  if (!/json/.test(headers["content-type"] ?? "")) throw failed({ code: "provider.refused", cause: "other", fix: "Check the address.", reply: "HTTP " + status + ", not JSON: " + text.slice(0, 200) });
  const said = JSON.parse(text);
  if (status >= 400 || said.error !== undefined) throw failed({ code: "provider.sender", cause: "sender_not_verified", field: "/sender", fix: "Verify the sender at the provider.", reply: said.error ?? text });
  return said;
};
const row = (id, title, more = {}) => ({ id, title, status: "passed", ...more });
const attempt = async (id, title, work) => {
  try {
    return row(id, title, { detail: await work() });
  } catch (error) {
    if (error.data === undefined) throw error;
    const { cause, fix, field, reply, code } = error.data;
    return row(id, title, { status: "failed", detail: "The provider did not take it: " + code, reply, ...(cause ? { cause } : {}), ...(fix ? { fix } : {}), ...(field ? { field } : {}) });
  }
};
const account = (call) => attempt("account", "The account is known", async () => (await api("GET", "/api/senders", undefined, call)).senders.length + " senders.");
const dryRun = (call) => attempt("dry-run", "A message would be taken", async () => {
  await api("POST", "/api/messages", { text: JSON.stringify({ dryRun: true, from: seen.sender }) }, call);
  return "Nothing was sent.";
});
const check = async ({ meta }) => {
  const rows = [await account(meta.call)];
  return { rows: rows.some(({ status }) => status === "failed") ? rows : [...rows, await dryRun(meta.call)] };
};
speak({
  ...wellBehaved,
  initialize({ settings, secretsHeld }) {
    seen = settings;
    held = secretsHeld;
    return { ...wellBehaved.initialize(), methods: [...methods, "setup.discover"] };
  },
  "setup.check": (params) => ((seen = { ...seen, ...params.settings }), check(params)),
  "smoke.run": check,
  "health.check": async (params) => { const { rows } = await check(params); return { state: rows.some(({ status }) => status === "failed") ? "failing" : "healthy", rows }; },
  "setup.discover": async ({ meta, field }) => ({ options: (await api("GET", "/api/senders", undefined, meta.call)).senders.map((value) => ({ value, title: field + " " + value })) }),
  "config.validate": () => ({ rows: [row("held", "Holds " + held.join() + " and sees " + Object.keys(seen).join())] }),
});
`;

/** The plugin's folder, which the sandbox's own user can read. Remove it after the server has stopped. */
export function createSenderFolder(manifest: object): TempDir {
  const folder = createTempDir("sender-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  writeFileSync(folder.join("main.mjs"), code);
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
  options: Pick<AuthorizationServerOptions, "clients" | "grants" | "accessTokenSeconds">,
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
