import { get } from "node:https";
import { createServer, type AddressInfo, type Server } from "node:net";
import type { LogLine } from "@hilum/contract/api";
import { requires, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixtureFolder, fixture } from "../../../test-support/fixture-plugin.ts";
import { mailbox, someEmail, turnOnPractice, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const canary = "tok-canary-9f3b";
const scope = "net:tcp://{config.host}:{config.port}";
const sandbox = requires("bubblewrap");

describe("the practice mailbox, which needs no sandbox", () => {
  it("is ready with its defaults, is enabled by its gate, and keeps the evidence of its smoke tests", async () => {
    await using server = await startTestServer();
    const operator = await server.as("administrator");
    await operator.ok("addIncludedPlugin", { params: mailbox });
    const gate = await operator.ok("getEnableGate", { params: mailbox });
    expect(gate.ready).toBe(true);
    expect(gate.rows.map(({ id, status }) => [id, status])).toEqual(
      ["revision", "code", "capabilities", "settings", "access", "sandbox"].map((id) => [id, "passed"]),
    );
    await turnOnPractice(operator);
    const { items } = await operator.ok("listSmokeRuns", { params: mailbox });
    expect(items).toMatchObject([
      { trigger: "enable", by: "user:ana", status: "passed", results: [{ test: "deliver", status: "passed" }] },
    ]);
    const run = await operator.ok("runSmokeTests", { params: mailbox, body: {} });
    expect(run).toMatchObject({ trigger: "person", status: "passed" });
    expect(await operator.ok("checkPluginHealth", { params: mailbox })).toMatchObject({
      state: "healthy",
      running: true,
      lastRun: { id: run.id },
    });
    const scheduled = await operator.ok("saveSmokeSchedule", { params: mailbox, body: { everyMinutes: 60 } });
    expect(scheduled.schedule.everyMinutes).toBe(60);
  });

  it("keeps settings with history, refuses a save over somebody else's, and restores an earlier one", async () => {
    await using server = await startTestServer();
    const operator = await server.as("administrator");
    await operator.ok("addIncludedPlugin", { params: mailbox });
    const save = (behaviour: string, revision: number) =>
      operator.call("saveSettings", { params: mailbox, body: { values: { behaviour }, revision } });
    expect((await save("refuse", 0)).status).toBe(200);
    expect((await save("lose", 0)).problem().code).toBe("request.conflict");
    expect((await save("lose", 1)).status).toBe(200);
    const wrong = (await save("explode", 2)).problem();
    expect(wrong).toMatchObject({ code: "request.invalid", problems: [{ pointer: "/values/behaviour" }] });
    const { items } = await operator.ok("listSettingsRevisions", { params: mailbox });
    expect(items.map(({ revision, changes }) => [revision, changes[0]?.after])).toEqual([
      [2, "lose"],
      [1, "refuse"],
    ]);
    const restored = await operator.ok("restoreSettings", { params: { ...mailbox, revision: 1 } });
    expect(restored).toMatchObject({ revision: 3, values: { behaviour: "refuse" } });
    expect((await operator.call("restoreSettings", { params: { ...mailbox, revision: 99 } })).status).toBe(404);
  });

  it("threat 81: ends everything of a plugin that is removed before the answer, and keeps its messages", async () => {
    await using server = await startTestServer();
    const operator = await server.as("administrator");
    await turnOnPractice(operator);
    const { id } = await operator.ok("sendMessage", { body: someEmail() });
    await waitForState(operator, id, "sent");
    expect((await operator.call("removePlugin", { params: mailbox, body: { reason: "" } })).status).toBe(422);
    await operator.ok("removePlugin", { params: mailbox, body: { reason: "Not used any more" } });
    for (const read of ["getPlugin", "getSettings", "getAccess", "getPluginHealth", "listPluginLogs"] as const)
      expect((await operator.call(read, { params: mailbox })).status, read).toBe(404);
    const { items } = await operator.ok("listRoutes");
    expect(items.find(({ channel }) => channel === "email")).toMatchObject({ targets: [] });
    expect((await operator.ok("getMessage", { params: { message: id } })).state).toBe("sent");
    expect((await operator.ok("searchAudit", { query: { action: "removePlugin" } })).items).toHaveLength(2);
  });
});

describe.skipIf(!sandbox.available)("a sandboxed plugin", () => {
  let server: TestServer;
  let operator: TestClient;
  let folder: TempDir;
  /** What answers at the address of the plugin's server. */
  let listener: Server;
  let port: number;
  beforeAll(async () => {
    listener = createServer((socket) => socket.on("error", () => undefined)).listen(0, "0.0.0.0");
    await new Promise((resolve) => void listener.once("listening", resolve));
    ({ port } = listener.address() as AddressInfo);
    folder = createFixtureFolder();
    server = await startTestServer();
    operator = await server.as("administrator");
    const { settings, revision } = await operator.ok("getPlatformSettings");
    const privateRanges = [{ cidr: "127.0.0.0/8", reason: "The plugin's server" }];
    await operator.ok("savePlatformSettings", { body: { settings: { ...settings, privateRanges }, revision } });
    await operator.ok("linkFolder", { body: { path: folder.path } });
  });
  afterAll(async () => {
    await server.close();
    listener.close();
    folder.remove();
  });

  const plugin = async () => (await operator.ok("getPlugin", { params: fixture })).instances[0];
  const gateRow = async (id: string) =>
    (await operator.ok("getEnableGate", { params: fixture })).rows.find((row) => row.id === id);
  async function saveMode(mode: string): Promise<void> {
    const { values, revision } = await operator.ok("getSettings", { params: fixture });
    await operator.ok("saveSettings", { params: fixture, body: { values: { ...values, mode }, revision } });
  }

  it("is set up step by step, tested before it is saved, and the setup survives a reload", async () => {
    expect((await plugin())?.next).toBe("setup");
    expect(await gateRow("settings")).toMatchObject({ status: "failed", cause: "configuration" });
    const begun = await operator.ok("getSetup", { params: fixture });
    expect(begun).toMatchObject({ current: "server", prepare: { minutes: 2, have: ["The name of the server"] } });
    expect((await operator.call("finishSetup", { params: fixture })).problem().code).toBe("instance.wrong_state");
    const answer = (step: string, body: object) =>
      operator.send("PUT", `/api/v1/plugins/${fixture.plugin}/setup/steps/${step}`, { body });
    const refused = (await answer("server", { values: { mode: "crash" } })).problem();
    expect(refused.problems).toMatchObject([{ pointer: "/values/mode" }]);
    await answer("server", { values: { host: "127.0.0.2", port }, secrets: { token: canary } });
    const failed = (await answer("check", { values: {} })).json() as {
      current: string;
      checks: Record<string, { ok: boolean; rows: object[] }>;
    };
    expect(failed).toMatchObject({
      current: "check",
      checks: {
        check: {
          ok: false,
          rows: [
            { id: `dns:127.0.0.2:${port}`, status: "passed" },
            { id: `connect:127.0.0.2:${port}`, status: "passed" },
            { status: "failed", cause: "network", field: "/host", fix: "Check its name." },
          ],
        },
      },
    });

    // Somebody else, in another browser.
    const colleague = await server.as("operator");
    const reloaded = await colleague.ok("getSetup", { params: fixture });
    expect(reloaded).toMatchObject({
      current: "check",
      values: { host: "127.0.0.2" },
      secretsSet: ["token"],
      startedBy: "user:ana",
    });
    await answer("server", { values: { host: "127.0.0.1" } });
    expect(((await answer("check", { values: {} })).json() as { current: string }).current).toBe("summary");
    const saved = await operator.ok("finishSetup", { params: fixture });
    expect(saved).toMatchObject({ values: { host: "127.0.0.1" }, problems: [] });
    expect((await plugin())?.next).toBe("access");
  });

  it("is granted what it asks for, pinned to its settings, and asks again when they change", async () => {
    expect(await gateRow("access")).toMatchObject({ status: "failed" });
    const decide = (decision: "granted" | "denied", named = scope) =>
      operator.call("decideAccess", { params: fixture, body: { decisions: [{ scope: named, decision }] } });
    expect((await decide("granted", "net:tcp://evil.example:25")).problem().problems).toMatchObject([
      { pointer: "/decisions/0/scope" },
    ]);
    expect((await decide("granted")).status).toBe(200);
    const { rows, reviewed } = await operator.ok("getAccess", { params: fixture });
    expect([reviewed, rows[0]?.pinned, rows[0]?.stale]).toEqual([true, `net:tcp://127.0.0.1:${port}`, false]);
    const { values, revision } = await operator.ok("getSettings", { params: fixture });
    await operator.ok("saveSettings", {
      params: fixture,
      body: { values: { ...values, host: "127.0.0.3" }, revision },
    });
    const changed = await operator.ok("getAccess", { params: fixture });
    expect([changed.reviewed, changed.rows[0]?.pinned, changed.rows[0]?.resolved, changed.rows[0]?.stale]).toEqual([
      false,
      `net:tcp://127.0.0.1:${port}`,
      `net:tcp://127.0.0.3:${port}`,
      true,
    ]);
    expect(await gateRow("access")).toMatchObject({ status: "failed" });
    await decide("granted");
    expect((await plugin())?.next).toBe("enable");
  });

  it("is enabled by its gate, isolated, and sends", async () => {
    const { enabled, gate, instance } = await operator.ok("enableInstance", { params: fixture, body: {} });
    expect(gate.rows.filter(({ status }) => status === "failed")).toEqual([]);
    expect([enabled, gate.ready, instance.running, instance.sandbox?.level]).toEqual([true, true, true, "isolated"]);
    expect(gate.rows.map(({ id }) => id)).toEqual([
      "revision",
      "code",
      "capabilities",
      "settings",
      "access",
      "sandbox",
      "agreements",
      "start",
      "validate",
      "smoke",
    ]);
    await operator.ok("setRoute", {
      params: { channel: "email" },
      body: { to: [{ ...fixture, instance: "default" }] },
    });
    const { id } = await operator.ok("sendMessage", { body: someEmail() });
    await waitForState(operator, id, "sent");
    expect(
      (await operator.ok("getMessage", { params: { message: id } })).timeline.some(
        ({ reply }) => reply === "250 taken",
      ),
    ).toBe(true);
  });

  it("stops when a setting takes it out of its grant, and does not start again by itself", async () => {
    const { values, revision } = await operator.ok("getSettings", { params: fixture });
    await operator.ok("saveSettings", { params: fixture, body: { values: { ...values, port: 2526 }, revision } });
    expect(await plugin()).toMatchObject({
      running: false,
      next: "access",
      problem: { title: "Stopped: access must be reviewed" },
    });
    await operator.ok("decideAccess", { params: fixture, body: { decisions: [{ scope, decision: "granted" }] } });
    expect((await operator.ok("enableInstance", { params: fixture, body: {} })).enabled).toBe(true);
  });

  it("is not enabled when a smoke test fails, but for a reason that is kept", async () => {
    await operator.ok("disableInstance", { params: fixture, body: {} });
    await saveMode("fail-smoke");
    const refused = await operator.ok("enableInstance", { params: fixture, body: {} });
    expect(refused.enabled).toBe(false);
    expect(refused.gate.rows.find(({ id }) => id === "smoke")).toMatchObject({
      status: "failed",
      cause: "wrong_credential",
      fix: "Make a new token.",
      field: "/token",
      reply: "535 no",
    });
    expect(refused.instance.running).toBe(false);
    expect(
      (await operator.call("enableInstance", { params: fixture, body: { override: { reason: "" } } })).status,
    ).toBe(422);
    const overridden = await operator.ok("enableInstance", {
      params: fixture,
      body: { override: { reason: "The provider is told; we need it today" } },
    });
    expect([overridden.enabled, overridden.gate.ready]).toEqual([true, false]);
    const [run] = (await operator.ok("listSmokeRuns", { params: fixture })).items;
    expect(run).toMatchObject({
      trigger: "enable",
      status: "failed",
      results: [{ test: "reach", status: "failed", reply: "535 no" }],
    });
    expect((await operator.ok("getPluginHealth", { params: fixture })).state).toBe("failing");
    await saveMode("good");
  });

  it("never overrides what is missing to run at all", async () => {
    const manifest = { id: "com.example.codeless", name: "Codeless", capabilities: ["send_messages", "handle_events"] };
    await operator.send("POST", "/api/v1/plugins/register", { body: manifest });
    const answer = await operator.ok("enableInstance", {
      params: { plugin: manifest.id },
      body: { override: { reason: "I insist" } },
    });
    expect(answer.enabled).toBe(false);
    expect(answer.gate.rows.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual([
      "code",
      "capabilities",
    ]);
  });

  it("never enables what keeps patient data and cannot be seen in Records, and says what is missing", async () => {
    const smallest = { id: "com.example.keeper", name: "Keeper", capabilities: ["store_records"] };
    const storageRow = async (manifest: typeof smallest) => {
      await operator.send("POST", "/api/v1/plugins/register", { body: manifest });
      const { enabled, gate } = await operator.ok("enableInstance", {
        params: { plugin: manifest.id },
        body: { override: { reason: "I insist" } },
      });
      expect(enabled).toBe(false);
      return gate.rows.find(({ id }) => id === "storage");
    };
    const without = await storageRow(smallest);
    expect(without).toMatchObject({ status: "failed", detail: expect.stringContaining("`storage.browser`") as string });
    const sender = { id: "com.example.hoarder", name: "Hoarder", capabilities: ["send_messages"] };
    const hoarder = await storageRow({ ...sender, ...{ classification: { phi: "store" } } });
    expect(hoarder?.detail).toMatch(/`store_records`.*`storage.browser`/);
    const whole = { ...smallest, id: "com.example.seen", ...{ storage: { browser: true } } };
    expect(await storageRow(whole)).toMatchObject({ status: "passed" });
    expect(await storageRow({ ...sender, id: "com.example.plain-sender" })).toBeUndefined();
  });

  it("threat 13: escapes what a plugin writes into its log, and tails it live", async () => {
    const lines: LogLine[] = [];
    const url = `${server.origin}/api/v1/plugins/${fixture.plugin}/logs/stream`;
    const headers = {
      cookie: operator.cookie,
      origin: server.origin,
      "sec-fetch-site": "same-origin",
      "x-hilum-console": "1",
    };
    const sent = get(url, { ca: server.ca, headers, agent: false }, (stream) => {
      let rest = "";
      stream.setEncoding("utf8").on("data", (part: string) => {
        const events = (rest + part).split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) lines.push(JSON.parse(data) as LogLine);
        }
      });
    });
    await saveMode("noisy");
    const seen = await waitUntil(
      "both lines",
      async () => lines,
      (all) =>
        all.some(({ text }) => text.includes("fake line")) &&
        all.some(({ source, text }) => source === "stderr" && text.includes("red")),
    );
    sent.destroy();
    for (const { text } of seen) expect(text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
    expect(seen.find(({ text }) => text.includes("fake line"))).toMatchObject({ level: "info", source: "plugin" });
    const { items } = await operator.ok("listPluginLogs", { params: fixture, query: { limit: 100 } });
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(seen.map(({ id }) => id)));
    await saveMode("good");
  });

  it("keeps settings with which the plugin cannot start, and says beside it why it does not run", async () => {
    await saveMode("early");
    expect((await operator.ok("getSettings", { params: fixture })).values).toMatchObject({ mode: "early" });
    const stopped = await waitUntil("the problem", plugin, (instance) => instance?.problem !== undefined);
    expect(stopped).toMatchObject({ running: false, health: "failing" });
    await saveMode("good");
    await waitUntil("the process", plugin, (instance) => instance?.running === true && instance.problem === undefined);
  });

  it("threat 219: is put into quarantine after it died again and again, says why, and a restart lifts it", async () => {
    await saveMode("crash");
    const stopped = await waitUntil("the quarantine", plugin, (instance) => instance?.state === "quarantined", 50_000);
    expect(stopped).toMatchObject({
      running: false,
      health: "failing",
      problem: { title: "Stopped after it failed again and again" },
    });
    expect((await operator.ok("getDashboard")).repairs.some((repair) => repair.plugin === fixture.plugin)).toBe(true);
    await saveMode("good");
    const restarted = await operator.ok("restartInstance", { params: fixture });
    expect(restarted.state).toBe("enabled");
    await waitUntil("the process", plugin, (instance) => instance?.running === true && instance.problem === undefined);
  });

  it("never shows a secret again, in any answer", async () => {
    const paths = [
      "",
      "/settings",
      "/settings/revisions",
      "/setup",
      "/access",
      "/gate",
      "/health",
      "/smoke-runs",
      "/logs",
      "/remote",
    ].map((tab) => `/api/v1/plugins/${fixture.plugin}${tab}`);
    for (const path of [...paths, "/api/v1/plugins", "/api/v1/dashboard", "/metrics", "/api/v1/registrations"]) {
      const answer = await operator.send("GET", path);
      expect(answer.status, path).toBe(200);
      expect(answer.text, path).not.toContain(canary);
    }
    const { secrets } = await operator.ok("getSettings", { params: fixture });
    expect(secrets["token"]).toMatchObject({ setBy: "user:ana" });
    expect(server.log.join("\n")).not.toContain(canary);
  });

  it("makes a second instance with settings, grants and state of its own, and refuses to remove the last", async () => {
    const second = { params: fixture, query: { instance: "second" } };
    await operator.ok("createInstance", { params: fixture, body: { instance: "second", title: "Second account" } });
    expect(
      (await operator.call("createInstance", { params: fixture, body: { instance: "second", title: "Again" } })).status,
    ).toBe(409);
    expect((await operator.ok("getSettings", second)).values).toEqual({});
    expect((await operator.ok("getAccess", second)).rows[0]?.decision).toBe("undecided");
    const reason = { reason: "Closed account" };
    await operator.ok("removeInstance", { params: { ...fixture, instance: "second" }, body: reason });
    expect((await operator.call("getSettings", second)).problem().code).toBe("instance.not_found");
    expect(
      (await operator.call("removeInstance", { params: { ...fixture, instance: "default" }, body: reason })).problem()
        .code,
    ).toBe("instance.wrong_state");
  });

  it("starts again with the server", async () => {
    server = await server.restart();
    operator = await server.signIn("ana");
    await waitUntil("the process", plugin, (instance) => instance?.running === true);
    expect((await operator.ok("getSettings", { params: fixture })).values).toMatchObject({
      host: "127.0.0.3",
      mode: "good",
    });
  });
});
