import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPairSync, sign } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import { signRequest, type SignedRequest } from "@hilum/host";
import { createTempDir, fixturePlugins, type TempDir } from "@hilum/testkit";
import type { RawAnswer, TestClient } from "./test-client.ts";
import type { TestServer } from "./test-server.ts";

export const hookPlugin = { plugin: "com.example.callbacks" };
/** Synthetic, and found nowhere else. */
export const hookSecret = "canary-shared-secret-5d1e";
const vendor = generateKeyPairSync("ed25519");

const hmac = { scheme: "hmac", algorithm: "sha256", header: "x-signature", encoding: "hex", secret: "token" } as const;
export const hookSignatures = {
  plain: { ...hmac, prefix: "sha256=", signed: "body" },
  push: { ...hmac, signed: "timestamp.body", timestampHeader: "x-timestamp" },
  status: { scheme: "twilio", secret: "token" },
  events: { scheme: "standard-webhooks", secret: "standard" },
  signed: { scheme: "ed25519", header: "x-sig", timestampHeader: "x-time", publicKey: "vendorKey", encoding: "base64" },
} as const satisfies Record<string, HookSignature>;
export type HookName = keyof typeof hookSignatures;

/** A plugin with a hook of each scheme; what it gets it answers, unless the body tells it to do worse. */
export const hookManifest = {
  id: hookPlugin.plugin,
  name: "Callbacks",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
  config: {
    type: "object",
    required: [],
    properties: {
      token: { type: "string", title: "Auth token", secret: true },
      standard: { type: "string", title: "Signing secret", secret: true },
      password: { type: "string", title: "Password", secret: true },
      vendorKey: { type: "string", title: "Public key" },
    },
  },
  ingress: {
    http: Object.entries(hookSignatures).map(([id, signature]) => ({
      id,
      title: `Hook ${id}`,
      signature,
      ...(id === "plain" ? { bytesMax: 1000 } : {}),
    })),
  },
};

const code = `
import { notify, speak, wellBehaved, methods } from "./speak.mjs";
let told = {};
const answer = (value) => ({ status: 200, body: { text: JSON.stringify(value), contentType: "application/json" } });
speak({
  ...wellBehaved,
  initialize({ settings, secretsHeld, hooks }) {
    told = { settings, secretsHeld, hooks };
    return { protocol: "1", methods: [...methods, "ingress.handle"] };
  },
  "config.validate": (params) => ({ rows: [{ id: "seen", title: JSON.stringify(params.settings ?? {}).slice(0, 200), status: "passed" }] }),
  "ingress.handle"({ meta, ...params }) {
    const said = params.body.text ?? "";
    if (said.includes("do:crash")) process.exit(3);
    if (said.includes("do:hang")) return new Promise(() => {});
    if (said.includes("do:fail")) throw Object.assign(new Error("canary.person@example.org failed"), { data: { code: "provider.refused", reply: "canary.person@example.org" } });
    if (said.includes("do:lie")) return { status: 302 };
    if (said.includes("do:refuse")) return { status: 422 };
    if (said.includes("do:nothing")) return {};
    if (said.includes("do:xml")) return { status: 201, body: { text: "<Response/>", contentType: "text/xml" } };
    if (said.includes("do:slow")) return new Promise((resolve) => setTimeout(() => resolve(answer({ ...params, ...told })), 400));
    return answer({ ...params, ...told });
  },
});
`;

export function createHookFolder(manifest: object = hookManifest): TempDir {
  const folder = createTempDir("hook-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  writeFileSync(folder.join("main.mjs"), code);
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}

/** Links the plugin, sets its secrets and the vendor's public key, and enables it. */
export async function turnOnHooks(operator: TestClient, folder: TempDir): Promise<void> {
  await operator.ok("linkFolder", { body: { path: folder.path } });
  const vendorKey = vendor.publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const secrets = { token: hookSecret, standard: standardSecret, password: "the-plugin-may-see-this" };
  await operator.ok("saveSettings", { params: hookPlugin, body: { values: { vendorKey }, secrets, revision: 0 } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: hookPlugin, body: {} });
  if (!enabled) throw new Error(`the plugin was not enabled: ${JSON.stringify(gate.rows)}`);
}

const standardSecret = `whsec_${Buffer.from(hookSecret).toString("base64")}`;

export interface Sent {
  /** Text, bytes, or an object that goes as JSON. */
  body?: string | Uint8Array | object;
  contentType?: string;
  headers?: Record<string, string>;
  /** When the vendor signed it. */
  atMs?: number;
  id?: string;
  key?: string;
}

let serial = 0;

/** A request as the vendor of that hook would make it. */
export function signAsVendor(origin: string, hook: HookName, sent: Sent = {}): SignedRequest {
  const { body = { n: ++serial }, contentType = "application/json", headers = {}, atMs = Date.now() } = sent;
  const bytes = Buffer.from(typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body));
  const draft: SignedRequest = {
    origin,
    target: `/hooks/${hookPlugin.plugin}/default/${hook}`,
    headers: { "content-type": contentType, ...headers },
    body: bytes,
  };
  const by = hookSignatures[hook];
  if (by.scheme !== "ed25519") {
    const key = sent.key ?? (by.scheme === "standard-webhooks" ? standardSecret : hookSecret);
    return signRequest(by, key, draft, { atMs, id: sent.id ?? `msg_${++serial}` });
  }
  const time = String(Math.floor(atMs / 1000));
  const signature = sign(null, Buffer.concat([Buffer.from(time), bytes]), vendor.privateKey).toString("base64");
  return { ...draft, headers: { ...draft.headers, "x-sig": signature, "x-time": time } };
}

/** Sends a request that was signed, or one that somebody has tampered with since. */
export function postTo(client: TestClient, { target, headers, body }: SignedRequest): Promise<RawAnswer> {
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return client.send("POST", target, { body, headers: Object.fromEntries(given) as Record<string, string> });
}

export const post = (server: TestServer, request: SignedRequest): Promise<RawAnswer> =>
  postTo(server.nobody(), request);
