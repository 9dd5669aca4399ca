import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPlugin, begun, choice } from "../../../test-support/begun-plugin.ts";
import { mailbox } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const isolated = requires("bubblewrap").available;

describe("the workspace", () => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
  });
  afterAll(() => server.close());

  it("writes a new plugin below its own folder alone, readable for the plugin's user, and links it", async () => {
    const made = await ana.ok("scaffoldPlugin", { body: choice });
    expect(made.path).toBe(join(server.dataDir, "workspace", choice.id));
    expect(readdirSync(made.path).toSorted()).toEqual(made.files.toSorted());
    expect(statSync(join(made.path, "main.ts")).mode & 0o777).toBe(0o644);
    expect(await ana.ok("getPlugin", { params: begun })).toMatchObject({ code: "linked", codePath: made.path });
    const { folders, writable } = await ana.ok("getWorkspace");
    expect([folders, writable]).toEqual([
      [{ folder: choice.id, path: made.path, plugin: choice.id, name: "Begun", state: "linked", language: "node" }],
      true,
    ]);
  });

  it("writes over nothing: not the folder, and not a plugin that is registered", async () => {
    expect((await ana.call("scaffoldPlugin", { body: choice })).problem().code).toBe("scaffold.exists");
    mkdirSync(join(server.dataDir, "workspace/com.example.taken"));
    writeFileSync(join(server.dataDir, "workspace/com.example.taken/mine.txt"), "mine");
    const taken = await ana.call("scaffoldPlugin", { body: { ...choice, id: "com.example.taken" } });
    expect(taken.problem().code).toBe("scaffold.exists");
    expect(readdirSync(join(server.dataDir, "workspace/com.example.taken"))).toEqual(["mine.txt"]);
  });

  it("leaves no folder of a plugin that could not be linked", async () => {
    const answer = await ana.call("scaffoldPlugin", { body: { ...choice, id: "com.examp1e.begun" } });
    expect(answer.problem().code).toBe("manifest.id_confusable");
    expect(existsSync(join(server.dataDir, "workspace/com.examp1e.begun"))).toBe(false);
  });

  it.each(["../escaped", "com.example/../../x", "/etc/x.y", "com.example.a\u0000b", ".hidden.x"])(
    "threat 109: takes no id that leads elsewhere: %j",
    async (id) => {
      expect((await ana.call("scaffoldPlugin", { body: { ...choice, id } })).status).toBe(422);
    },
  );

  it("shows what would be written, and writes nothing", async () => {
    const id = "com.example.shown";
    const { files } = await ana.ok("previewScaffold", { body: { ...choice, id, language: "python" } });
    expect(files.map(({ path }) => path)).toContain("plugin.py");
    const zip = await ana.call("downloadScaffold", { body: { ...choice, id } });
    expect(zip.headers["content-disposition"]).toBe(`attachment; filename="${id}.zip"`);
    expect(existsSync(join(server.dataDir, "workspace", id))).toBe(false);
  });

  it("builds the pages of a plugin that begins with some", async () => {
    const id = "com.example.paged";
    await ana.ok("scaffoldPlugin", { body: { ...choice, id, pages: true } });
    const { pages } = await ana.ok("getPlugin", { params: { plugin: id } });
    expect(pages).toMatchObject([{ name: "settings", src: expect.any(String) }]);
  });

  it("packs a linked folder: what was shown is what is downloaded", async () => {
    const preview = await ana.ok("previewPackage", { params: begun });
    const download = await ana.call("packPlugin", { params: begun });
    expect(createHash("sha256").update(download.bytes).digest("hex")).toBe(preview.digest);
    expect(download.headers["content-disposition"]).toBe(`attachment; filename="${preview.name}"`);
    await ana.ok("addIncludedPlugin", { params: mailbox });
    const refused = [
      await ana.call("previewPackage", { params: mailbox }),
      await ana.call("packPlugin", { params: mailbox }),
      await ana.call("setLiveReload", { params: mailbox, body: { on: true } }),
    ];
    expect(refused.map((answer) => answer.problem().code)).toEqual(refused.map(() => "plugin.not_linked"));
  });
});

describe.skipIf(!isolated)("fixtures", () => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    await beginPlugin(ana);
  });
  afterAll(() => server.close());

  const send = (fixture: string, body: { to?: string } = {}) =>
    ana.call("sendFixture", { params: { ...begun, fixture }, body });

  it("are handed to the plugin outside of the outbox", async () => {
    const { items } = await ana.ok("listFixtures");
    const mails = items.filter(({ channel }) => channel === "email");
    expect(mails.length).toBeGreaterThanOrEqual(3);
    for (const { id } of mails)
      expect((await send(id)).json()).toMatchObject({
        fixture: id,
        outcome: "accepted",
        providerReference: expect.any(String),
      });
    expect((await ana.ok("listMessages")).items).toEqual([]);
  });

  it("tell what the plugin made of them, and go to whom somebody names", async () => {
    expect((await send("email-appointment", { to: "nobody@example.org" })).json()).toMatchObject({
      outcome: "failed",
      code: "provider.recipient",
      fix: expect.any(String),
    });
    expect((await send("email-appointment", { to: "not an address" })).problem()).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/to" }],
    });
  });

  it("are refused where nothing takes them, and outside of test mode", async () => {
    expect((await send("absent")).problem().code).toBe("fixture.not_found");
    expect((await send("record-created")).problem().code).toBe("fixture.not_fitting");
    const { revision } = await ana.ok("getSettings", { params: begun });
    await ana.ok("saveSettings", { params: begun, body: { values: {}, revision, testMode: false } });
    expect((await send("email-appointment")).problem().code).toBe("fixture.test_mode");
  });
});
