import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { beginPlugin, begun } from "../../../test-support/begun-plugin.ts";
import { mailbox } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

describe("upgrading a linked folder", () => {
  let server: TestServer;
  let ana: TestClient;
  let oli: TestClient;
  let path: string;
  let plugin: string;
  let description: string;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    oli = await server.as("operator");
    ({ path } = await beginPlugin(ana, { enabled: false }));
    plugin = read("plugin.ts").replace("  smokeTests: {", "  checkConfig: () => [],\n  smokeTests: {");
    description = read("package.json").replace('"@hilum/sdk": "0.2.0"', '"@hilum/sdk": "0.1.0"');
  });
  afterAll(() => server.close());
  beforeEach(() => {
    writeFileSync(join(path, "plugin.ts"), plugin);
    writeFileSync(join(path, "package.json"), description);
  });

  const read = (file: string): string => readFileSync(join(path, file), "utf8");
  const preview = () => oli.ok("previewUpgrade", { params: begun });

  it("shows what it would change to whoever operates, and writes nothing", async () => {
    const shown = await preview();
    expect(shown).toMatchObject({ language: "node", from: "0.1.0", declaredIn: "package.json", to: "0.2.0" });
    expect(shown.files.map((file) => file.path)).toEqual(["package.json", "plugin.ts"]);
    expect(shown.steps.map(({ number, files }) => [number, files])).toEqual([
      [1, ["plugin.ts"]],
      [2, []],
      [3, []],
    ]);
    const patch = await oli.call("downloadUpgrade", { params: begun });
    expect(patch.headers["content-disposition"]).toBe('attachment; filename="com.example.begun-to-sdk-0.2.0.patch"');
    expect(read("plugin.ts")).toBe(plugin);
  });

  it("writes what was shown, keeps the files as they were, and is audited", async () => {
    const { basis } = await preview();
    const done = await ana.ok("upgradePlugin", { params: begun, body: { basis } });
    expect(done).toMatchObject({ files: ["package.json", "plugin.ts"], byHand: [], manifestChanged: false });
    expect(read("plugin.ts")).toContain("  checkSettings: () => [],");
    expect(read("package.json")).toContain('"@hilum/sdk": "0.2.0"');
    expect(read(`${done.backup ?? ""}/plugin.ts`)).toBe(plugin);
    expect((await preview()).files).toEqual([]);
    const { items } = await ana.ok("searchAudit", { query: { action: "upgradePlugin", limit: 4 } });
    expect(items).not.toEqual([]);
  });

  it("is the administrator's alone", async () => {
    const { basis } = await preview();
    const refused = await oli.call("upgradePlugin", { params: begun, body: { basis } });
    expect(refused.problem().code).toBe("request.forbidden");
    expect(read("plugin.ts")).toBe(plugin);
  });

  it("refuses a folder that has changed since it was shown", async () => {
    const { basis } = await preview();
    writeFileSync(join(path, "plugin.ts"), `${plugin}// more\n`);
    const refused = await ana.call("upgradePlugin", { params: begun, body: { basis } });
    expect(refused.problem().code).toBe("upgrade.changed");
    expect(read("plugin.ts")).toBe(`${plugin}// more\n`);
  });

  it("looks at nothing behind a link", async () => {
    const outside = join(server.dataDir, "outside.ts");
    writeFileSync(outside, plugin);
    if (!existsSync(join(path, "linked.ts"))) symlinkSync(outside, join(path, "linked.ts"));
    const shown = await preview();
    expect(shown.skipped).toEqual([{ path: "linked.ts", why: "It is a link." }]);
    await ana.ok("upgradePlugin", { params: begun, body: { basis: shown.basis } });
    expect(readFileSync(outside, "utf8")).toBe(plugin);
  });

  it("has nothing to upgrade where no folder is linked", async () => {
    await ana.ok("addIncludedPlugin", { params: mailbox });
    expect((await oli.call("previewUpgrade", { params: mailbox })).problem().code).toBe("plugin.not_linked");
  });

  it.each([
    ["0.0.9", "Run the upgrade of its code.", "/dev/upgrade?plugin=com.example.begun"],
    ["9.0.0", "Update Hilum.", undefined],
  ])("says before it is enabled that SDK %s does not fit, and what to do", async (version, fix, link) => {
    writeFileSync(join(path, "package.json"), description.replace('sdk": "0.1.0"', `sdk": "${version}"`));
    const { rows, ready } = await ana.ok("getEnableGate", { params: begun });
    const row = rows.find(({ id }) => id === "sdk");
    expect(row).toMatchObject({ status: "failed", detail: expect.stringContaining(version), fix });
    expect([row?.link, ready]).toEqual([link, false]);
  });

  it.skipIf(!requires("bubblewrap").available)("enables one that is written for the SDK before", async () => {
    const { enabled, gate } = await ana.ok("enableInstance", { params: begun, body: {} });
    expect(gate.rows.find(({ id }) => id === "sdk")).toMatchObject({ status: "passed" });
    expect(enabled).toBe(true);
  });
});
