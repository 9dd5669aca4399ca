import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPlugin, begun } from "../../../test-support/begun-plugin.ts";
import { someEmail, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

describe.skipIf(!requires("bubblewrap").available)("live reload", () => {
  let server: TestServer;
  let ana: TestClient;
  let plugin: Awaited<ReturnType<typeof beginPlugin>>;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    plugin = await beginPlugin(ana);
    await ana.ok("setLiveReload", { params: begun, body: { on: true } });
  });
  afterAll(() => server.close());

  const reloads = (count: number) =>
    waitUntil(
      `${count} reloads`,
      () => ana.ok("getLiveReload", { params: begun }),
      (state) => state.reloads.length >= count,
    );
  const log = async (): Promise<string> =>
    (await ana.ok("listPluginLogs", { params: begun })).items.map(({ text }) => text).join("\n");

  it("runs the changed code, and tells how long it took", async () => {
    plugin.change("plugin.ts", " taken`", " taken by the second`");
    const { reloads: done, watching } = await reloads(1);
    expect(done[0]).toMatchObject({ outcome: "reloaded", instances: 1, files: ["plugin.ts"] });
    expect(["events", "polling"]).toContain(watching);
    // Asked at once, and not when its next check is due.
    const [answered] = done;
    await waitUntil(
      "the health of the new code",
      () => ana.ok("getPluginHealth", { params: begun }),
      ({ state, checkedAt = "" }) => state === "healthy" && checkedAt >= (answered?.at ?? "~"),
    );
    const { id } = await ana.ok("sendMessage", { body: someEmail() });
    await waitForState(ana, id, "sent");
    await waitUntil("the log", log, (text) => text.includes("taken by the second"));
  });

  it("loses no message that is in flight: what was begun is finished by the old code, what waits by the new", async () => {
    plugin.change(
      "plugin.ts",
      "    signal.throwIfAborted();\n",
      "    signal.throwIfAborted();\n    await new Promise((resolve) => setTimeout(resolve, 200));\n",
    );
    await reloads(2);
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let each = 0; each < 8; each++) ids.push((await ana.ok("sendMessage", { body: someEmail() })).id);
      plugin.change("plugin.ts", "// How many", `// ${round}\n    // How many`);
      await reloads(3 + round);
    }
    // One that is cut off ends as uncertain, and one that is dropped waits for ever.
    for (const id of ids) await waitForState(ana, id, "sent", 60_000);
    const { reloads: done } = await ana.ok("getLiveReload", { params: begun });
    expect(done.filter(({ outcome }) => outcome !== "reloaded")).toEqual([]);
  });

  it("leaves the plugin running as it was when the manifest changes, and says what to do", async () => {
    const before = (await ana.ok("getLiveReload", { params: begun })).reloads.length;
    plugin.change("hilum.json", '"version": "0.1.0"', '"version": "0.2.0"');
    const [changed] = (await reloads(before + 1)).reloads;
    expect(changed).toMatchObject({
      outcome: "manifest_changed",
      instances: 0,
      fix: expect.stringContaining("Link the folder again"),
    });
    plugin.change("hilum.json", '"send_messages"', '"send_message"');
    const [invalid] = (await reloads(before + 2)).reloads;
    expect(invalid).toMatchObject({
      outcome: "manifest_changed",
      code: "manifest.invalid",
      detail: expect.stringMatching(/line \d+, \/capabilities\/0/),
    });
    expect((await ana.ok("getPlugin", { params: begun })).instances[0]).toMatchObject({
      running: true,
      state: "enabled",
    });
    plugin.change("hilum.json", '"send_message"', '"send_messages"');
    plugin.change("hilum.json", '"version": "0.2.0"', '"version": "0.1.0"');
    await reloads(before + 3);
  });

  it("tells why changed code does not start, and goes on once it does", async () => {
    const before = (await ana.ok("getLiveReload", { params: begun })).reloads.length;
    plugin.change("main.ts", "serve(plugin);", "serve(plugin);;;(");
    const [broken] = (await reloads(before + 1)).reloads;
    expect(broken).toMatchObject({ outcome: "failed", code: expect.any(String), fix: expect.any(String) });
    plugin.change("main.ts", "serve(plugin);;;(", "serve(plugin);");
    await waitUntil(
      "a reload that works",
      () => ana.ok("getLiveReload", { params: begun }),
      ({ reloads: done }) => done[0]?.outcome === "reloaded",
    );
    const { id } = await ana.ok("sendMessage", { body: someEmail() });
    await waitForState(ana, id, "sent", 60_000);
  });

  it("says when there is nothing to start anew", async () => {
    await ana.ok("disableInstance", { params: begun, body: {} });
    const before = (await ana.ok("getLiveReload", { params: begun })).reloads.length;
    plugin.change("plugin.ts", "// How many", "// So many");
    expect((await reloads(before + 1)).reloads[0]).toMatchObject({ outcome: "not_running", instances: 0 });
  });

  it("stops when it is turned off, and is off after a restart of Hilum", async () => {
    expect(await ana.ok("setLiveReload", { params: begun, body: { on: false } })).toEqual({
      plugin: begun.plugin,
      on: false,
      reloads: [],
    });
    await ana.ok("setLiveReload", { params: begun, body: { on: true } });
    writeFileSync(join(plugin.path, "more.ts"), "export const more = 1;\n");
    await reloads(1);
    server = await server.restart();
    ana = await server.signIn("ana");
    expect((await ana.ok("getLiveReload", { params: begun })).on).toBe(false);
  });

  it("refuses a folder that is gone", async () => {
    renameSync(plugin.path, `${plugin.path}-moved`);
    expect((await ana.call("setLiveReload", { params: begun, body: { on: true } })).problem().code).toBe(
      "plugin.code_unreadable",
    );
    expect((await ana.ok("getLiveReload", { params: begun })).on).toBe(false);
  });
});
