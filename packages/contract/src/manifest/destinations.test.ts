import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heldSecrets, withoutHeld } from "./held-secrets.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { allowedHeaders } from "./request-headers.ts";
import { findRequest, isPlainPath, templateFault } from "./request-template.ts";

const scope = "net:https://api.example.org:443";
const manifest = {
  id: "com.example.sms",
  name: "SMS",
  capabilities: ["send_messages"],
  scopes: [{ scope, reason: "Hands over messages." }],
  destinations: [
    {
      id: "api",
      title: "The provider's API",
      scope,
      requests: [{ method: "POST", path: "/v1/accounts/{account}/messages.json" }],
      auth: { type: "basic", username: "account", password: "token" },
    },
  ],
  config: {
    type: "object",
    properties: { account: { type: "string" }, token: { type: "string", secret: true }, host: { type: "string" } },
  },
};
type Change = Record<string, unknown>;
const tokenUrl = "https://api.example.org/token";
const client = { type: "client_credentials", tokenUrl, clientId: "account", clientSecret: "token", scope: "host" };
const withDestination = (change: Change): unknown => ({
  ...manifest,
  destinations: [{ ...manifest.destinations[0], ...change }],
});
const faultsOf = (input: unknown): string[] => {
  const parsed = parseManifest(input);
  return parsed.ok ? [] : parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
};

describe("destinations of a manifest", () => {
  it("takes a destination whose scope, requests and secret are declared", () => {
    expect(faultsOf(manifest)).toEqual([]);
    expect(faultsOf(withDestination({ headers: ["prefer"], timeoutMs: 1000, responseBytesMax: 524_288 }))).toEqual([]);
  });

  it("takes a token that the host gets for itself, and keeps the client's secret with the host", () => {
    const signed = withDestination({ auth: client });
    expect(faultsOf(signed)).toEqual([]);
    expect(heldSecrets(signed as Manifest)).toEqual(["token"]);
  });

  it("takes a host that a setting names", () => {
    const named = "net:https://{config.host}:443";
    expect(
      faultsOf({
        ...manifest,
        scopes: [{ scope: named, reason: "Its server." }],
        destinations: [{ ...manifest.destinations[0], scope: named }],
      }),
    ).toEqual([]);
  });

  it.each<[string, Change, string]>([
    ["a scope that is not asked for", { scope: "net:https://other.example.org:443" }, "/destinations/0/scope"],
    ["a tunnel's scope", { scope: "net:tcp://api.example.org:443" }, "/destinations/0/scope"],
    ["a wildcard", { scope: "net:https://*.example.org:443" }, "/destinations/0/scope"],
    ["a path without a slash", { requests: [{ method: "GET", path: "v1" }] }, "/destinations/0/requests/0/path"],
    ["a path of dots", { requests: [{ method: "GET", path: "/v1/../x" }] }, "/destinations/0/requests/0/path"],
    ["two names in a segment", { requests: [{ method: "GET", path: "/{a}{b}" }] }, "/destinations/0/requests/0/path"],
    ["a query in a path", { requests: [{ method: "GET", path: "/v1?x=1" }] }, "/destinations/0/requests/0/path"],
    ["another method", { requests: [{ method: "TRACE", path: "/" }] }, "/destinations/0/requests/0/method"],
    ["a secret that is none", { auth: { type: "bearer", token: "account" } }, "/destinations/0/auth/token"],
    ["a secret that is not there", { auth: { type: "bearer", token: "none" } }, "/destinations/0/auth/token"],
    [
      "a user name that is secret",
      { auth: { type: "basic", username: "token", password: "token" } },
      "/destinations/0/auth/username",
    ],
    [
      "a secret in the place of Host",
      { auth: { type: "header", name: "host", value: "token" } },
      "/destinations/0/auth/name",
    ],
    ["a sign-in that the setup lacks", { auth: { type: "oauth2", step: "sign-in" } }, "/destinations/0/auth/step"],
    [
      "a token endpoint that no scope leads to",
      { auth: { ...client, tokenUrl: "https://login.example.org/token" } },
      "/destinations/0/auth/tokenUrl",
    ],
    [
      "a token endpoint with a query",
      { auth: { ...client, tokenUrl: `${tokenUrl}?x=1` } },
      "/destinations/0/auth/tokenUrl",
    ],
    ["a client id that is secret", { auth: { ...client, clientId: "token" } }, "/destinations/0/auth/clientId"],
    [
      "a client secret that is none",
      { auth: { ...client, clientSecret: "account" } },
      "/destinations/0/auth/clientSecret",
    ],
    ["scopes that are secret", { auth: { ...client, scope: "token" } }, "/destinations/0/auth/scope"],
    ["another kind of sign-in", { auth: { type: "digest", token: "token" } }, "/destinations/0/auth/type"],
    ["Authorization as a header of the plugin", { headers: ["authorization"] }, "/destinations/0/headers/0"],
    ["Transfer-Encoding", { headers: ["transfer-encoding"] }, "/destinations/0/headers/0"],
    ["a header that needs no asking", { headers: ["accept"] }, "/destinations/0/headers/0"],
    ["a proxy's header", { headers: ["proxy-authorization"] }, "/destinations/0/headers/0"],
    ["too long a wait", { timeoutMs: 60_001 }, "/destinations/0/timeoutMs"],
    ["too large an answer", { responseBytesMax: 524_289 }, "/destinations/0/responseBytesMax"],
  ])("threat 95, 97: refuses %s", (_what, change, pointer) => {
    const faults = faultsOf(withDestination(change));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.startsWith(`${pointer}: `))).toBe(true);
  });

  it("refuses patient data for a plugin that declares none, and a header that holds the secret", () => {
    const none = { ...(withDestination({ phi: true }) as object), capabilities: ["run_jobs"] };
    expect(faultsOf(none)).toEqual([expect.stringContaining("/destinations/0/phi")]);
    const twice = withDestination({ auth: { type: "header", name: "x-key", value: "token" }, headers: ["x-key"] });
    expect(faultsOf(twice)).toEqual([expect.stringContaining("holds the secret")]);
  });

  it("names the secrets that stay with the host, and leaves them out of settings", () => {
    expect(heldSecrets(manifest as unknown as Manifest)).toEqual(["token"]);
    const settings = { account: "AC1", token: "secret", host: "h" };
    expect(withoutHeld(manifest as unknown as Manifest, settings)).toEqual({ account: "AC1", host: "h" });
  });
});

