import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstallJob } from "@hilum/contract/api";
import { createTempDir, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  aPackage,
  createTestMarketplace,
  senderCode,
  type TestMarketplace,
} from "../../../../test-support/a-marketplace.ts";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const temp = createTempDir("installs");
const plugin = "com.example.mail";
const params = { plugin };
const policy = { coolingOffDays: 7, whenRevoked: "stop" as const, publishers: [] };
const net = { scope: "net:tcp://mail.example.com:25", reason: "Hands messages over." };
const today = new Date().toISOString();
const versions = [
  { manifest: { id: plugin, version: "1.0.0" } },
  { manifest: { id: plugin, version: "1.1.0" } },
  { manifest: { id: plugin, version: "1.2.0" }, code: senderCode("failed") },
  { manifest: { id: plugin, version: "1.3.0", scopes: [net] } },
  { manifest: { id: plugin, version: "1.4.0" }, code: "process.exit(1);" },
  {
    manifest: {
      id: plugin,
      version: "1.5.0",
      requires: { plugins: [{ id: "com.example.other", version: ">=1.0.0" }] },
    },
  },
  { manifest: { id: "com.example.other", version: "1.0.0" } },
  { manifest: { id: plugin, version: "2.0.0" }, listing: { publishedAt: today } },
];

describe.skipIf(!requires("bubblewrap").available)("installing from a marketplace", () => {
  let server: TestServer;
  let ana: TestClient;
  let market: TestMarketplace;
  let digests: string[];

  const ended = async (job: InstallJob, until = "running"): Promise<InstallJob> => {
    let now = job;
    await vi.waitFor(
      async () => {
        now = await ana.ok("getInstall", { params: { job: job.id } });
        expect(now.state).not.toBe(until);
      },
      { timeout: 50_000, interval: 50 },
    );
    return now;
  };
  const begin = async (version: string, reason?: string): Promise<InstallJob> => {
    const { digest } = await ana.ok("previewInstall", { body: { plugin, version } });
    const more = reason === undefined ? {} : { reason };
    return await ana.ok("startInstall", { body: { plugin, version, digest, ...more } });
  };
  const install = async (version: string, reason?: string): Promise<InstallJob> =>
    await ended(await begin(version, reason));
  const statesOf = (job: InstallJob): string[] => job.steps.map(({ id, state }) => `${id} ${state}`);
  const running = async (): Promise<string | undefined> => (await ana.ok("getVersions", { params })).installed?.version;

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    market = await createTestMarketplace(temp.join("market"));
    digests = await market.offer(versions);
    const place = { kind: "folder" as const, path: market.folder };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    await ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
    });
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  it("installs a plugin step by step, which waits for what it may do as any other", async () => {
    const job = await install("1.0.0");
    expect(statesOf(job)).toEqual([
      ...["verify passed", "unpack passed", "approve skipped", "start skipped", "handshake passed"],
      ...["conformance passed", "smoke skipped", "switch passed", "watch skipped"],
    ]);
    expect(job).toMatchObject({ state: "succeeded", kind: "install", cancellable: false });
    expect(await ana.ok("getPlugin", { params })).toMatchObject({ code: "installed", version: "1.0.0" });
    expect(await ana.ok("getVersions", { params })).toMatchObject({
      installed: { version: "1.0.0", status: "signed", publisher: "com.example", digest: digests[0] },
      highest: "1.0.0",
    });
    expect(await ana.ok("enableInstance", { params, body: {} })).toMatchObject({ enabled: true });
  });

  it("updates beside what runs, and watches the new version", async () => {
    const preview = await ana.ok("previewInstall", { body: { plugin, version: "1.1.0" } });
    expect(preview).toMatchObject({ kind: "update", from: "1.0.0", differences: { moreRights: false }, blocked: [] });
    const job = await install("1.1.0");
    expect(job).toMatchObject({ state: "watching", watchUntil: expect.any(String) });
    expect(statesOf(job)).toContain("smoke passed");
    expect(await running()).toBe("1.1.0");
  });

  it("leaves what runs alone where the new version fails before the switch", async () => {
    const smoke = await install("1.2.0");
    expect(smoke).toMatchObject({ state: "failed", problem: { code: "install.smoke" } });
    expect(statesOf(smoke)).toContain("switch waiting");
    const broken = await install("1.4.0");
    expect(broken.state).toBe("failed");
    expect(statesOf(broken)).toContain("switch waiting");
    expect(await running()).toBe("1.1.0");
    expect((await ana.ok("getPlugin", { params })).instances[0]).toMatchObject({ state: "enabled", running: true });
  });

  it("waits for approval where a version may do more, while the old one runs, and can be cancelled until then", async () => {
    const waiting = await install("1.3.0");
    expect(waiting).toMatchObject({ state: "awaiting_approval", approval: [{ scope: net.scope }], cancellable: true });
    expect(await running()).toBe("1.1.0");
    const busy = await ana.call("startInstall", { body: { plugin, version: "1.3.0", digest: digests[3] ?? "" } });
    expect(busy.problem().code).toBe("install.in_progress");
    const cancelled = await ana.ok("cancelInstall", { params: { job: waiting.id } });
    expect(cancelled.state).toBe("cancelled");
    const late = await ana.call("approveInstall", { params: { job: waiting.id }, body: { scopes: [net.scope] } });
    expect(late.problem().code).toBe("install.wrong_state");

    const { items } = await ana.ok("listInstalls", { query: { plugin, state: "cancelled" } });
    expect(items).toMatchObject([{ id: waiting.id, state: "cancelled" }]);

    const again = await install("1.3.0");
    await ana.ok("approveInstall", { params: { job: again.id }, body: { scopes: [net.scope] } });
    expect(await ended(again, "running")).toMatchObject({ state: "watching" });
    expect(await running()).toBe("1.3.0");
    expect(await ana.ok("getAccess", { params })).toMatchObject({
      reviewed: true,
      rows: [{ scope: net.scope, decision: "granted", pinned: net.scope }],
    });
  });

  it("goes on after a restart with the version that it switched to", async () => {
    server = await server.restart();
    ana = await server.as("administrator");
    expect(await running()).toBe("1.3.0");
    const { instances } = await ana.ok("getPlugin", { params });
    expect(instances[0]).toMatchObject({ state: "enabled", running: true });
  });

  it("threat 127, 130: says what keeps a version: too new, older than what ran, another plugin missing", async () => {
    const blocks = async (version: string): Promise<string[]> =>
      (await ana.ok("previewInstall", { body: { plugin, version } })).blocked.map(({ code }) => code);
    expect(await blocks("2.0.0")).toEqual(["package.cooling_off"]);
    expect(await blocks("1.0.0")).toEqual(["package.downgrade"]);
    expect(await blocks("1.5.0")).toEqual(["plugin.needs"]);
    const { order } = await ana.ok("previewInstall", { body: { plugin, version: "1.5.0" } });
    expect(order.map((one) => one.plugin)).toEqual(["com.example.other", plugin]);
    const digest = digests.at(-1) ?? "";
    const refused = await ana.call("startInstall", { body: { plugin, version: "2.0.0", digest } });
    expect(refused.problem().code).toBe("install.blocked");
    const other = await ana.call("startInstall", { body: { plugin, version: "2.0.0", digest: digests[0] ?? "" } });
    expect(other.problem().code).toBe("install.changed");
    await ana.ok("pinPlugin", { params, body: { pinned: true, reason: "Until the audit" } });
    expect(await blocks("2.0.0")).toContain("plugin.pinned");
    await ana.ok("pinPlugin", { params, body: { pinned: false } });
  });

  it("goes back with one click to a version that is kept, and takes away what it may do no more", async () => {
    const back = await ana.ok("rollBackPlugin", {
      params,
      body: { digest: digests[1] ?? "", reason: "It is slower" },
    });
    expect(await ended(back)).toMatchObject({ state: "succeeded", kind: "roll_back", to: "1.1.0", from: "1.3.0" });
    expect(await running()).toBe("1.1.0");
    expect((await ana.ok("getAccess", { params })).rows).toEqual([]);
    const { kept, history } = await ana.ok("getVersions", { params });
    expect(kept.map(({ version }) => version).toSorted()).toEqual(["1.0.0", "1.1.0", "1.3.0"]);
    expect(history[0]).toMatchObject({ kind: "roll_back", reason: "It is slower" });
    const digest = digests[1] ?? "";
    expect((await ana.call("forgetVersion", { params: { ...params, digest } })).problem().code).toBe(
      "install.wrong_state",
    );
    await ana.ok("forgetVersion", { params: { ...params, digest: digests[0] ?? "" } });
  });

  it("threat 117, 118: does not start what was changed on the disk, and says so", async () => {
    const file = join(server.dataDir, "packages", digests[1] ?? "", "main.mjs");
    const folder = join(file, "..");
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    writeFileSync(file, "process.exit(0);");
    expect((await ana.ok("getVersions", { params })).installed?.status).toBe("modified");
    expect((await ana.call("restartInstance", { params })).problem().code).toBe("package.modified");
    const body = { digest: digests[3] ?? "", reason: "The other was changed" };
    const waiting = await ended(await ana.ok("rollBackPlugin", { params, body }));
    expect(waiting.state).toBe("awaiting_approval");
    await ana.ok("approveInstall", { params: { job: waiting.id }, body: { scopes: [] } });
    expect((await ended(waiting, "running")).state).toBe("succeeded");
    expect(await ana.ok("restartInstance", { params })).toMatchObject({ state: "enabled", running: true });
  });

  it("threat 136: takes a package from a file with a reason alone, and shows that nobody signed it", async () => {
    const body = aPackage({ manifest: { id: "com.example.local", version: "0.1.0" } });
    const taken = await ana.ok("uploadPackage", {
      body: body as never,
      headers: { "content-type": "application/octet-stream" },
    });
    const wanted = { plugin: taken.plugin, upload: taken.digest };
    const refused = await ana.call("startInstall", { body: { ...wanted, digest: taken.digest } });
    expect(refused.problem().code).toBe("install.blocked");
    const job = await ana.ok("startInstall", {
      body: { ...wanted, digest: taken.digest, reason: "Ours, not published" },
    });
    expect((await ended(job)).state).toBe("succeeded");
    const { installed } = await ana.ok("getVersions", { params: { plugin: taken.plugin } });
    expect(installed).toMatchObject({ version: "0.1.0", status: "unsigned" });
  });

  it("threat 128: stops a version that its publisher takes back, at the next reading of its source", async () => {
    const revoked = [{ plugin, version: "1.3.0", reason: "It leaks.", since: today }];
    const list = Buffer.from(JSON.stringify({ format: "hilum-revocations/1", revoked }));
    await market.offer(versions, { "revoked.json": list });
    const refreshed = await ana.ok("refreshSource", { params: { source: "own" } });
    expect(refreshed.revoked).toEqual([{ plugin, version: "1.3.0", reason: "It leaks.", done: "stopped" }]);
    expect((await ana.ok("getVersions", { params })).installed?.status).toBe("revoked");
    const { instances } = await ana.ok("getPlugin", { params });
    expect(instances[0]).toMatchObject({ running: false, problem: { code: "package.revoked" } });
  });
});
