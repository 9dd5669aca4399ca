import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestMarketplace, type TestMarketplace } from "../../../../test-support/a-marketplace.ts";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

const temp = createTempDir("sources");
const plugin = "com.example.mail";
const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
const picture = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.from("pixels")]);
const listed = { screenshots: [{ file: "mail-1.png", alt: "The list of messages" }], readme: "Sends mail." };

describe("sources of the marketplace", () => {
  let server: TestServer;
  let ana: TestClient;
  let market: TestMarketplace;
  let digest: string | undefined;
  const place = (): { kind: "folder"; path: string } => ({ kind: "folder", path: market.folder });

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    market = await createTestMarketplace(temp.join("market"));
    [digest] = await market.offer(
      [
        { manifest: { id: plugin, version: "1.0.0" }, listing: listed },
        { manifest: { id: "com.other.mail", version: "1.0.0" } },
        { manifest: { id: "com.example.bad", version: "1.0.0" }, listing: { changelog: 7 } },
      ],
      { "mail-1.png": picture },
    );
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  it("shows the fingerprint of the root keys, and trusts nothing under another", async () => {
    const root = await ana.ok("inspectSource", { body: { place: place() } });
    expect(root).toMatchObject({ version: 1, threshold: 1, test: true });
    const wrong = await ana.call("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place: place(), fingerprint: "0000", policy },
    });
    expect(wrong.problem().code).toBe("source.fingerprint");
    expect((await ana.ok("listSources")).items).toEqual([]);
  });

  it("takes in what a source offers once its fingerprint was compared, and names what it passed over", async () => {
    const { fingerprint } = await ana.ok("inspectSource", { body: { place: place() } });
    const source = await ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place: place(), fingerprint, policy },
    });
    expect(source).toMatchObject({
      state: "fresh",
      plugins: 1,
      versions: 1,
      publishers: ["com.example"],
      precedence: 1,
    });
    const refreshed = await ana.ok("refreshSource", { params: { source: "own" } });
    expect(refreshed).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect(refreshed.skipped.map(({ why }) => why)).toEqual([
      expect.stringContaining("com.other.mail is not below the name of com.example"),
      expect.stringContaining("/changelog"),
    ]);
  });

  it("finds a listing, reads it and its picture", async () => {
    expect(await ana.ok("searchMarketplace", { query: { q: "example" } })).toMatchObject({
      total: 1,
      items: [{ plugin, version: "1.0.0", source: { id: "own" } }],
      behind: [],
    });
    const listing = await ana.ok("getListing", { params: { plugin } });
    expect(listing).toMatchObject({
      digest,
      readme: "Sends mail.",
      versions: [{ version: "1.0.0", installed: false }],
    });
    const [shot] = listing.screenshots;
    const image = await ana.call("getListingImage", { params: { plugin, image: shot?.image ?? "" } });
    expect(image.bytes).toEqual(picture);
    const absent = await ana.call("getListing", { params: { plugin: "com.example.absent" } });
    expect(absent.problem().code).toBe("listing.not_found");
  });

  it("threat 119, 121: keeps what was seen where a source cannot be verified, and says why", async () => {
    const stamp = join(market.folder, "metadata/timestamp.json");
    const good = readFileSync(stamp);
    writeFileSync(stamp, good.toString().replace(/"sig":"..../, '"sig":"0000'));
    const refused = await ana.call("refreshSource", { params: { source: "own" } });
    expect(refused.problem().code).toBe("source.signature");
    const [source] = (await ana.ok("listSources")).items;
    expect(source).toMatchObject({ state: "failing", problem: { code: "source.signature" }, plugins: 1 });
    expect((await ana.ok("searchMarketplace", {})).behind).toMatchObject([{ source: "own" }]);
    writeFileSync(stamp, good);
    expect((await ana.ok("refreshSource", { params: { source: "own" } })).source.state).toBe("fresh");
  });

  it("refuses test keys where the environment is not one for tests", async () => {
    const change = async (environment: "test" | "production"): Promise<void> => {
      const { settings, revision } = await ana.ok("getPlatformSettings");
      await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment }, revision } });
    };
    await change("production");
    const refused = await ana.call("refreshSource", { params: { source: "own" } });
    await change("test");
    expect(refused.problem().code).toBe("source.test_keys");
  });

  it("carries a source to a site without internet, and takes only its next state", async () => {
    const exported = async (): Promise<Buffer> => (await ana.call("exportMirror", { params: { source: "own" } })).bytes;
    const upload = async (bytes: Buffer) =>
      await ana.ok("uploadMirror", { body: bytes as never, headers: { "content-type": "application/zip" } });
    const first = await upload(await exported());
    await market.offer([
      { manifest: { id: plugin, version: "1.0.0" }, listing: { changelog: "the same" } },
      { manifest: { id: plugin, version: "1.1.0" } },
    ]);
    await ana.ok("refreshSource", { params: { source: "own" } });
    const second = await upload(await exported());
    const body = { id: "carried", title: "Carried in", kind: "air_gapped" as const, policy };
    await ana.ok("addSource", {
      body: { ...body, place: { kind: "mirror", mirror: second.mirror }, fingerprint: second.root.fingerprint },
    });
    const listing = await ana.ok("getListing", { params: { plugin }, query: { source: "carried" } });
    expect(listing.versions.map(({ version }) => version)).toEqual(["1.1.0", "1.0.0"]);
    const back = await ana.call("takeMirror", { params: { source: "carried" }, body: { mirror: first.mirror } });
    expect(back.problem().code).toBe("source.rolled_back");
    const taken = await ana.ok("takeMirror", { params: { source: "carried" }, body: { mirror: second.mirror } });
    expect(taken).toMatchObject({ added: 0, source: { state: "fresh", plugins: 1 } });
  });

  it("names a publisher whose list is refused, beside the source and in Repairs, and goes on with the rest", async () => {
    await market.beLate();
    const { source, removed, skipped } = await ana.ok("refreshSource", { params: { source: "own" } });
    expect(source).toMatchObject({ state: "fresh", faults: [{ publisher: "com.example", code: "source.expired" }] });
    expect(removed).toBeGreaterThan(0);
    expect(skipped.map(({ path }) => path)).toEqual(["com.example/"]);
    const { open } = await ana.ok("listRepairs");
    expect(open.find(({ id }) => id === "source:own:com.example")).toMatchObject({ severity: "warning" });
    await market.offer([{ manifest: { id: plugin, version: "1.0.0" } }]);
    expect(await ana.ok("refreshSource", { params: { source: "own" } })).toMatchObject({ source: { faults: [] } });
    expect((await ana.ok("listRepairs")).open.map(({ id }) => id)).not.toContain("source:own:com.example");
  });

  it("changes the order, and forgets a source with what it offered", async () => {
    const carried = (await ana.ok("listSources")).items.find(({ id }) => id === "carried");
    const change = { title: "Carried", precedence: 1, policy };
    const body = { ...change, revision: carried?.revision ?? 0 };
    await ana.ok("changeSource", { params: { source: "carried" }, body });
    const stale = await ana.call("changeSource", { params: { source: "carried" }, body });
    expect(stale.problem().code).toBe("request.conflict");
    await ana.ok("removeSource", { params: { source: "own" }, body: { reason: "No longer kept" } });
    expect((await ana.ok("searchMarketplace", {})).items).toMatchObject([{ source: { id: "carried" } }]);
    expect(readdirSync(join(server.dataDir, "marketplace/sources"))).toEqual(["carried"]);
  });
});
