import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInstalledPackages, readPackage } from "@hilum/marketplace";
import { createFileKeyProvider, openStore } from "@hilum/store";
import { createTempDir } from "@hilum/testkit";
import { afterAll, describe, expect, it, vi } from "vitest";
import { aPackage, createTestMarketplace, sha256 } from "../../../test-support/a-marketplace.ts";
import {
  createKeeper,
  put,
  signVersion,
  takeApproved,
  approve,
  upload,
} from "../../../test-support/own-marketplace.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer } from "../../../test-support/test-server.ts";
import { makeId } from "../../make-id.ts";
import { newSteps, type JobDocument } from "./installs/job.ts";
import { sweepPackages, sweepUploads } from "./installs/sweep-packages.ts";
import { unusedDaysKept, unusedSince } from "./sweep-age.ts";

vi.setConfig({ testTimeout: 120_000 });
const temp = createTempDir("sweep");
afterAll(() => temp.remove());
const plugin = "com.example.mail";
const archive = (version: string): Buffer => aPackage({ manifest: { id: plugin, version } });
const zip = { "content-type": "application/zip" };
const dayMs = 86_400_000;

/** Makes all below a folder as old as that. */
function age(folder: string, days: number): void {
  const then = new Date(Date.now() - days * dayMs);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), then, then);
}

describe("what was uploaded and is used by nothing", () => {
  it("goes after its days, and what is used stays however old", async () => {
    let server = await startTestServer();
    try {
      const ana = await server.as("administrator");
      const { settings, revision } = await ana.ok("getPlatformSettings");
      await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
      const folder = join(server.dataDir, "marketplace");
      const invited = { username: "bo", displayName: "Bo", role: "operator" as const };
      const { code } = await ana.ok("inviteUser", { body: invited });
      await server.nobody().ok("acceptInvitation", { body: { code, password } });
      const published = await publishOne(ana, [await server.as("operator"), await server.signIn("bo")]);
      const mirrors = await uploadMirrors(ana);
      const handedIn = await signVersion(ana, archive("2.0.0"), published.keeper);
      await ana.ok("submitPublication", { body: handedIn.submit });
      const waiting = handedIn.preview.files.map(({ digest }) => digest);
      const stray = await upload(ana, "a picture that no listing shows");
      await ana.ok("uploadPackage", { body: archive("3.0.0") as never, headers: zip });

      for (const name of ["mirrors", "own/files", "uploads"]) age(join(folder, name), unusedDaysKept + 1);
      // Uploaded again, it counts from now.
      const again = await upload(ana, "another picture");
      age(join(folder, "own/files"), unusedDaysKept + 1);
      expect(await upload(ana, "another picture")).toBe(again);
      expect(readdirSync(join(folder, "own/files"))).toContain(stray);

      server = await server.restart();
      await waitUntil(
        "the sweep",
        async () => readdirSync(join(folder, "own/files")),
        (names) => !names.includes(stray),
      );
      expect(readdirSync(join(folder, "own/files")).toSorted()).toEqual(
        [...published.digests, ...waiting, again].toSorted(),
      );
      expect(readdirSync(join(folder, "mirrors"))).toEqual([mirrors.used]);
      expect(readdirSync(join(folder, "uploads"))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  /** A version that is published, and the digests of its files. */
  async function publishOne(ana: TestClient, reviewers: readonly TestClient[]) {
    const keeper = await createKeeper();
    expect((await put(ana, await keeper.found())).status).toBe(200);
    const { preview, submit } = await signVersion(ana, archive("1.0.0"), keeper);
    await approve(reviewers, await ana.ok("submitPublication", { body: submit }));
    expect((await takeApproved(ana, keeper)).status).toBe(200);
    return { keeper, digests: preview.files.map(({ digest }) => digest) };
  }

  /** Two, of which a source is made of one. */
  async function uploadMirrors(ana: TestClient): Promise<{ used: string; unused: string }> {
    const market = await createTestMarketplace(temp.join("market"));
    const place = { kind: "folder" as const, path: market.folder };
    await market.offer([{ manifest: { id: plugin, version: "1.0.0" } }]);
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    const source = { policy: { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] }, fingerprint };
    await ana.ok("addSource", {
      body: { ...source, id: "near", title: "Near", kind: "organisation", place },
    });
    const carry = async (): Promise<string> => {
      const { bytes } = await ana.call("exportMirror", { params: { source: "near" } });
      return (await ana.ok("uploadMirror", { body: bytes as never, headers: zip })).mirror;
    };
    const used = await carry();
    await ana.ok("addSource", {
      body: { ...source, id: "far", title: "Far", kind: "air_gapped", place: { kind: "mirror", mirror: used } },
    });
    await market.offer([{ manifest: { id: plugin, version: "1.1.0" } }]);
    await ana.ok("refreshSource", { params: { source: "near" } });
    return { used, unused: await carry() };
  }

  it("is a package of no plugin and no job: one that a job is about to take stays, with its folder", async () => {
    const folder = temp.join("store");
    const store = await openStore({
      url: `sqlite:${folder}/hilum.db`,
      keyProvider: createFileKeyProvider(`${folder}.key`),
      blobDir: `${folder}/blobs`,
    });
    try {
      const installed = createInstalledPackages(`${folder}/packages`);
      const [awaited, unknown, known] = ["1.0.0", "1.1.0", "1.2.0"].map((version) => readPackage(archive(version)));
      if (awaited === undefined || unknown === undefined || known === undefined) throw new Error("no packages");
      for (const taken of [awaited, unknown, known]) await installed.install(taken);
      await store.packages.put({
        ...{ digest: known.digest, listDigest: known.listDigest, plugin: "com.example.gone", version: "1.2.0" },
        ...{ installedAt: new Date().toISOString(), installedBy: "user:ana", manifest: { ...known.manifest } },
      });
      const document: JobDocument = {
        ...{ kind: "install", name: "Mail", to: "1.0.0", digest: awaited.digest, upload: true },
        ...{ steps: newSteps("install"), startedAt: new Date().toISOString(), startedBy: "user:ana" },
      };
      const job = { kind: "job" as const, id: makeId(), subject: plugin, state: "running", rowVersion: 0, document };
      const kept = await store.marketplace.put(job);
      const uploads = temp.join("uploads");
      createUploads(uploads, [archive("1.0.0"), archive("1.3.0")]);
      age(uploads, unusedDaysKept + 1);

      expect(await sweepPackages(store, installed)).toBe(1);
      expect(await installed.list()).toEqual([awaited.digest]);
      expect(await sweepUploads(store, uploads, unusedSince(new Date()))).toBe(1);
      expect(readdirSync(uploads)).toEqual([`${awaited.digest}.hilum`]);

      await store.marketplace.put({ ...kept, state: "cancelled" });
      await sweepPackages(store, installed);
      expect(await installed.list()).toEqual([]);
      expect(await sweepUploads(store, uploads, unusedSince(new Date(Date.now() - 2 * dayMs)))).toBe(0);
      expect(await sweepUploads(store, uploads, unusedSince(new Date()))).toBe(1);
    } finally {
      await store.close();
    }
  });
});

function createUploads(folder: string, archives: readonly Buffer[]): void {
  mkdirSync(folder);
  for (const bytes of archives) writeFileSync(join(folder, `${sha256(bytes)}.hilum`), bytes);
}
