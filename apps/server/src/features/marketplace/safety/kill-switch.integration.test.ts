import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  countedDomain,
  countingSenderCode,
  countingSenderManifest,
  requires,
  startCountingProvider,
  type CountingProvider,
} from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openMarketplaceWorld, type MarketplaceWorld } from "../../../../test-support/marketplace-world.ts";
import { putPatient } from "../../../../test-support/patient-records.ts";
import { someEmail, waitForState } from "../../../../test-support/practice.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const plugin = "com.example.counting";
const params = { plugin };

describe.skipIf(!requires("bubblewrap").available)("the kill switch", () => {
  let world: MarketplaceWorld;
  let provider: CountingProvider;
  beforeAll(async () => {
    world = await openMarketplaceWorld();
    provider = await startCountingProvider();
    const { port } = provider;
    await world.offer([
      { manifest: countingSenderManifest({ id: plugin, version: "1.0.0", port }), code: countingSenderCode(port) },
    ]);
    await world.install(plugin);
    await world.enable(plugin);
    await world.ana.ok("setRoute", {
      params: { channel: "email" },
      body: { to: [{ plugin, instance: "default" }] },
    });
    await putPatient(world.ana, "k1");
    const subject = { reference: "Patient/k1" };
    const bodies = [
      { ...someEmail({ to: `one@${countedDomain}` }), subject },
      { ...someEmail({ to: `two@${countedDomain}` }), subject },
      someEmail({ to: `three@${countedDomain}` }),
    ];
    for (const body of bodies) await waitForState(world.ana, (await world.ana.ok("sendMessage", { body })).id, "sent");
  });
  afterAll(async () => {
    await provider.close();
    await world.close();
  });

  it("counts what the plugin had: messages, whom they are about, hosts, rights, since when", async () => {
    const radius = await world.ana.ok("getBlastRadius", { params });
    expect(radius).toMatchObject({
      plugin,
      since: expect.any(String),
      patients: 1,
      data: [{ kind: "messages", count: 3, people: 2, first: expect.any(String), last: expect.any(String) }],
      scopes: [{ instance: "default", scope: `net:tcp://127.0.0.1:${provider.port}` }],
      tokens: 0,
    });
    await vi.waitFor(
      async () => {
        const { hosts } = await world.ana.ok("getBlastRadius", { params });
        expect(hosts).toMatchObject([{ host: "127.0.0.1", requests: 3 }]);
      },
      { timeout: 15_000, interval: 200 },
    );
    expect((await world.ana.call("getKillReport", { params })).problem().code).toBe("request.not_found");
  });

  it("stops it by one act: rights, way out, process; and keeps what shows what it did", async () => {
    const report = await world.ana.ok("killPlugin", { params, body: { reason: "It sends at night" } });
    expect(report.steps.map(({ id, done }) => `${id} ${done}`)).toEqual([
      ...["tokens true", "egress true", "drain true", "quarantine true", "evidence true"],
    ]);
    expect(report.radius).toMatchObject({ patients: 1, scopes: [{ instance: "default" }] });
    const { instances } = await world.ana.ok("getPlugin", { params });
    expect(instances[0]).toMatchObject({ state: "quarantined", running: false, problem: { code: "plugin.cut_off" } });
    expect((await world.ana.ok("getAccess", { params })).rows).toMatchObject([{ decision: "denied" }]);
    const before = provider.taken.size;
    const { id } = await world.ana.ok("sendMessage", { body: someEmail({ to: `four@${countedDomain}` }) });
    await vi.waitFor(async () => {
      const { timeline } = await world.ana.ok("getMessage", { params: { message: id } });
      expect(timeline.length).toBeGreaterThan(1);
    });
    expect(provider.taken.size).toBe(before);
  });

  it("lets nothing of it run or be deleted while it is on, also after a restart", async () => {
    const refusals = async () => [
      (await world.ana.call("restartInstance", { params })).problem().code,
      (await world.ana.call("removePlugin", { params, body: { reason: "To be rid of it" } })).problem().code,
    ];
    expect(await refusals()).toEqual(["plugin.cut_off", "plugin.cut_off"]);
    const { enabled, gate } = await world.ana.ok("enableInstance", {
      params,
      body: { override: { reason: "Try all the same" } },
    });
    expect(enabled).toBe(false);
    expect(gate.rows.length).toBeGreaterThan(0);
    const { blocked } = await world.ana.ok("previewInstall", { body: params });
    expect(blocked.map(({ code }) => code)).toContain("plugin.cut_off");
    await world.restart();
    expect(await refusals()).toEqual(["plugin.cut_off", "plugin.cut_off"]);
    expect(await world.ana.ok("getKillReport", { params })).toMatchObject({ reason: "It sends at night" });
  });

  it("is lifted by an administrator, and what was taken away stays so until it is granted again", async () => {
    const operator = await world.server.as("operator");
    const body = { reason: "Its publisher explained it" };
    expect((await operator.call("liftKill", { params, body })).status).toBe(403);
    await world.ana.ok("liftKill", { params, body });
    expect((await world.ana.ok("getAccess", { params })).rows).toMatchObject([{ decision: "denied" }]);
    expect((await world.ana.call("liftKill", { params, body })).problem().code).toBe("request.not_found");
    await world.enable(plugin);
    expect((await world.ana.ok("getPlugin", { params })).instances[0]).toMatchObject({
      state: "enabled",
      running: true,
    });
    expect(await world.ana.ok("getKillReport", { params })).toMatchObject({ liftedAt: expect.any(String) });
  });

  it("leaves nothing of a plugin on the disk that was removed since", async () => {
    const packages = (): string[] => readdirSync(join(world.server.dataDir, "packages"));
    expect(packages()).toHaveLength(1);
    await world.ana.ok("removePlugin", { params, body: { reason: "It is not needed any more" } });
    await world.restart();
    await vi.waitFor(() => expect(packages()).toEqual([]), { timeout: 15_000 });
  });
});