describe("request templates", () => {
  const requests = [
    { method: "GET", path: "/v1/accounts/{account}/messages/{id}.json" },
    { method: "POST", path: "/" },
  ] as const;
  const match = (method: string, path: string) => findRequest(requests, method, path)?.path;

  it("fills each name with one segment, or the part of it that is left", () => {
    expect(match("GET", "/v1/accounts/AC1/messages/SM1.json")).toBe(requests[0].path);
    expect(match("GET", "/v1/accounts/a%20b/messages/a@b.json")).toBe(requests[0].path);
    expect(match("POST", "/")).toBe("/");
  });

  it("threat 83, 93: matches nothing that another reader could take for another path", () => {
    for (const path of [
      "/v1/accounts//messages/SM1.json",
      "/v1/accounts/AC1/messages/.json",
      "/v1/accounts/AC1/messages/SM1.json/",
      "/v1/accounts/a/b/messages/SM1.json",
      "/v1/accounts/../messages/SM1.json",
      "/v1/accounts/%2e%2E/messages/SM1.json",
      "/v1/accounts/%252e%252e/messages/SM1.json",
      "/v1/accounts/..;x/messages/SM1.json",
      "/v1/accounts/a%2Fb/messages/SM1.json",
      "/v1/accounts/a%5cb/messages/SM1.json",
      "/v1/accounts/a\\b/messages/SM1.json",
      "/v1/accounts/a%00/messages/SM1.json",
      "/v1/accounts/a%0d%0aHost:x/messages/SM1.json",
      "/v1/accounts/a\r\nHost: x/messages/SM1.json",
      "/v1/accounts/a b/messages/SM1.json",
      "/v1/accounts/%ff/messages/SM1.json",
      "/v1/accounts/a?x=/messages/SM1.json",
      "/v1/accounts/a#/messages/SM1.json",
      "/v1/accounts/é/messages/SM1.json",
      "//evil.example/accounts/a/messages/SM1.json",
      "https://evil.example/v1/accounts/a/messages/SM1.json",
    ])
      expect([path, match("GET", path)]).toEqual([path, undefined]);
    expect(match("DELETE", "/v1/accounts/AC1/messages/SM1.json")).toBeUndefined();
  });

  it("means the same to a URL parser: what is plain is changed by none", () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        fc.pre(isPlainPath(path));
        return new URL(`https://api.example.org${path}`).pathname === path;
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("/.%2eEfF5c;ab0")) }), (text) => {
        const path = `/${text}`;
        fc.pre(isPlainPath(path));
        return new URL(`https://api.example.org${path}`).pathname === path;
      }),
      { numRuns: 2000 },
    );
  });

  it("takes any template that it matches with itself filled in", () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(segment, fc.boolean()), { minLength: 1, maxLength: 6 }),
        segment,
        (parts, value) => {
          const path = `/${parts.map(([text, named]) => (named ? `{n${text}}` : text)).join("/")}`;
          const asked = `/${parts.map(([text, named]) => (named ? value : text)).join("/")}`;
          return (
            templateFault(path) === undefined && findRequest([{ method: "GET", path }], "GET", asked) !== undefined
          );
        },
      ),
    );
  });
});

describe("headers of a request", () => {
  it("threat 97: lets through what is declared, once, in lower case", () => {
    expect(allowedHeaders({ Accept: "application/json", Prefer: "a=b" }, ["prefer"])).toEqual({
      accept: "application/json",
      prefer: "a=b",
    });
    for (const given of [
      { host: "evil.example" },
      { authorization: "Bearer x" },
      { "Proxy-Authorization": "x" },
      { connection: "keep-alive, x" },
      { te: "trailers" },
      { "transfer-encoding": "chunked" },
      { "content-length": "4" },
      { accept: "a\r\nHost: evil.example" },
      { accept: "a\u0000" },
      { accept: "é" },
      { accept: "" },
      { accept: "a", Accept: "b" },
      { prefer: "a" },
    ])
      expect([given, allowedHeaders(given as Record<string, string>, [])]).toEqual([given, undefined]);
  });

  it("threat 97: no value that passes can end a line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const headers = allowedHeaders({ accept: value }, []);
        return headers === undefined || /^[\x20-\x7e\t]+$/.test(headers["accept"] ?? "");
      }),
    );
  });
});
