import { describe, expect, it } from "vitest";
import { parseManifest } from "./parse-manifest.ts";

const config = {
  type: "object",
  properties: {
    host: { type: "string" },
    tenant: { type: "string" },
    sender: { type: "string" },
    mode: { type: "string", enum: ["a", "b"] },
    on: { type: "boolean" },
    client: { type: "string" },
    clientSecret: { type: "string", secret: true },
    tokens: { type: "string", secret: true },
    otherTokens: { type: "string", secret: true },
  },
};
const scopes = [
  { scope: "net:https://login.example.com:443", reason: "Signs in." },
  { scope: "net:https://{config.host}:8443", reason: "Signs in." },
];
const signIn = {
  id: "sign-in",
  type: "oauth2",
  title: "Sign in",
  authorizeUrl: "https://login.example.com/authorize",
  tokenUrl: "https://login.example.com/token",
  clientId: "client",
  into: "tokens",
};

/** Pointers of what is wrong with a setup of these steps. */
function faults(...steps: object[]): string[] {
  const parsed = parseManifest({
    id: "com.example.plugin",
    name: "Example",
    capabilities: ["send_messages"],
    config,
    scopes,
    setup: { steps },
  });
  return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer.replace("/setup/steps/", ""));
}

describe("steps of a setup", () => {
  it("may have help, a link, choices that the plugin lists, and a check of their own", () => {
    const form = { id: "who", type: "form", title: "Who", fields: ["sender", "tenant"], discover: { sender: true } };
    expect(faults({ ...form, check: true, help: "Two\nlines", link: "https://console.example.com/numbers" })).toEqual(
      [],
    );
    expect(faults({ ...form, discover: { host: true } })).toEqual(["0/discover/host"]);
    expect(faults({ ...form, discover: { sender: false } })).toEqual(["0/discover/sender"]);
    expect(faults({ ...form, fields: ["on"], discover: { on: true } })).toEqual(["0/discover/on"]);
    expect(faults({ ...form, fields: ["tokens"], discover: { tokens: true } })).toEqual(["0/discover/tokens"]);
  });

  it("may depend on a setting that exists, that can be read, and that may have such a value", () => {
    const step = (when: object) => faults({ id: "try", type: "check", title: "Try", when });
    expect(step({ setting: "mode", in: ["a"] })).toEqual([]);
    expect(step({ setting: "on", in: [true, false] })).toEqual([]);
    expect(step({ setting: "mode", in: ["c"] })).toEqual(["0/when/in/0"]);
    expect(step({ setting: "nothing", in: [1] })).toEqual(["0/when/setting"]);
    expect(step({ setting: "tokens", in: ["x"] })).toEqual(["0/when/setting"]);
    expect(step({ setting: "mode", in: [] })).toEqual(["0/when/in"]);
  });

  it("threat 158: lead to https addresses alone", () => {
    for (const link of ["javascript:alert(1)", "http://example.com", "https://a@example.com", "data:text/html,x"])
      expect(faults({ id: "try", type: "check", title: "Try", link }), link).toEqual(["0/link"]);
  });

  it("have the members of their type and no other", () => {
    expect(faults({ id: "try", type: "check", title: "Try", fields: ["host"] })).toEqual(["0/fields"]);
    expect(faults({ id: "try", type: "check", title: "Try", check: true })).toEqual(["0/check"]);
    expect(faults({ id: "where", type: "form", title: "Where", fields: ["host"], into: "tokens" })).toEqual(["0/into"]);
    expect(faults({ id: "in", type: "oauth2", title: "In" })).toEqual([
      "0/authorizeUrl",
      "0/tokenUrl",
      "0/clientId",
      "0/into",
    ]);
  });

  it("wait only for hooks that are declared", () => {
    expect(faults({ id: "try", type: "test", title: "Try", waitsForHook: "status" })).toEqual(["0/waitsForHook"]);
  });
});

describe("a step that signs in", () => {
  it("names settings that fit, and a token address that a scope covers", () => {
    expect(faults(signIn)).toEqual([]);
    const own = {
      ...signIn,
      authorizeUrl: "https://{config.host}:8443/{config.tenant}/authorize?access_type=offline",
      tokenUrl: "https://{config.host}:8443/{config.tenant}/token",
      issuer: "https://login.example.com/tenant",
      scopes: ["messages.send", "offline_access"],
      clientSecret: "clientSecret",
    };
    expect(faults(own)).toEqual([]);
    expect(faults({ ...signIn, tokenUrl: "https://login.example.com:444/token" })).toEqual(["0/tokenUrl"]);
    expect(faults({ ...signIn, clientId: "clientSecret" })).toEqual(["0/clientId"]);
    expect(faults({ ...signIn, clientId: "absent" })).toEqual(["0/clientId"]);
    expect(faults({ ...signIn, clientSecret: "client" })).toEqual(["0/clientSecret"]);
    expect(faults({ ...signIn, into: "sender" })).toEqual(["0/into"]);
    expect(faults({ ...signIn, scopes: ["two words"] })).toEqual(["0/scopes/0"]);
  });

  it("threat 93, 170: takes no address of another kind, and no parameter that is the host's", () => {
    for (const authorizeUrl of [
      "http://login.example.com/authorize",
      "https://ana@login.example.com/authorize",
      "https://login.example.com/authorize#x",
      "https://login.example.com\\@evil.example/authorize",
      "https://login.example.com/authorize?redirect_uri=https://evil.example",
      "https://login.example.com/authorize?state=1",
      "https://login.example.com/authorize?x={config.tenant}",
      "https://{config.clientSecret}/authorize",
      "https://login.example.com/{tenant}/authorize",
      "https://{config.absent}/authorize",
    ])
      expect(faults({ ...signIn, authorizeUrl }), authorizeUrl).toEqual(["0/authorizeUrl"]);
    for (const tokenUrl of [
      "https://login.example.com/token?x=1",
      "//login.example.com/token",
      "https:login.example.com",
    ])
      expect(faults({ ...signIn, tokenUrl }), tokenUrl).toEqual(["0/tokenUrl"]);
    expect(faults({ ...signIn, issuer: "https://login.example.com/?x" })).toEqual(["0/issuer"]);
  });

  it("keeps its token set where nothing else is kept, and no form asks for it", () => {
    expect(faults(signIn, { ...signIn, id: "again" })).toEqual(["1/into"]);
    expect(faults(signIn, { ...signIn, id: "again", into: "otherTokens" })).toEqual([]);
    expect(faults(signIn, { id: "form", type: "form", title: "Form", fields: ["tokens"] })).toEqual(["1/fields/0"]);
    expect(faults({ ...signIn, clientSecret: "tokens" })).toEqual(["0/clientSecret"]);
  });
});
