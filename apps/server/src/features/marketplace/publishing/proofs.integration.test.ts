import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import {
  addFiles,
  filesOf,
  publish,
  renew,
  rotateRoot,
  takePublication,
  usualLifetimes,
  type Repository,
  type SigningKey,
} from "@hilum/marketplace/sign";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { aKey, aPackage, createTestMarketplace, publisher, sha256 } from "../../../../test-support/a-marketplace.ts";
import {
  approve,
  createKeeper,
  put,
  repositoryOf,
  signVersion,
  takeApproved,
  type Keeper,
} from "../../../../test-support/own-marketplace.ts";
import type { RawAnswer, TestClient } from "../../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const temp = createTempDir("proofs");
const plugin = "com.example.mail";
const dayMs = 86_400_000;
const when = (now = new Date()) => ({ now, lifetimes: usualLifetimes });

/** Refused with this code, and with words that say what to do now. */
function expectRefusal(answer: RawAnswer, code: string): void {
  const problem = answer.problem();
  expect(problem.code).toBe(code);
  expect(problem.fix.length).toBeGreaterThan(20);
  expect(problem.detail.length).toBeGreaterThan(10);
}

describe("attacks on a marketplace, as its keeper's server and as a hospital's", () => {
  let server: TestServer;
  let ana: TestClient;
  let keeper: Keeper;
  let host: string;

  const stolen = async (): Promise<SigningKey> => await aKey("stolen");
  const refresh = async (): Promise<RawAnswer> => await ana.call("refreshSource", { params: { source: "own" } });
  /** What was seen stays, whatever a refused reading brought. */
  const stillOffers = async (version: string): Promise<void> => {
    expect((await ana.ok("getListing", { params: { plugin } })).version).toBe(version);
  };
  const bring = (folder: string): void => {
    rmSync(host, { recursive: true, force: true });
    cpSync(folder, host, { recursive: true });
  };

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    const otto = await server.as("operator");
    const { code } = await ana.ok("inviteUser", { body: { username: "bo", displayName: "Bo", role: "operator" } });
    await server.nobody().ok("acceptInvitation", { body: { code, password } });
    const bo = await server.signIn("bo");
    keeper = await createKeeper();
    await put(ana, await keeper.found());
    host = temp.join("host");
    for (const version of ["1.0.0", "1.1.0"]) {
      const { submit } = await signVersion(otto, aPackage({ manifest: { id: plugin, version } }), keeper);
      await approve([ana, bo], await otto.ok("submitPublication", { body: submit }));
      expect((await takeApproved(ana, keeper)).status).toBe(200);
      cpSync((await ana.ok("getOwnMarketplace")).folder, temp.join(version), { recursive: true });
    }
    bring(temp.join("1.1.0"));
    const place = { kind: "folder" as const, path: host };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
    await ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
    });
    await stillOffers("1.1.0");
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  describe("threat 120: a roll back", () => {
    it("is refused where the keeper would publish it", async () => {
      const now = await repositoryOf(ana);
      const read = (name: string) =>
        JSON.parse(readFileSync(join(temp.join("1.0.0"), "metadata", name), "utf8")) as Repository["timestamp"];
      const old: Repository = { ...now, timestamp: read("timestamp.json") };
      expectRefusal(await put(ana, old), "source.rolled_back");
      const { [publisher]: _gone, ...publishers } = now.publishers;
      expectRefusal(await put(ana, await renew({ ...now, publishers }, keeper.keys, when())), "source.rolled_back");
    });

    it("is refused where a host reads it, and what was seen stays", async () => {
      bring(temp.join("1.0.0"));
      expectRefusal(await refresh(), "source.rolled_back");
      await stillOffers("1.1.0");
      bring(temp.join("1.1.0"));
      expect((await refresh()).status).toBe(200);
    });
  });

  describe("threat 121: a freeze", () => {
    it("is refused where the keeper would publish it", async () => {
      const late = when(new Date(Date.now() - 400 * dayMs));
      expectRefusal(await put(ana, await renew(await repositoryOf(ana), keeper.keys, late)), "source.expired");
    });

    it("is announced to the keeper before it comes to that", async () => {
      const soon = when(new Date(Date.now() - 11 * dayMs));
      expect((await put(ana, await renew(await repositoryOf(ana), keeper.keys, soon))).status).toBe(200);
      const { open } = await ana.ok("listRepairs");
      expect(open.map(({ id }) => id)).toContain("own-marketplace:timestamp");
      expect((await put(ana, await renew(await repositoryOf(ana), keeper.keys, when()))).status).toBe(200);
      const after = (await ana.ok("listRepairs")).open.map(({ id }) => id);
      expect(after.filter((id) => id.startsWith("own-marketplace:"))).toEqual([]);
    });

    it("is refused where a host reads it", async () => {
      const market = await createTestMarketplace(temp.join("frozen"));
      await market.offer([{ manifest: { id: plugin, version: "9.0.0" } }]);
      market.repository = await renew(market.repository, market.keys, when(new Date(Date.now() - 15 * dayMs)));
      market.write();
      const place = { kind: "folder" as const, path: market.folder };
      const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
      const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
      const source = await ana.ok("addSource", {
        body: { id: "frozen", title: "Frozen", kind: "organisation", place, fingerprint, policy },
      });
      expect(source).toMatchObject({ state: "failing", plugins: 0, problem: { code: "source.expired" } });
      expectRefusal(await ana.call("refreshSource", { params: { source: "frozen" } }), "source.expired");
    });
  });

  describe("threat 123: mixing and matching", () => {
    it("is refused where the keeper would publish it", async () => {
      const now = await repositoryOf(ana);
      const next = await renew(now, keeper.keys, when());
      const other = await renew(next, keeper.keys, when());
      expectRefusal(await put(ana, { ...next, snapshot: other.snapshot }), "source.mixed");
      expectRefusal(
        await put(ana, {
          ...next,
          timestamp: { ...next.timestamp, signed: { ...next.timestamp.signed, version: now.timestamp.signed.version } },
        }),
        "source.mixed",
      );
    });

    it("is refused where a host reads it", async () => {
      bring(temp.join("1.1.0"));
      const one = JSON.parse(readFileSync(join(host, "metadata/timestamp.json"), "utf8")) as {
        signed: { meta: { "snapshot.json": { version: number } } };
      };
      const { version } = one.signed.meta["snapshot.json"];
      cpSync(join(host, `metadata/${version - 1}.snapshot.json`), join(host, `metadata/${version}.snapshot.json`));
      // Who saw the marketplace before keeps what is the same; a newcomer reads it all.
      await ana.ok("removeSource", { params: { source: "own" }, body: { reason: "Read it anew" } });
      const place = { kind: "folder" as const, path: host };
      const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
      const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
      await ana.ok("addSource", {
        body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
      });
      expectRefusal(await refresh(), "source.mixed");
      bring(temp.join("1.1.0"));
      expect((await refresh()).status).toBe(200);
      await stillOffers("1.1.0");
    });
  });

  describe("threat 119: wrong keys", () => {
    it("are refused where the keeper would publish with them", async () => {
      const keys = { snapshot: [await stolen()], timestamp: [await stolen()] };
      expectRefusal(await put(ana, await renew(await repositoryOf(ana), keys, when())), "source.signature");
    });

    it("are refused where a host reads what they signed, and a new root by nobody's keys is none", async () => {
      const stranger = await createTestMarketplace(temp.join("stranger"));
      const key = await stolen();
      const keys = { root: [key], targets: [key], snapshot: [key], timestamp: [key] };
      const roles = Object.fromEntries(
        ["root", "targets", "snapshot", "timestamp"].map((role) => [role, { keys: [key], threshold: 1 }]),
      ) as never;
      stranger.repository = await rotateRoot(stranger.repository, roles, { ...stranger.keys, ...keys }, when());
      stranger.write();
      rmSync(join(host, "metadata/timestamp.json"));
      cpSync(join(stranger.folder, "metadata/2.root.json"), join(host, "metadata/2.root.json"));
      expectRefusal(await refresh(), "source.signature");
      await stillOffers("1.1.0");
      bring(temp.join("1.1.0"));
      expect((await refresh()).status).toBe(200);
    });
  });

  describe("threat 133: stolen keys", () => {
    it("of the keeper publish nothing in a publisher's name", async () => {
      const now = await repositoryOf(ana);
      const archive = aPackage({ manifest: { id: plugin, version: "6.6.6" } });
      const files = addFiles(filesOf(now.publishers[publisher]), [
        {
          ...{ path: `${publisher}/${plugin}-6.6.6.hilum`, digest: sha256(archive), bytes: archive.length },
          custom: { kind: "package", plugin, version: "6.6.6" },
        },
      ]);
      const forged = await publish(now.publishers[publisher], publisher, files, keeper.keys.targets, when());
      const next = await renew({ ...now, publishers: { [publisher]: forged } }, keeper.keys, when());
      expectRefusal(await put(ana, next), "source.signature");
    });

    it("of a publisher publish nothing that two people have not approved", async () => {
      const now = await repositoryOf(ana);
      const forged = await publish(now.publishers[publisher], publisher, {}, keeper.keys.publisher, when());
      const next = await takePublication(now, publisher, forged, keeper.keys, when());
      expectRefusal(await put(ana, next), "publication.not_approved");
    });

    it("sign nothing more once the root has taken them away, on the keeper's server and on a host", async () => {
      const now = await repositoryOf(ana);
      const fresh = await aKey("timestamp after the theft");
      const roles = { ...keeper.roles, timestamp: { keys: [fresh], threshold: 1 } };
      const before = keeper.keys;
      keeper.keys = { ...before, timestamp: [fresh] };
      expect((await put(ana, await rotateRoot(now, roles, keeper.keys, when()))).status).toBe(200);
      bring((await ana.ok("getOwnMarketplace")).folder);
      expect((await refresh()).status).toBe(200);
      const thief = await renew(await repositoryOf(ana), before, when());
      expectRefusal(await put(ana, thief), "source.signature");
      const bytes = `${JSON.stringify(thief.timestamp)}\n`;
      writeFileSync(join(host, "metadata/timestamp.json"), bytes);
      expectRefusal(await refresh(), "source.signature");
      await stillOffers("1.1.0");
    });
  });
});
