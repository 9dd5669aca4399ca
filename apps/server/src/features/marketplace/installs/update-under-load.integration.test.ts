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
import { someEmail, waitUntil } from "../../../../test-support/practice.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });
const plugin = "com.example.counting";
const messages = 200;
const atOnce = 20;

describe.skipIf(!requires("bubblewrap").available)("an update while messages are in flight", () => {
  let world: MarketplaceWorld;
  let provider: CountingProvider;
  beforeAll(async () => {
    world = await openMarketplaceWorld();
    provider = await startCountingProvider({ answerMs: 20 });
    const { port } = provider;
    const of = (version: string, take?: string) => ({
      manifest: countingSenderManifest({ id: plugin, version, port }),
      code: countingSenderCode(port, take),
    });
    await world.offer([
      of("1.0.0"),
      of("1.1.0"),
      of("1.2.0", 'if (counted) throw new ProviderError("provider.refused");'),
    ]);
    await world.install(plugin, "1.0.0");
    await world.enable(plugin);
    const to = [{ plugin, instance: "default" }];
    await world.ana.ok("setRoute", { params: { channel: "email" }, body: { to } });
  });
  afterAll(async () => {
    await provider.close();
    await world.close();
  });

  /** Hands in messages from several connections; answers their ids. */
  async function send(count: number): Promise<string[]> {
    const ids: string[] = [];
    const one = async (): Promise<void> => {
      while (ids.length < count) {
        const body = someEmail({ to: `jo-${ids.length}@${countedDomain}` });
        const place = ids.push("") - 1;
        ids[place] = (await world.ana.ok("sendMessage", { body })).id;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return ids;
  }
  const settled = (): Promise<Record<string, number>> =>
    waitUntil(
      "every message",
      async () => (await world.ana.ok("listMessages", { query: { limit: 1 } })).counts,
      ({ queued = 0, sending = 0, retrying = 0 }) => queued + sending + retrying === 0,
      120_000,
    );

  it("loses none and repeats none", async () => {
    const sending = send(messages);
    await vi.waitFor(() => expect(provider.taken.size).toBeGreaterThan(10), { timeout: 30_000 });
    const job = await world.install(plugin, "1.1.0");
    expect(job.state).toBe("watching");
    const ids = await sending;
    const counts = await settled();
    expect(counts["sent"]).toBe(messages);
    expect([...provider.taken.keys()].toSorted()).toEqual(ids.toSorted());
    expect([...provider.taken.values()].filter((times) => times !== 1)).toEqual([]);
    expect(await world.running(plugin)).toBe("1.1.0");
  });

  it("puts the old version back where too many calls fail after the switch", async () => {
    const job = await world.install(plugin, "1.2.0");
    expect(job.state).toBe("watching");
    await send(30);
    const back = await world.until(job, "watching");
    expect(back).toMatchObject({ state: "rolled_back", problem: { code: "plugin.failed" } });
    expect(await world.running(plugin)).toBe("1.1.0");
    const { open } = await world.ana.ok("listRepairs");
    expect(open.map(({ id }) => id)).toContain(`rolled-back:${job.id}`);
    await world.serving(plugin);
  });
});
