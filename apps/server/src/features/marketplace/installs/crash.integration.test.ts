import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInstalledPackages, readPackage } from "@hilum/marketplace";
import { createFileKeyProvider, openStore, type Store } from "@hilum/store";
import { createTempDir } from "@hilum/testkit";
import { afterAll, describe, expect, it, vi } from "vitest";
import { aPackage, sha256 } from "../../../../test-support/a-marketplace.ts";
import { makeId } from "../../../make-id.ts";
import { newSteps, type JobDocument } from "./job.ts";

vi.setConfig({ testTimeout: 60_000 });
const child = fileURLToPath(new URL("../../../../test-support/install-child.ts", import.meta.url));
const temp = createTempDir("install-crash");
afterAll(() => temp.remove());
const plugin = "com.example.mail";
const at = "2026-03-02T08:00:00.000Z";
const archives = ["1.0.0", "1.1.0"].map((version) => aPackage({ manifest: { id: plugin, version } }));
const [oldDigest = "", newDigest = ""] = archives.map(sha256);

const beforeSwitch = ["verify", "unpack", "approve", "start", "handshake", "conformance", "smoke"];
/** Points that one run after the other comes to; what is behind the switch is not come to once the switch is written down. */
const chains = {
  whole: [
    ...beforeSwitch.flatMap((step) => ["begun", "done", "kept"].map((when) => `${step}:${when}`)),
    ...["switch:begun", "switch:within", "switch:done", "watch:begun", "watch:kept"],
  ],
  applied: ["switch:applied"],
  kept: ["switch:kept"],
};
const afterSwitch = new Set(["switch:done", "switch:applied", "switch:kept", "watch:begun", "watch:kept"]);

