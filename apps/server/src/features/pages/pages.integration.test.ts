import { mkdirSync, writeFileSync } from "node:fs";
import type { TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixtureFolder, fixture, fixtureManifest } from "../../../test-support/fixture-plugin.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const { setup: _setup, ...base } = fixtureManifest;
const manifest = {
  ...base,
  ui: {
    settings: { entry: "ui/settings.js", style: "ui/settings.css" },
    pages: [{ path: "map", title: "Map", icon: "map", entry: "ui/missing.js" }],
  },
};
const script = "export const first = 1;";

describe("pages of a plugin", () => {
  let server: TestServer;
  let admin: TestClient;
  let folder: TempDir;
  beforeAll(async () => {
    folder = createFixtureFolder(manifest);
    mkdirSync(folder.join("ui"));
    writeFileSync(folder.join("ui/settings.js"), script);
    writeFileSync(folder.join("ui/settings.css"), "p{}");
    server = await startTestServer();
    admin = await server.as("administrator");
    await admin.ok("linkFolder", { body: { path: folder.path } });
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });

  const pages = async () => (await admin.ok("getPlugin", { params: fixture })).pages;
  const srcOf = async (): Promise<string> => (await pages())[0]?.src ?? "";
  const get = (path: string, headers: Record<string, string> = {}) => server.nobody().send("GET", path, { headers });

  it("are named with an address that holds the digest of their bytes, or with what is wrong", async () => {
    expect(await pages()).toEqual([
      {
        name: "settings",
        title: "Settings",
        src: expect.stringMatching(/^\/plugin-ui\/com\.example\.fixture\/[0-9a-f]{64}\/page\.html$/),
      },
      {
        name: "pages/map",
        title: "Map",
        icon: "map",
        problem: expect.objectContaining({
          code: "page.unreadable",
          why: "ui/missing.js is missing or cannot be read.",
        }),
      },
    ]);
  });

  it("threat 138, 140: come with a policy that makes them opaque and lets them load their own files alone", async () => {
    const src = await srcOf();
    const { status, headers, text } = await get(src);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toMatch(
      new RegExp(
        `^sandbox allow-scripts; default-src 'none'; script-src ${server.origin}${src.replace("page.html", "page.js")}; ` +
          `style-src \\S+/frame\\.css ${server.origin}${src.replace("page.html", "page.css")}; font-src [^;]+; img-src data: blob:; ` +
          "connect-src 'none'; frame-src 'none'; worker-src 'none'; form-action 'none'; base-uri 'none'; " +
          `frame-ancestors ${server.origin}$`,
      ),
    );
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "cross-origin",
    });
    expect(headers["x-frame-options"]).toBeUndefined();
    expect(headers["set-cookie"]).toBeUndefined();
    expect(text).toContain('integrity="sha384-');
    expect(text).not.toContain("first");
  });

  it("are served byte for byte and for ever under their digest, also to somebody who is not signed in", async () => {
    const src = await srcOf();
    const answer = await get(src.replace("page.html", "page.js"));
    expect([answer.status, answer.text]).toEqual([200, script]);
    expect(answer.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "access-control-allow-origin": "*",
    });
    expect((await get(src.replace("page.html", "page.css"))).text).toBe("p{}");
  });

  it("threat 150: are no worker's script, and nothing lies beside them", async () => {
    const src = await srcOf();
    const at = (file: string): string => src.replace("page.html", file);
    for (const path of [
      at("page.json"),
      at("hilum.json"),
      at("..%2f..%2fhilum.json"),
      at("main.mjs"),
      `${src}?data=1`,
      src.replace(/[0-9a-f]{64}/, "0".repeat(64)),
      src.replace("com.example.fixture", "com.example.other"),
      "/plugin-ui/",
      "/plugin-ui/frame/0/frame.css",
    ])
      expect((await get(path)).status, path).toBe(404);
    expect((await get(at("page.js"), { "service-worker": "script" })).status).toBe(404);
    expect((await get(at("page.js"), { "sec-fetch-dest": "sharedworker" })).status).toBe(404);
  });

  it("threat 139: get nothing from the API, whichever way they ask", async () => {
    for (const headers of [{ "sec-fetch-dest": "iframe" }, { origin: "null" }] as const) {
      const answer = await server.nobody().send("GET", "/api/v1/bootstrap", { headers });
      expect([answer.status, answer.problem().code]).toEqual([403, "request.cross_site"]);
    }
  });

  it("keep their bytes when the folder changes, and are refused after a restart until somebody accepts the new ones", async () => {
    const src = await srcOf();
    writeFileSync(folder.join("ui/settings.js"), "export const second = 2;");
    expect((await get(src.replace("page.html", "page.js"))).text).toBe(script);
    server = await server.restart();
    admin = await server.signIn("ana");
    expect((await pages())[0]?.problem).toMatchObject({ code: "page.changed" });
    expect((await get(src)).status).toBe(404);
    const gate = await admin.ok("getEnableGate", { params: fixture });
    expect(gate.rows.find(({ id }) => id === "pages")).toMatchObject({ status: "failed", detail: expect.any(String) });
    await admin.ok("linkFolder", { body: { path: folder.path } });
    expect((await get((await srcOf()).replace("page.html", "page.js"))).text).toBe("export const second = 2;");
  });

  it("are named in the audit log as those on whose behalf a person acted", async () => {
    await admin.ok("saveSettings", {
      params: fixture,
      body: { values: { host: "mail.example.org", port: 25 }, secrets: { token: "x" }, revision: 0 },
      headers: { "x-hilum-via": "com.example.fixture/default" },
    });
    await admin.ok("reportPluginPage", { params: fixture, body: { page: "settings", fault: "unresponsive" } });
    const [saved] = (await admin.ok("searchAudit", { query: { action: "saveSettings" } })).items;
    expect(saved).toMatchObject({ actor: "user:ana", via: "plugin:com.example.fixture/default" });
    const [reported] = (await admin.ok("searchAudit", { query: { action: "reportPluginPage" } })).items;
    const { entry } = await admin.ok("getAuditEntry", { params: { index: reported?.index ?? 0 } });
    expect(entry).toContain('"route":"settings","state":"unresponsive"');
    const { items } = await admin.ok("listPluginLogs", { params: fixture });
    expect(items.map(({ text }) => text)).toContain("The console took the page settings away: it stopped responding.");
    const odd = await admin.call("getAccount", { headers: { "x-hilum-via": "someone" } });
    expect([odd.status, odd.problem().code]).toEqual([422, "request.invalid"]);
  });

  it("go with the plugin", async () => {
    const src = await srcOf();
    await admin.ok("removePlugin", { params: fixture, body: { reason: "Test" } });
    expect((await get(src)).status).toBe(404);
  });
});
