import { countedDomain, countingSenderCode, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openMarketplaceWorld, type MarketplaceWorld } from "../../../../test-support/marketplace-world.ts";
import { someEmail } from "../../../../test-support/practice.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const plugin = "com.example.mail";
const params = { plugin };
/** It keeps its contract, and takes nothing once messages come. */
const refusing = countingSenderCode(1, 'if (counted) throw new ProviderError("provider.refused");');
const text = (title: string, more: object = {}) => ({ type: "string", title, maxLength: 80, ...more });
const net = { scope: "net:tcp://mail.example.com:25", reason: "Hands messages over." };
const old = {
  id: plugin,
  scopes: [net],
  config: {
    type: "object",
    properties: {
      server: text("Server"),
      note: text("Note"),
      apiKey: text("Key", { secret: true }),
      zone: text("Zone"),
    },
  },
} as const;
const renamed = {
  id: plugin,
  config: {
    type: "object",
    properties: { host: text("Host"), note: text("Note"), token: text("Token", { secret: true }) },
  },
  migrations: [
    {
      version: "2.0.0",
      settings: [
        { change: "rename", from: "server", to: "host" },
        { change: "rename", from: "apiKey", to: "token" },
        { change: "remove", name: "zone" },
      ],
    },
  ],
} as const;

describe.skipIf(!requires("bubblewrap").available)("settings and rights across versions", () => {
  let world: MarketplaceWorld;
  let digests: string[];
  beforeAll(async () => {
    world = await openMarketplaceWorld();
    digests = await world.offer([
      { manifest: { ...old, version: "1.0.0" } as never },
      { manifest: { ...renamed, version: "2.0.0" } as never },
      { manifest: { ...renamed, version: "2.1.0" } as never, code: refusing },
    ]);
    await world.install(plugin, "1.0.0");
    const values = { server: "mail.example.com", note: "first", zone: "west" };
    await world.ana.ok("saveSettings", { params, body: { values, secrets: { apiKey: "k-1" }, revision: 0 } });
    await world.enable(plugin);
  });
  afterAll(() => world.close());

  const settings = async () => {
    const { values, secrets, revision } = await world.ana.ok("getSettings", { params });
    return { values, secrets: Object.keys(secrets).toSorted(), revision };
  };

  it("starts the next version with the settings that it will have, and moves them with the switch", async () => {
    const job = await world.install(plugin, "2.0.0");
    expect(job.state).toBe("watching");
    expect(await settings()).toMatchObject({
      values: { host: "mail.example.com", note: "first" },
      secrets: ["token"],
    });
    expect((await world.ana.ok("getAccess", { params })).rows).toEqual([]);
  });

  it("gives the older version its own settings back, and keeps what was changed since of the rest", async () => {
    const { values, revision } = await settings();
    await world.ana.ok("saveSettings", { params, body: { values: { ...values, note: "second" }, revision } });
    const { kept } = await world.ana.ok("getVersions", { params });
    expect(kept.find(({ version }) => version === "1.0.0")?.rollBack).toEqual({ possible: true });
    const body = { digest: digests[0] ?? "", reason: "The new one is slow" };
    const begun = await world.ana.ok("rollBackPlugin", { params, body });
    const waiting = await world.until(begun, "running");
    expect(waiting).toMatchObject({ state: "awaiting_approval", approval: [{ scope: net.scope }] });
    await world.ana.ok("approveInstall", { params: { job: begun.id }, body: { scopes: [net.scope] } });
    expect((await world.until(begun, "running", "awaiting_approval")).state).toBe("succeeded");
    expect(await settings()).toMatchObject({
      values: { server: "mail.example.com", note: "second", zone: "west" },
      secrets: ["apiKey"],
    });
    await world.serving(plugin);
  });

  it("gives them back, and its rights, where the new version does not hold", async () => {
    const job = await world.install(plugin, "2.1.0");
    expect(await settings()).toMatchObject({ values: { host: "mail.example.com" }, secrets: ["token"] });
    await world.ana.ok("setRoute", { params: { channel: "email" }, body: { to: [{ plugin, instance: "default" }] } });
    const body = someEmail({ to: `jo@${countedDomain}` });
    await Promise.all(Array.from({ length: 25 }, () => world.ana.ok("sendMessage", { body })));
    const back = await world.until(job, "running", "watching");
    expect(back.state).toBe("rolled_back");
    expect(await world.running(plugin)).toBe("1.0.0");
    expect(await settings()).toMatchObject({
      values: { server: "mail.example.com", note: "second", zone: "west" },
      secrets: ["apiKey"],
    });
    expect(await world.ana.ok("getAccess", { params })).toMatchObject({
      reviewed: true,
      rows: [{ scope: net.scope, decision: "granted", pinned: net.scope }],
    });
    await world.serving(plugin);
  });
});