async function withStore<T>(folder: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({
    url: `sqlite:${folder}/data/hilum.db`,
    keyProvider: createFileKeyProvider(`${folder}/keys/hilum.key`),
    blobDir: `${folder}/data/blobs`,
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Data of a Hilum with the old version installed, and a job for `kind` that has not begun. */
async function prepare(folder: string, kind: JobDocument["kind"]): Promise<void> {
  mkdirSync(`${folder}/archives`, { recursive: true });
  for (const archive of archives) writeFileSync(`${folder}/archives/${sha256(archive)}.hilum`, archive);
  const packages = createInstalledPackages(`${folder}/data/packages`);
  await withStore(folder, async (store) => {
    if (kind !== "install") await keepOld(store, packages, kind);
    const document: JobDocument = {
      ...{ kind, name: "Example", to: kind === "roll_back" ? "1.0.0" : "1.1.0", source: "own", upload: false },
      ...{ digest: kind === "roll_back" ? oldDigest : newDigest, steps: newSteps(kind), startedAt: at },
      startedBy: "user:ana",
    };
    const entry = { kind: "job" as const, id: makeId(), subject: plugin, state: "running", rowVersion: 0, document };
    await store.marketplace.put(entry);
  });
}

async function keepOld(
  store: Store,
  packages: ReturnType<typeof createInstalledPackages>,
  kind: JobDocument["kind"],
): Promise<void> {
  for (const archive of kind === "roll_back" ? archives : archives.slice(0, 1)) {
    const taken = readPackage(archive);
    await packages.install(taken);
    await store.packages.put({
      ...{ digest: taken.digest, listDigest: taken.listDigest, plugin, version: taken.manifest.version ?? "" },
      ...{ source: "own", publisher: "com.example", installedAt: at, installedBy: "user:ana" },
      manifest: { ...taken.manifest },
    });
  }
  const { manifest, digest } = readPackage(archives[kind === "roll_back" ? 1 : 0] ?? Buffer.alloc(0));
  await store.plugins.create({
    ...{ id: plugin, name: "Example", version: manifest.version ?? "", manifest: { ...manifest }, digest: "d", at },
    ...{ code: "installed", codePath: packages.folderOf(digest), package: digest, by: "user:ana" },
    instance: { id: "default", title: "Example", testMode: true },
  });
}

function goOn(folder: string, point: string): Promise<string | number | null> {
  const env = { ...process.env, NODE_COMPILE_CACHE: temp.join("compiled") };
  const run = spawn(process.execPath, [child, `${folder}/data`, `${folder}/archives`, point], {
    ...{ stdio: "inherit", env },
  });
  return new Promise((resolve) => run.once("close", (code, signal) => resolve(signal ?? code)));
}

/** What the plugin is now, and whether every byte of it is as it was packed. */
async function look(folder: string): Promise<{ running: string | undefined; state: string | undefined }> {
  return await withStore(folder, async (store) => {
    const row = await store.plugins.find(plugin);
    const kept = row?.package === undefined ? undefined : await store.packages.find(row.package);
    if (kept !== undefined) {
      await createInstalledPackages(`${folder}/data/packages`).verify(kept.digest, kept.listDigest);
      expect(row?.manifest).toEqual(kept.manifest);
      expect(row?.version).toBe(kept.version);
    }
    return { running: row?.package, state: (await store.marketplace.list("job")).items[0]?.state };
  });
}

/** A version that was switched to and does not hold: it is gone back from. */
async function prepareBack(folder: string): Promise<void> {
  await prepare(folder, "roll_back");
  await withStore(folder, async (store) => {
    const [job] = (await store.marketplace.list<JobDocument>("job")).items;
    const previous = readPackage(archives[0] ?? Buffer.alloc(0));
    if (job === undefined) throw new Error("there is no job");
    await store.instances.change(
      { plugin, instance: "default" },
      {
        state: "quarantined",
        problem: { code: "plugin.failed", title: "It ended", why: "It ended.", fix: "Read its log.", since: at },
      },
    );
    const steps = newSteps("update").map((step) => ({
      ...step,
      state: step.id === "watch" ? ("running" as const) : ("passed" as const),
    }));
    const document: JobDocument = {
      ...{ ...job.document, kind: "update", to: "1.1.0", digest: newDigest, steps, switchedAt: at },
      watchUntil: "2099-01-01T00:00:00.000Z",
      previous: {
        ...{ name: "Example", version: "1.0.0", manifest: { ...previous.manifest }, digest: "e" },
        ...{ code: "installed", package: oldDigest },
        codePath: createInstalledPackages(`${folder}/data/packages`).folderOf(oldDigest),
      },
    };
    await store.marketplace.put({ ...job, state: "watching", document });
  });
}

describe("threat 213, 230: what is killed again and again, at each point in turn", () => {
  it.each([
    // Its steps are those of an update; what differs is that nothing was there.
    { kind: "install" as const, before: undefined, after: newDigest, leaveOut: /:(?:begun|kept)$/ },
    { kind: "update" as const, before: oldDigest, after: newDigest },
    { kind: "roll_back" as const, before: newDigest, after: oldDigest },
  ])(
    "a $kind leaves the old or the new, and goes on to the new",
    { timeout: 600_000 },
    async ({ kind, before, after, leaveOut }) => {
      const own = new Set(newSteps(kind).map(({ id }) => id as string));
      for (const [name, chain] of Object.entries(chains)) {
        const folder = temp.join(`${kind}-${name}`);
        await prepare(folder, kind);
        for (const point of chain.filter((one) => own.has(one.split(":")[0] ?? "") && !leaveOut?.test(one))) {
          expect([point, await goOn(folder, point)]).toEqual([point, "SIGKILL"]);
          expect([point, (await look(folder)).running]).toEqual([point, afterSwitch.has(point) ? after : before]);
        }
        expect(await goOn(folder, "")).toBe(0);
        expect(await look(folder)).toEqual({ running: after, state: "succeeded" });
      }
    },
  );

  it("an automatic roll back leaves the new or the old, and ends at the old", async () => {
    const folder = temp.join("back");
    await prepareBack(folder);
    for (const point of ["back:begun", "back:within"]) {
      expect([point, await goOn(folder, point)]).toEqual([point, "SIGKILL"]);
      expect(await look(folder)).toEqual({ running: newDigest, state: "watching" });
    }
    expect(await goOn(folder, "back:done")).toBe("SIGKILL");
    expect(await look(folder)).toEqual({ running: oldDigest, state: "rolled_back" });
    expect(await goOn(folder, "")).toBe(0);
  });
});
