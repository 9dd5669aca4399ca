import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { operations, type OperationSpec } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RawAnswer, TestClient } from "../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../test-support/test-server.ts";

describe("the edge, over the wire", () => {
  let server: TestServer;
  let administrator: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    administrator = await server.as("administrator");
  });
  afterAll(() => server.close());

  const preferences = async () => (await administrator.ok("getAccount")).preferences;
  /** A harmless change of a signed-in person, as another site would try to make it. */
  const change = async (headers: Record<string, string>, without: string[] = []): Promise<RawAnswer> =>
    administrator.send("PUT", "/api/v1/account/preferences", { body: await preferences(), headers, without });

  it("threat 156: refuses every way in which another site could use the session", async () => {
    const evil = "https://evil.example";
    const attempts: [string, RawAnswer][] = [
      ["another origin", await change({ origin: evil })],
      ["the same host on another port", await change({ origin: `https://localhost:${server.port + 1}` })],
      ["plain HTTP of the same host", await change({ origin: `http://localhost:${server.port}` })],
      ["a subdomain", await change({ origin: `https://a.localhost:${server.port}` })],
      ["an opaque origin", await change({ origin: "null" })],
      ["no origin", await change({}, ["origin"])],
      ["a cross-site fetch", await change({ "sec-fetch-site": "cross-site" })],
      ["a same-site fetch", await change({ "sec-fetch-site": "same-site" })],
      ["no console header", await change({}, ["x-hilum-console"])],
      ["a frame", await administrator.call("getAccount", { headers: { "sec-fetch-dest": "iframe" } })],
      ["a read by another site", await administrator.call("getAccount", { headers: { origin: evil } })],
      [
        "a link of another site",
        await administrator.call("getAccount", {
          headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
        }),
      ],
    ];
    for (const [how, answer] of attempts) {
      expect(answer.status, how).toBe(403);
      expect(answer.problem().code, how).toBe("request.cross_site");
    }
    expect((await change({})).status).toBe(200);
  });

  it("threat 156: takes JSON alone, never a form or text that looks like JSON", async () => {
    const body = JSON.stringify(await preferences());
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/json",
    ]) {
      const answer = await administrator.send("PUT", "/api/v1/account/preferences", {
        body,
        headers: { "content-type": type },
      });
      expect(answer.problem().code, type).toBe("request.media_type");
    }
    const untyped = await administrator.send("PUT", "/api/v1/account/preferences", { body, without: ["content-type"] });
    expect(untyped.status).toBe(415);
  });

  it("threat 156: knows no method override, and no GET that changes anything", async () => {
    const path = "/api/v1/sessions/current";
    for (const headers of [{ "x-http-method-override": "DELETE" }, { "x-method-override": "DELETE" }])
      expect((await administrator.send("POST", path, { headers })).status).toBe(405);
    expect((await administrator.send("GET", `${path}?_method=DELETE`)).status).toBe(405);
    expect((await administrator.call("getAccount")).status).toBe(200);
    const changing = operations.filter(
      ({ method, id }) =>
        method === "GET" && !/^(get|list|search|read|export|download|tail|connect|preview|pack)/.test(id),
    );
    // A provider sends the browser back by GET (RFC 6749 section 4.1.2); what proves the person is a state that works once.
    expect(changing.map(({ id }) => id)).toEqual(["finishOAuth"]);
  });

  it("names the methods of an address in Allow, and says 404 where nothing is", async () => {
    const answer = await administrator.send("PATCH", "/api/v1/plugins");
    expect([answer.status, answer.headers["allow"], answer.problem().code]).toEqual([405, "GET", "request.method"]);
    expect((await administrator.send("DELETE", "/api/v1/practice-mailbox/x")).problem().code).toBe("request.not_found");
    expect((await administrator.send("GET", "/api/v2/plugins")).status).toBe(404);
  });

  it("threat 172: trusts neither Host nor forwarding headers", async () => {
    for (const headers of [
      { host: "evil.example" },
      { host: `evil.example:${server.port}`, "x-forwarded-host": "evil.example" },
      { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http", forwarded: "host=evil.example;proto=http" },
    ]) {
      const page = await server.nobody().send("GET", "/", { headers });
      expect(page.headers["location"]).toBe("/admin/ui/");
      const answers = [
        page,
        await server.nobody().send("GET", "/admin/ui/", { headers }),
        await administrator.call("listPlugins", { headers }),
      ];
      for (const answer of answers) expect(JSON.stringify(answer.headers) + answer.text).not.toContain("evil.example");
    }
    const forged = await change({ origin: "https://evil.example", host: "evil.example" });
    expect(forged.problem().code).toBe("request.cross_site");
  });

  it("threat 171: redirects to its own console and nowhere else", async () => {
    for (const path of [
      "/",
      "/admin",
      "/admin/",
      "/admin/ui",
      "/?next=//evil.example",
      "/admin?next=https://evil.example",
    ]) {
      const answer = await server.nobody().send("GET", path);
      expect([answer.status, answer.headers["location"]], path).toEqual([302, "/admin/ui/"]);
    }
    for (const path of ["//evil.example", "//evil.example/%2f..", "/\\evil.example"])
      expect((await server.nobody().send("GET", path)).headers["location"], path).toBeUndefined();
  });

  it("threat 173: ends a client that sends its headers slowly, one with too many, and one with a body that never comes", async () => {
    const huge = await server.nobody().send("GET", "/api/v1/health", { headers: { "x-long": "a".repeat(20_000) } });
    expect(huge.status).toBe(431);
    const started = performance.now();
    await new Promise<void>((resolve, reject) => {
      const socket = connectTls({ port: server.port, host: "localhost", ca: server.ca });
      socket.once("secureConnect", () => socket.write("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
      socket.once("close", () => resolve()).once("error", reject);
      socket.resume();
    });
    // The limit is 15 seconds; Node looks at it every now and then.
    expect(performance.now() - started).toBeLessThan(50_000);
  });

  it("threat 173: compresses nothing, so that no secret can be guessed by length", async () => {
    const headers = { "accept-encoding": "gzip, br, deflate, zstd" };
    for (const answer of [
      await administrator.call("getAccount", { headers }),
      await server.nobody().send("GET", "/admin/ui/", { headers }),
    ])
      expect(answer.headers["content-encoding"]).toBeUndefined();
  });

  it("threat 176: speaks TLS 1.2 and 1.3 alone, and no plain HTTP", async () => {
    const handshake = (version: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3", ciphers?: string): Promise<string> =>
      new Promise((resolve) => {
        const options = {
          port: server.port,
          host: "localhost",
          ca: server.ca,
          minVersion: version,
          maxVersion: version,
        };
        const socket = connectTls({ ...options, ...(ciphers === undefined ? {} : { ciphers }) });
        socket.once("secureConnect", () => {
          resolve(String(socket.getProtocol()));
          socket.destroy();
        });
        socket.once("error", ({ code = "failed" }: NodeJS.ErrnoException) => resolve(code));
      });
    // The client may offer what it likes: security level 0 lets OpenSSL send the old versions.
    for (const version of ["TLSv1", "TLSv1.1"] as const)
      expect(await handshake(version, "DEFAULT@SECLEVEL=0")).toMatch(/^(ERR_SSL|ECONNRESET)/);
    expect(await handshake("TLSv1.2")).toBe("TLSv1.2");
    expect(await handshake("TLSv1.3")).toBe("TLSv1.3");
    // Nothing but authenticated encryption with forward secrecy.
    for (const old of ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256", "AES256-SHA"])
      expect(await handshake("TLSv1.2", `${old}:@SECLEVEL=0`), old).toMatch(/^(ERR_SSL|ECONNRESET)/);
    const plain = await new Promise<string>((resolve) => {
      const socket = connectTcp(server.port, "localhost", () =>
        socket.write("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      );
      let said = "";
      socket
        .on("data", (part) => (said += part.toString("latin1")))
        .once("close", () => resolve(said))
        .once("error", () => resolve(said));
    });
    expect(plain).not.toContain("HTTP/1.1 200");
    expect(plain).not.toContain("status");
  });

  it("threat 177: tells strangers nothing about itself", async () => {
    const stranger = server.nobody();
    for (const path of ["/metrics", "/api/v1/openapi.json", "/api/v1/settings", "/api/v1/sandbox"])
      expect((await stranger.send("GET", path)).status, path).toBe(401);
    const answers = [
      await stranger.call("getHealth"),
      await stranger.call("getBootstrap"),
      await stranger.send("GET", "/api/v1/absent"),
      await stranger.send("POST", "/api/v1/sessions", { body: "{" }),
      await stranger.send("GET", "/admin/ui/"),
      await stranger.send("GET", "/%"),
      await stranger.send("GET", "/admin/ui/assets/../../../package.json"),
      await stranger.send("GET", "/admin/ui/assets/%2e%2e/%2e%2e/package.json"),
    ];
    for (const { headers, text } of answers) {
      expect(headers["server"]).toBeUndefined();
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(text).not.toMatch(/fastify|node_modules|\bat \w+ \(|\.ts:\d+|0\.1\.0|v24\.|sqlite/i);
    }
    for (const path of [
      "/.env",
      "/.git/config",
      "/admin/ui/assets/index.js.map",
      "/debug",
      "/server-status",
      "/package.json",
    ])
      expect((await stranger.send("GET", path)).status, path).toBe(404);
  });

  it("threat 178: lets no browser keep an answer of the API", async () => {
    for (const answer of [
      await administrator.call("getAccount"),
      await server.nobody().call("getAccount"),
      await server.nobody().send("GET", "/admin/ui/"),
    ])
      expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("sends the security headers with everything, and the console's page under a policy with a nonce of its own", async () => {
    const answers = [
      await administrator.call("getAccount"),
      await server.nobody().send("GET", "/nowhere"),
      await server.nobody().send("GET", "/admin/ui/"),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["x-request-id"]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    }
    expect(answers[0]?.headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
    const nonces = new Set<string>();
    for (let at = 0; at < 3; at++) {
      const policy = String(
        (await server.nobody().send("GET", "/admin/ui/plugins/com.example.a")).headers["content-security-policy"],
      );
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
      nonces.add(/script-src 'self' 'nonce-([A-Za-z0-9+/=]{16,})'/.exec(policy)?.[1] ?? "");
    }
    expect(nonces.size).toBe(3);
    expect(nonces.has("")).toBe(false);
  });

  it("refuses a body of 10 MB before reading it, and keeps serving", async () => {
    const answer = await administrator.send("POST", "/api/v1/messages", {
      body: Buffer.alloc(10 * 1_048_576, 0x20),
      headers: { "content-type": "application/json" },
    });
    expect(answer.problem()).toMatchObject({ status: 413, code: "request.body_too_large" });
    expect((await administrator.call("getAccount")).status).toBe(200);
  });

  it("threat 21, 22, 23, 24: names what is wrong with a body and where", async () => {
    const send = (body: string | Buffer) =>
      administrator.send("POST", "/api/v1/messages", { body, headers: { "content-type": "application/json" } });
    const broken = (await send('{\n  "resourceType": "Communication",\n  "status" "x"\n}')).problem();
    expect(broken).toMatchObject({ status: 400, code: "request.not_json", problems: [{ line: 3 }] });
    for (const body of [
      "[".repeat(100_000),
      '{"__proto__":{"role":"administrator"}}',
      Buffer.from([0x7b, 0xff, 0x7d]),
      '{"a":"\\ud800"}',
      "",
    ])
      expect((await send(body)).problem().code).toBe("request.not_json");
  });

  it("threat 155: refuses members that an operation does not know, wherever a body is strict", async () => {
    const strict = operations.filter(
      ({ body }: OperationSpec) =>
        body !== undefined && "additionalProperties" in body && body.additionalProperties === false,
    );
    expect(strict.length).toBeGreaterThan(20);
    for (const operation of strict) {
      const path = operation.path.replace(
        /\{(\w+)\}/g,
        (_whole, name: string) => ({ channel: "email", index: "0", revision: "1" })[name] ?? "com.example.absent",
      );
      const answer = await administrator.send(operation.method, path, {
        body: { tenantId: "other", role: "administrator" },
      });
      expect(answer.status, operation.id).toBe(422);
    }
  });

  it("threat 154: answers 404 to ids of others, made-up ids and ids that try to be paths", async () => {
    const ids = ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2f..%2fetc%2fpasswd", "%00", "0", "*"];
    const addresses: [string, string][] = [
      ["GET", "/api/v1/messages/{id}"],
      ["GET", "/api/v1/attachments/{id}"],
      ["GET", "/api/v1/audit/verifications/{id}"],
      ["POST", "/api/v1/registrations/{id}/approve"],
      ["DELETE", "/api/v1/account/sessions/{id}"],
      ["DELETE", "/api/v1/tokens/{id}"],
      ["POST", "/api/v1/users/{id}/reset"],
    ];
    for (const [method, template] of addresses)
      for (const id of ids)
        expect((await administrator.send(method, template.replace("{id}", id))).status, `${template} ${id}`).toBe(404);
    expect((await administrator.call("getAuditEntry", { params: { index: 9_999_999 } })).status).toBe(404);
  });

  it("threat 180: caps pages, and takes a cursor for nothing but a place", async () => {
    for (const query of [
      "limit=1000000",
      "limit=0",
      "limit=-1",
      "limit=1e9",
      "limit=NaN",
      "limit=10&limit=20",
      "offset=5",
    ])
      expect((await administrator.send("GET", `/api/v1/messages?${query}`)).status, query).toBe(422);
    const injected = encodeURIComponent("' or 1=1 --");
    for (const path of ["/api/v1/messages", "/api/v1/audit/entries", "/api/v1/practice-mailbox"])
      expect((await administrator.send("GET", `${path}?limit=1&cursor=${injected}`)).status, path).toBeLessThan(500);
    expect((await administrator.send("GET", `/api/v1/messages?cursor=${"a".repeat(5000)}`)).status).toBe(422);
  });
});
