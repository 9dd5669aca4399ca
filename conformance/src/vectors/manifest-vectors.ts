import {
  heldSecrets,
  parseManifest,
  validateSettings,
  visible,
  withDefaults,
  withoutHeld,
  type Manifest,
} from "@hilum/contract";
import { readFileSync } from "node:fs";
import { mutate, mutationsOf, type Mutation } from "./mutations.ts";
import type { VectorFile } from "./vector-file.ts";

const read = (path: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../../${path}/hilum.json`, import.meta.url), "utf8")) as Manifest;

/** Every field that a manifest may have, where the plugins of this repository leave one out. */
const full: Record<string, unknown> = {
  ...{
    id: "com.example.full",
    name: "Full",
    capabilities: ["send_messages"],
    version: "1.2.3-rc.1+b",
    publisher: "Example",
  },
  ...{ homepage: "https://example.org/", icon: "art/icon.svg", license: "MIT OR Apache-2.0" },
  runtime: { kind: "python", entry: "dist/main.py" },
  scopes: [
    { scope: "net:https://{config.host}:443", reason: "Calls the provider." },
    { scope: "net:https://login.example.org:443", reason: "Signs in." },
    { scope: "system/DocumentReference.rs?category=imaging", reason: "Reads pictures." },
  ],
  destinations: [
    {
      ...{ id: "api", title: "API", scope: "net:https://{config.host}:443", headers: ["prefer"], phi: true },
      requests: [{ method: "POST", path: "/v1/{account}/messages" }],
      auth: { type: "header", name: "x-api-key", value: "key" },
    },
    {
      ...{ id: "signed-in", title: "API, signed in", scope: "net:https://{config.host}:443" },
      ...{ requests: [{ method: "GET", path: "/me" }], auth: { type: "oauth2", step: "sign-in" } },
    },
    {
      ...{ id: "client", title: "API, as a program", scope: "net:https://{config.host}:443" },
      requests: [{ method: "GET", path: "/records" }],
      auth: {
        ...{ type: "client_credentials", tokenUrl: "https://login.example.org/{+config.client}" },
        ...{ clientId: "client", clientSecret: "clientSecret", scope: "client" },
      },
    },
  ],
  config: {
    type: "object",
    required: ["host", "key"],
    properties: {
      host: { type: "string", format: "hostname", default: "api.example.org" },
      key: { type: "string", secret: true, minLength: 8, maxLength: 64 },
      hookSecret: { type: "string", secret: true },
      publicKey: { type: "string" },
      client: { type: "string" },
      clientSecret: { type: "string", secret: true },
      tokens: { type: "string", secret: true },
      mode: { type: "string", enum: ["a", "b"], enumTitles: ["A", "B"], default: "a" },
      code: { type: "string", pattern: "^[A-Z]{2}\\d{3}$", when: { setting: "mode", in: ["b"] } },
      tries: { type: "integer", minimum: 1, maximum: 9, default: 3 },
      ratio: { type: "number", minimum: 0, maximum: 1 },
      loud: { type: "boolean", default: false },
      note: { type: "string", multiline: true },
      nets: { type: "array", items: { type: "string", format: "cidr" }, maxItems: 3, default: ["10.0.0.0/8"] },
      mail: { type: "string", format: "email" },
      page: { type: "string", format: "uri" },
    },
  },
  setup: {
    ...{ minutes: 5, have: ["A key"] },
    steps: [
      { id: "how", type: "menu", title: "How", options: [{ id: "a", title: "A", set: { mode: "a" } }] },
      { id: "account", type: "form", title: "Account", fields: ["host", "key"], discover: { host: true }, check: true },
      {
        ...{
          id: "sign-in",
          type: "oauth2",
          title: "Sign in",
          authorizeUrl: "https://login.example.org/{config.client}/auth",
        },
        ...{ tokenUrl: "https://login.example.org/token", issuer: "https://login.example.org", scopes: ["send"] },
        ...{ clientId: "client", clientSecret: "clientSecret", into: "tokens" },
      },
      { id: "try", type: "check", title: "Try", waitsForHook: "events", when: { setting: "mode", in: ["a"] } },
      { id: "live", type: "test", title: "Live", link: "https://example.org/help" },
    ],
  },
  health: { intervalSeconds: 60 },
  smokeTests: [
    { id: "quick", title: "Quick" },
    { id: "live", title: "Live", live: true },
  ],
  ingress: {
    http: [
      {
        ...{ id: "events", title: "Events", replaySeconds: 60, bytesMax: 1000, phi: true },
        ...{ signature: { scheme: "standard-webhooks", secret: "hookSecret" } },
        sample: { contentType: "application/json", text: "{}" },
      },
      {
        ...{ id: "signed", title: "Signed" },
        signature: {
          ...{ scheme: "hmac", algorithm: "sha256", header: "x-signature", encoding: "hex", secret: "hookSecret" },
          ...{ signed: "timestamp.body", timestampHeader: "x-timestamp" },
        },
      },
      {
        ...{ id: "keyed", title: "Keyed" },
        signature: {
          ...{ scheme: "ed25519", header: "x-signature", timestampHeader: "x-timestamp", publicKey: "publicKey" },
          encoding: "base64",
        },
      },
    ],
  },
  ui: {
    settings: { entry: "ui/settings.js" },
    pages: [{ path: "map", title: "Map", icon: "map", entry: "ui/map.mjs" }],
  },
  ...{ requires: { hilum: ">=0.1.0" }, resources: { memoryMb: 64, cpu: 0.5, pids: 16, concurrency: 4 } },
};

const bases: Readonly<Record<string, unknown>> = {
  smallest: { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] },
  store: {
    ...{ id: "com.example.store", name: "Store", capabilities: ["store_records"] },
    storage: { browser: { title: "Archive", types: ["DocumentReference", "Binary"] } },
  },
  full,
  smtp: read("plugins/smtp"),
  "twilio-sms": read("plugins/twilio-sms"),
  "own-pages": read("examples/own-pages"),
};

/** Changes that the mutations do not hit upon. */
const chosen: readonly [base: string, mutation: Mutation][] = [
  ...[
    "COM.example",
    "com",
    "com.exämple",
    "localhost.app",
    "org.hilum.x",
    "c.example",
    "com.-x",
    `com.${"a".repeat(64)}`,
  ].map((put): [string, Mutation] => ["smallest", { at: "/id", put }]),
  ...["Pаypal", "Ηealth Inc", "Ｔwilio", "Почта России", "Ελλάδα Health", " Blank", "Blank "].map(
    (put): [string, Mutation] => ["smallest", { at: "/name", put }],
  ),
  ...[
    "javascript:alert(1)",
    "http://example.org",
    "https://",
    "https://user:pw@example.org/",
    "https://example.org:99999/",
  ].map((put): [string, Mutation] => ["full", { at: "/homepage", put }]),
  ...["(?=a)", "(a)\\1", "[a-", "^a{1001}$", "^[A-Z]+$", "a|b", "\\d+\\.\\w*", "(?:a|b)?", "x++"].map(
    (put): [string, Mutation] => ["full", { at: "/config/properties/code/pattern", put }],
  ),
  ["full", { at: "/config/properties/key/default", put: "everybody" }],
  ["full", { at: "/config/properties/tries/default", put: 10 }],
  ["full", { at: "/config/properties/mode/default", put: "c" }],
  ["full", { at: "/config/properties/code/when/setting", put: "code" }],
  ["full", { at: "/config/properties/code/when/setting", put: "key" }],
  ["full", { at: "/config/required", put: ["absent"] }],
  ["full", { at: "/classification", put: { phi: "none" } }],
  ["full", { at: "/scopes/1/scope", put: "net:https://{config.host}:443" }],
  ["full", { at: "/scopes/1/scope", put: "net:tcp://{config.key}:443" }],
  ["full", { at: "/destinations/0/headers", put: ["authorization", "accept", "x-api-key"] }],
  ["full", { at: "/destinations/0/auth/name", put: "host" }],
  ["full", { at: "/destinations/0/requests/0/path", put: "/v1/../x" }],
  ["full", { at: "/setup/steps/1/fields", put: ["tokens", "host"] }],
  ["full", { at: "/setup/steps/2/authorizeUrl", put: "https://login.example.org/auth?state=1" }],
  ["full", { at: "/setup/steps/2/tokenUrl", put: "https://other.example.org/token" }],
  ["full", { at: "/ingress/http/1/signature/signed", put: "body" }],
  ["full", { at: "/ingress/http/1/signature/header", put: "x-timestamp" }],
  ["full", { at: "/ingress/http/1/signature/header", put: "host" }],
  ["full", { at: "/ui/settings/entry", put: "ui/settings.css" }],
  ["full", { at: "/runtime", put: { kind: "remote" } }],
  ["full", { at: "/storage", put: {} }],
];

const outcomeOf = (manifest: unknown): object => {
  const parsed = parseManifest(manifest);
  if (parsed.ok) return { ok: true };
  // What RE2's own reader says of a pattern is its alone.
  const problems = parsed.problems.map((problem) => ({
    ...problem,
    message: problem.message.replace(/^(the pattern is not RE2: ).*$/, "$1..."),
  }));
  return { ok: false, code: parsed.code, problems };
};

/** Manifests and what is wrong with them; values of settings and what is wrong with those. */
export function manifestVectors(): VectorFile[] {
  const all = Object.entries(bases).flatMap(([base, manifest]) =>
    mutationsOf(manifest, base === "full" ? 2 : 1).map((mutation): [string, Mutation] => [base, mutation]),
  );
  return [
    {
      name: "manifests",
      about:
        "A manifest (`manifest`, known as `base` from then on), or a `base` with one change: `put` at the JSON pointer `at`, or `remove`. The outcome is that of registering it.",
      cases: [
        ...Object.entries(bases).map(([base, manifest]) => ({ base, manifest, ...outcomeOf(manifest) })),
        ...[...chosen, ...all].map(([base, mutation]) => ({
          ...{ base, ...mutation },
          ...outcomeOf(mutate(bases[base], mutation)),
        })),
      ],
    },
    settingsVectors(),
  ];
}

const good = { host: "api.example.org", key: "12345678" };
const values: readonly unknown[] = [
  ...[
    good,
    {},
    null,
    5,
    [],
    { ...good, kye: 1 },
    { ...good, key: "" },
    { host: "", key: "12345678" },
    { ...good, key: "1234567" },
  ],
  ...["api", "-a", "a..b", "1.2.3.4", "1.2.3.999", "::1", "0x7f.1", "a_b.example", "ex ample"].map((host) => ({
    ...good,
    host,
  })),
  ...["a", "b", "c", 1, null].map((mode) => ({ ...good, mode })),
  ...["AB123", "AB123\n", "ab123", "xAB123"].map((code) => ({ ...good, mode: "b", code })),
  ...[0, 1, 9, 10, 1.5, "3", true, 2 ** 53].map((tries) => ({ ...good, tries })),
  ...[0, 1, 0.5, 1.01, "x"].map((ratio) => ({ ...good, ratio })),
  ...[true, false, "true", 1].map((loud) => ({ ...good, loud })),
  ...["two\nlines", "tab\there", "bell\u0007", "crlf\r\n", "hidden\u200b", "half\ud800"].map((note) => ({
    ...good,
    note,
  })),
  ...["two\nlines", "hidden\u200b"].map((client) => ({ ...good, client })),
  ...[
    ["10.0.0.0/8"],
    ["10.0.0.0/33"],
    ["::/0", "fe80::/10"],
    ["a"],
    "10.0.0.0/8",
    ["1.0.0.0/8", "2.0.0.0/8", "3.0.0.0/8", "4.0.0.0/8"],
    [5],
  ].map((nets) => ({ ...good, nets })),
  ...["ada@example.org", "ada@", "@x", "a b@c", "ada@exämple.de", "a..b@c", "ada@-x", `${"a".repeat(65)}@b`].map(
    (mail) => ({ ...good, mail }),
  ),
  ...["https://example.org", "http://localhost:1/", "ftp://x", "https://a@b/", "example.org", "https://[::1]/x"].map(
    (page) => ({ ...good, page }),
  ),
];

function settingsVectors(): VectorFile {
  const manifest = full as unknown as Manifest;
  const schema = manifest.config ?? { type: "object", properties: {} };
  return {
    name: "settings",
    about:
      "Values against the `config` of the manifest `full`: what is wrong with them; and, where they are an object, what is shown, what they are with their defaults, and what of them a plugin may see. The first case names the secrets that the host holds.",
    cases: [
      { held: heldSecrets(manifest) },
      ...values.map((given) => {
        const problems = validateSettings(schema, given);
        if (typeof given !== "object" || given === null || Array.isArray(given)) return { values: given, problems };
        const settings = given as Record<string, unknown>;
        return {
          ...{ values: settings, problems, shown: [...visible(schema, settings)].toSorted((a, b) => (a < b ? -1 : 1)) },
          ...{ withDefaults: withDefaults(schema, settings), withoutHeld: withoutHeld(manifest, settings) },
        };
      }),
    ],
  };
}
