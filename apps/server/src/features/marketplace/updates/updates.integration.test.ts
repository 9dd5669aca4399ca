import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { UpdateRun } from "@hilum/contract/api";
import { senderCode } from "../../../../test-support/a-marketplace.ts";
import { openMarketplaceWorld, type MarketplaceWorld } from "../../../../test-support/marketplace-world.ts";
import { waitUntil } from "../../../../test-support/practice.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const [first, second, third, held] = ["com.example.aa", "com.example.bb", "com.example.cc", "com.example.dd"] as const;
const net = { scope: "net:tcp://mail.example.com:25", reason: "Hands messages over." };
const named = (id: string, version: string, more: object = {}) =>
  ({ id, version, name: id.slice(-2), ...more }) as never;

describe.skipIf(!requires("bubblewrap").available)("several updates", () => {
  let world: MarketplaceWorld;
  beforeAll(async () => {
    world = await openMarketplaceWorld();
    const plugins = [first, second, third, held];
    await world.offer(plugins.map((id) => ({ manifest: named(id, "1.0.0") })));
    for (const id of plugins) await world.install(id);
    await world.enable(second);
  });
  afterAll(() => world.close());

  const offerNext = async (broken: boolean): Promise<void> => {
    const version = broken ? "1.1.0" : "1.2.0";
    await world.offer([
      // What it needs of another comes first, though its name is behind.
      { manifest: named(first, version, { requires: { plugins: [{ id: third, version: `>=${version}` }] } }) },
      broken ? { manifest: named(second, version), code: senderCode("failed") } : { manifest: named(second, version) },
      { manifest: named(third, version), listing: { security: true } },
      { manifest: named(held, version, { scopes: [net] }) },
    ]);
  };
  const ended = (run: UpdateRun): Promise<UpdateRun> =>
    waitUntil(
      "the updates",
      () => world.ana.ok("getUpdateRun", { params: { run: run.id } }),
      ({ state }) => state !== "running",
      80_000,
    );

  it("lists what can be taken, what others need first, and says what is held", async () => {
    await offerNext(true);
    await world.ana.ok("pinPlugin", { params: { plugin: second }, body: { pinned: true, reason: "Until the audit" } });
    const { items } = await world.ana.ok("listUpdates");
    expect(items.map(({ plugin, to, held: why }) => [plugin, to, why?.code])).toEqual([
      [third, "1.1.0", undefined],
      [first, "1.1.0", "plugin.needs"],
      [second, "1.1.0", "plugin.pinned"],
      [held, "1.1.0", "install.more_rights"],
    ]);
    const refused = await world.ana.call("startUpdates", { body: { plugins: [second] } });
    expect(refused.problem().code).toBe("install.blocked");
    await world.ana.ok("pinPlugin", { params: { plugin: second }, body: { pinned: false } });
  });

  it("stops at the first that fails, and begins none behind it", async () => {
    const run = await ended(await world.ana.ok("startUpdates", { body: { plugins: [second, third] } }));
    expect(run).toMatchObject({
      state: "stopped",
      items: [
        { plugin: third, state: "succeeded" },
        { plugin: second, state: "failed" },
      ],
    });
    expect(await world.running(third)).toBe("1.1.0");
    expect(await world.running(second)).toBe("1.0.0");
  });

  it("takes them one after the other, and goes on after a restart", async () => {
    await offerNext(false);
    const run = await world.ana.ok("startUpdates", { body: { plugins: [second, third] } });
    const other = await world.ana.call("startUpdates", { body: { plugins: [third] } });
    expect(other.problem().code).toBe("install.updating");
    await world.restart();
    expect(await ended(run)).toMatchObject({
      state: "succeeded",
      items: [
        { plugin: third, state: "succeeded" },
        { plugin: second, state: "watching" },
      ],
    });
    expect(await world.running(second)).toBe("1.2.0");
    expect((await world.ana.ok("listUpdates")).items.map(({ plugin }) => plugin)).toEqual([first, held]);
  });
});
