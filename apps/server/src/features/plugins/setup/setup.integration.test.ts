import { createServer, type AddressInfo, type Server } from "node:net";
import type { SetupSession } from "@hilum/contract/api";
import { requires, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFixtureFolder, fixture, fixtureManifest } from "../../../../test-support/fixture-plugin.ts";
import { mailbox } from "../../../../test-support/practice.ts";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

const token = "tok-canary-51";
const manifest = {
  ...fixtureManifest,
  setup: {
    minutes: 6,
    have: ["The name of the server"],
    steps: [
      {
        id: "kind",
        type: "menu",
        title: "Which behaviour?",
        options: [
          { id: "good", title: "Good", set: { mode: "good" } },
          { id: "noisy", title: "Noisy", set: { mode: "noisy" } },
        ],
      },
      { id: "server", type: "form", title: "Server", fields: ["host", "port"], check: true },
      { id: "key", type: "form", title: "Key", fields: ["token"] },
      { id: "check", type: "check", title: "Check" },
    ],
  },
};

describe.skipIf(!requires("bubblewrap").available)("a setup", () => {
  let server: TestServer;
  let operator: TestClient;
  let folder: TempDir;
  let listener: Server;
  let port: number;

  beforeAll(async () => {
    listener = createServer((socket) => socket.on("error", () => undefined)).listen(0, "0.0.0.0");
    await new Promise((resolve) => void listener.once("listening", resolve));
    ({ port } = listener.address() as AddressInfo);
    folder = createFixtureFolder(manifest);
    server = await startTestServer();
    operator = await server.as("administrator");
    const { settings, revision } = await operator.ok("getPlatformSettings");
    const privateRanges = [{ cidr: "127.0.0.0/8", reason: "The plugin's server" }];
    await operator.ok("savePlatformSettings", { body: { settings: { ...settings, privateRanges }, revision } });
  });
  afterAll(async () => {
    await server?.close();
    listener?.close();
    folder?.remove();
  });
  beforeEach(async () => {
    if ((await operator.ok("listPlugins")).items.some(({ id }) => id === fixture.plugin))
      await operator.ok("removePlugin", { params: fixture, body: { reason: "Another test begins" } });
    await operator.ok("linkFolder", { body: { path: folder.path } });
  });

  type Answer = { values?: object; secrets?: object; option?: string };
  const answering = (client: TestClient, step: string, { values = {}, secrets, option }: Answer) =>
    client.call("answerSetupStep", {
      params: { ...fixture, step },
      body: {
        values: { ...values },
        ...(secrets === undefined ? {} : { secrets: { ...secrets } }),
        ...(option === undefined ? {} : { option }),
      },
    });
  async function answer(step: string, given: Answer = {}): Promise<SetupSession> {
    const answered = await answering(operator, step, given);
    expect(answered.status, answered.text).toBe(200);
    return answered.json() as SetupSession;
  }
  const goTo = (step: string, kept?: object) =>
    operator.call("goToSetupStep", { params: fixture, body: { step, ...kept } });
  const read = (client = operator) => client.ok("getSetup", { params: fixture });
  const begin = (mode: SetupSession["mode"], replace?: boolean) =>
    operator.call("beginSetup", { params: fixture, body: { mode, ...(replace === undefined ? {} : { replace }) } });
  const statesOf = ({ steps }: SetupSession) => steps.map(({ id, state }) => `${id} ${state}`);
  async function configure(): Promise<void> {
    await answer("kind", { option: "good" });
    await answer("server", { values: { host: "127.0.0.1", port } });
    await answer("key", { secrets: { token } });
    await answer("check");
    await operator.ok("finishSetup", { params: fixture });
  }

  it("keeps what was typed when somebody goes back or leaves, also what is not right yet", async () => {
    await answer("kind", { option: "noisy" });
    const left = await goTo("kind", { kept: { step: "server", values: { host: "not a host!", port } } });
    expect(left.json()).toMatchObject({ current: "kind", values: { host: "not a host!", port, mode: "noisy" } });
    expect(statesOf(await read()).slice(0, 2)).toEqual(["kind current", "server open"]);
    expect((await read()).steps[0]).toMatchObject({ chosen: "noisy", answeredBy: "user:ana" });
    const refused = await answering(operator, "server", {});
    expect(refused.problem()).toMatchObject({ code: "request.invalid", problems: [{ pointer: "/values/host" }] });
    expect((await goTo("check")).problem().code).toBe("instance.wrong_state");
    expect((await goTo("nowhere")).status).toBe(404);
    expect((await goTo("kind", { kept: { step: "server", values: { token } } })).problem().problems).toMatchObject([
      { pointer: "/values/token" },
    ]);
  });

  it("tries each form that says so, with the host's own rows first, before the next step opens", async () => {
    await answer("kind", { option: "good" });
    const nobody = await answer("server", { values: { host: "127.0.0.1", port: 1 } });
    expect(nobody).toMatchObject({
      current: "server",
      steps: [{}, { check: true, state: "current" }, { reachable: false }, {}, {}],
    });
    expect(nobody.checks["server"]).toMatchObject({ ok: false });
    expect(nobody.checks["server"]?.rows).toMatchObject([
      { title: "127.0.0.1 may be reached", status: "passed" },
      { status: "failed", cause: "network", field: "/port", fix: expect.stringContaining("port") },
      { id: "server", status: "skipped" },
    ]);
    const closed = await answer("server", { values: { host: "10.11.12.13", port } });
    expect(closed.checks["server"]?.rows[0]).toMatchObject({
      status: "failed",
      cause: "configuration",
      field: "/host",
    });
    const down = await answer("server", { values: { host: "127.0.0.2", port } });
    expect(down.checks["server"]?.rows.at(-1)).toMatchObject({ status: "failed", fix: "Check its name." });
    const up = await answer("server", { values: { host: "127.0.0.1", port } });
    expect([up.current, up.checks["server"]?.ok]).toEqual(["key", true]);
  });

  it("is handed over: who answered which step is shown, and a second answer at once is a conflict", async () => {
    await answer("kind", { option: "good" });
    await answer("server", { values: { host: "127.0.0.1", port } });
    const colleague = await server.as("operator");
    await answering(colleague, "key", { secrets: { token } });
    const { steps, startedBy } = await read(colleague);
    expect([startedBy, ...steps.map(({ answeredBy }) => answeredBy)]).toEqual([
      "user:ana",
      "user:ana",
      "user:ana",
      "user:operator",
      undefined,
      undefined,
    ]);
    const both = await Promise.all([answering(operator, "check", {}), answering(colleague, "check", {})]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(JSON.stringify(await read())).not.toContain(token);
  });

  it("makes checks again only after answers that changed, and forgets no answer for it", async () => {
    await answer("kind", { option: "good" });
    await answer("server", { values: { host: "127.0.0.1", port } });
    await answer("key", { secrets: { token } });
    expect((await answer("check")).current).toBe("summary");
    const same = await answer("server", { values: { host: "127.0.0.1", port } });
    expect(statesOf(same).slice(2, 4)).toEqual(["key current", "check done"]);
    const other = await answer("kind", { option: "noisy" });
    expect(other.checks).toEqual({});
    expect(statesOf(other)).toEqual(["kind done", "server current", "key done", "check open", "summary open"]);
    expect((await operator.call("finishSetup", { params: fixture })).problem().code).toBe("instance.wrong_state");
  });

  it("says what finishing changes: all of it the first time, then the difference", async () => {
    await answer("kind", { option: "good" });
    await answer("server", { values: { host: "127.0.0.1", port } });
    const first = await answer("key", { secrets: { token } });
    expect(first.changes).toEqual([
      { name: "host", title: "Server", secret: false, after: "127.0.0.1" },
      { name: "port", title: "Port", secret: false, after: String(port) },
      { name: "mode", title: "Behaviour", secret: false, after: "good" },
      { name: "token", title: "Token", secret: true, after: "replaced" },
    ]);
    await answer("check");
    const saved = await operator.ok("finishSetup", { params: fixture, query: { as: "test" } });
    expect(saved).toMatchObject({ testMode: true, revision: 1 });
    await begin("reconfigure");
    expect((await read()).changes).toEqual([]);
    const changed = await answer("kind", { option: "noisy" });
    expect(changed.changes).toEqual([
      { name: "mode", title: "Behaviour", secret: false, before: "good", after: "noisy" },
    ]);
  });

  it("is begun again to reconfigure, with everything answered and any step open", async () => {
    await configure();
    const begun = (await begin("reconfigure")).json() as SetupSession;
    expect(begun).toMatchObject({ mode: "reconfigure", values: { host: "127.0.0.1" }, secretsSet: ["token"] });
    expect(statesOf(begun)).toEqual(["kind current", "server done", "key done", "check open", "summary open"]);
    expect((await goTo("key")).status).toBe(200);
    expect((await answer("check")).current).toBe("summary");
    await operator.ok("finishSetup", { params: fixture, query: { as: "live" } });
    expect(await operator.ok("getSettings", { params: fixture })).toMatchObject({ revision: 2, testMode: false });
  });

  it("is begun again to renew what the provider accepts, with only the steps that ask for it and the checks", async () => {
    await configure();
    const begun = (await begin("reauthenticate")).json() as SetupSession;
    expect(statesOf(begun)).toEqual(["key current", "check open", "summary open"]);
    await answer("key", { secrets: { token: `${token}-new` } });
    const other = await begin("reconfigure");
    expect(other.problem()).toMatchObject({
      code: "setup.in_progress",
      detail: expect.stringContaining("begun by ana"),
    });
    expect((await begin("reauthenticate")).json()).toMatchObject({
      current: "check",
      steps: [{ state: "done" }, {}, {}],
    });
    expect((await begin("reconfigure", true)).json()).toMatchObject({ mode: "reconfigure", changes: [] });
    expect((await operator.ok("restartSetup", { params: fixture })).mode).toBe("reconfigure");
  });

  it("takes no answer that a step does not ask for, and lists values only where the manifest says so", async () => {
    const wrong = await answering(operator, "kind", { values: { host: "127.0.0.1" }, option: "good" });
    expect(wrong.problem().problems).toMatchObject([{ pointer: "/values/host" }]);
    const none = await answering(operator, "kind", { option: "other" });
    expect(none.problem().problems).toMatchObject([{ pointer: "/option" }]);
    const listed = await operator.call("discoverSetupOptions", {
      params: { ...fixture, step: "server" },
      body: { field: "host", values: {} },
    });
    expect(listed.problem().problems).toMatchObject([{ pointer: "/field" }]);
    const signIn = await operator.call("startSetupOAuth", { params: { ...fixture, step: "server" } });
    expect(signIn.status).toBe(404);
  });
});

describe("open problems", () => {
  it("are put off until a day with a reason, come back by hand, and never while they are critical", async () => {
    await using server = await startTestServer();
    const operator = await server.as("administrator");
    await operator.ok("addIncludedPlugin", { params: mailbox });
    await server.nobody().send("POST", "/api/v1/plugins/register", {
      body: { id: "com.example.waits", name: "Waits", capabilities: ["send_messages"] },
    });
    const { open } = await operator.ok("listRepairs");
    const repair = open.find(({ title }) => title.startsWith("Waits asks"))?.id ?? "";
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const snooze = (id: string, day = until) =>
      operator.call("snoozeRepair", { params: { repair: id }, body: { until: day, reason: "Its publisher is asked" } });
    expect((await snooze("absent:problem")).problem().code).toBe("repair.not_found");
    expect((await snooze(repair, new Date(0).toISOString())).problem().problems).toMatchObject([{ pointer: "/until" }]);
    expect((await snooze(repair)).status).toBe(200);
    const put = await operator.ok("listRepairs");
    expect(put.open.map(({ id }) => id)).not.toContain(repair);
    expect(put.snoozed).toMatchObject([
      { id: repair, snoozed: { until, reason: "Its publisher is asked", by: "user:ana" } },
    ]);
    expect((await operator.ok("getDashboard")).repairs.map(({ id }) => id)).not.toContain(repair);
    const restarted = await server.restart();
    const again = await restarted.as("administrator");
    expect((await again.ok("listRepairs")).snoozed).toHaveLength(1);
    await again.ok("unsnoozeRepair", { params: { repair } });
    expect((await again.ok("listRepairs")).open.map(({ id }) => id)).toContain(repair);
    expect((await again.call("unsnoozeRepair", { params: { repair } })).problem().code).toBe("repair.not_found");
    await restarted.close();
  });
});
