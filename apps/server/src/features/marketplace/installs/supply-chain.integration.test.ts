import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { aPackage, senderCode } from "../../../../test-support/a-marketplace.ts";
import { openMarketplaceWorld, type MarketplaceWorld } from "../../../../test-support/marketplace-world.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const [plain, sleeper, strong, sly] = [
  "com.example.plain",
  "com.example.sleeper",
  "com.example.strong",
  "com.example.sly",
];
const net = { scope: "net:tcp://collector.example.com:443", reason: "Reports what it counted." };
const today = new Date().toISOString();

/** Reads records in its smoke test, which its manifest does not ask for. */
const slyCode = senderCode().replace(
  `reach: () => [{ id: "reach", title: "Reaches its server", status: "passed", detail: "As it was told." }]`,
  `async reach({ records }) {
    const detail = await records.read("Patient", "k1").then(() => "read", (error) => error.code);
    return [{ id: "reach", title: "Reaches its server", status: "passed", detail }];
  }`,
);

describe.skipIf(!requires("bubblewrap").available)("what comes in with a package", () => {
  let world: MarketplaceWorld;
  const blocksOf = async (plugin: string, version: string) =>
    (await world.ana.ok("previewInstall", { body: { plugin, version } })).blocked.map(({ code, override }) => [
      code,
      override,
    ]);

  beforeAll(async () => {
    world = await openMarketplaceWorld();
    await world.offer([
      { manifest: { id: plain, version: "1.0.0" } },
      { manifest: { id: plain, version: "1.1.0" } },
      { manifest: { id: sleeper, version: "1.0.0" } },
    ]);
  });
  afterAll(() => world.close());

  it("threat 127: goes back to no version with mended weaknesses, unless an administrator says why, which is audited", async () => {
    await world.install(plain, "1.1.0");
    expect(await blocksOf(plain, "1.0.0")).toEqual([["package.downgrade", true]]);
    await expect(world.begin(plain, "1.0.0")).rejects.toThrow("install.blocked");
    expect(await world.running(plain)).toBe("1.1.0");

    expect((await world.install(plain, "1.0.0", "The newer one loses pages")).state).toBe("succeeded");
    expect(await world.running(plain)).toBe("1.0.0");
    const { highest, history } = await world.ana.ok("getVersions", { params: { plugin: plain } });
    expect(highest).toBe("1.1.0");
    expect(history[0]).toMatchObject({ kind: "downgrade", reason: "The newer one loses pages" });
    const { items } = await world.ana.ok("searchAudit", { query: { action: "startInstall", limit: 5 } });
    const [outcome] = items;
    expect(outcome).toMatchObject({ actor: "user:ana", plugin: plain, outcome: "ok" });
    const { entry, said } = await world.ana.ok("getAuditEntry", { params: { index: outcome?.index ?? 0 } });
    expect(JSON.parse(entry)).toMatchObject({ detail: { override: true, to: "1.0.0" } });
    expect(said).toBe("The newer one loses pages");
  });

  it("threat 130: takes no update by itself, and shows all that a later version changes before it is taken", async () => {
    await world.install(sleeper, "1.0.0");
    await world.enable(sleeper);
    const needs = [{ id: strong, version: ">=1.0.0" }];
    await world.offer([
      {
        manifest: { id: sleeper, version: "1.1.0", scopes: [net], requires: { plugins: needs } },
        listing: { publishedAt: today },
      },
      { manifest: { id: strong, version: "1.0.0", scopes: [net] } },
      { manifest: { id: sly, version: "1.0.0" }, code: slyCode },
    ]);
    const preview = await world.ana.ok("previewInstall", { body: { plugin: sleeper, version: "1.1.0" } });
    expect(preview.differences).toMatchObject({
      moreRights: true,
      scopes: { added: [{ scope: net.scope }], removed: [] },
      hosts: { added: [expect.stringContaining("collector.example.com")], removed: [] },
      needs: { added: [`${strong} >=1.0.0`], removed: [] },
    });
    expect((await world.ana.ok("listUpdates")).items).toMatchObject([{ plugin: sleeper, held: expect.anything() }]);
    expect(await world.running(sleeper)).toBe("1.0.0");
  });

  it("threat 131: brings no other plugin along, which is installed and given its rights by itself", async () => {
    expect(await blocksOf(sleeper, "1.1.0")).toEqual([["plugin.needs", false]]);
    await expect(world.begin(sleeper, "1.1.0", "It is wanted")).rejects.toThrow("install.blocked");
    expect((await world.ana.call("getPlugin", { params: { plugin: strong } })).status).toBe(404);

    await world.install(strong);
    const { enabled } = await world.ana.ok("enableInstance", { params: { plugin: strong }, body: {} });
    expect(enabled).toBe(false);
    expect((await world.ana.ok("getAccess", { params: { plugin: strong } })).rows).toMatchObject([
      { scope: net.scope, decision: "undecided" },
    ]);
    const update = await world.install(sleeper, "1.1.0");
    expect(update).toMatchObject({ state: "awaiting_approval", approval: [{ scope: net.scope }] });
    expect((await world.ana.ok("getAccess", { params: { plugin: strong } })).rows[0]?.decision).toBe("undecided");
  });

  it("threat 132: installs no code that asks for what its manifest does not name", async () => {
    const { state, steps, problem } = await world.install(sly);
    expect([state, problem?.code]).toEqual(["failed", "install.conformance"]);
    expect(problem?.why).toMatch(/^smoke: it asks the host for what it has no right to: records\.read/);
    expect(steps.find(({ id }) => id === "switch")?.state).toBe("waiting");
    expect((await world.ana.call("getPlugin", { params: { plugin: sly } })).status).toBe(404);
  });

  it("threat 136: takes a package by hand from administrators alone, marked, with no right of its own", async () => {
    const body = aPackage({ manifest: { id: "com.example.local", version: "0.1.0", scopes: [net] } }) as never;
    const headers = { "content-type": "application/octet-stream" };
    const operator = await world.server.as("operator");
    expect((await operator.call("uploadPackage", { body, headers })).status).toBe(403);

    const { plugin, digest } = await world.ana.ok("uploadPackage", { body, headers });
    const wanted = { plugin, upload: digest, digest };
    const preview = await world.ana.ok("previewInstall", { body: { plugin, upload: digest } });
    expect(preview).toMatchObject({ status: "unsigned", blocked: [{ code: "package.unsigned", override: true }] });
    expect((await world.ana.call("startInstall", { body: wanted })).problem().code).toBe("install.blocked");
    const job = await world.ana.ok("startInstall", { body: { ...wanted, reason: "Ours, not published" } });
    await world.until(job, "running");
    const params = { plugin };
    expect((await world.ana.ok("getVersions", { params })).installed?.status).toBe("unsigned");
    expect((await world.ana.ok("getAccess", { params })).rows).toMatchObject([{ decision: "undecided" }]);
    expect(await world.ana.ok("enableInstance", { params, body: {} })).toMatchObject({ enabled: false });
  });
});
