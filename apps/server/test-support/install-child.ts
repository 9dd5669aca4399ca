import { HilumError } from "@hilum/contract";
import { createInstalledPackages, readPackage } from "@hilum/marketplace";
import { createFileKeyProvider, openStore } from "@hilum/store";
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { createHoldLease } from "../src/features/marketplace/hold-lease.ts";
import { createJobActs } from "../src/features/marketplace/installs/acts.ts";
import { createJobRunner } from "../src/features/marketplace/installs/run-jobs.ts";
import { createLog } from "../src/log.ts";

/**
 * A process that goes on with the install jobs of a data folder and is killed at one point of them: what runs a plugin is left out,
 * what is kept of it is real. Arguments: data folder, folder of packages by digest, point.
 */
// It is killed before it could keep what it compiled: the next of them starts sooner.
flushCompileCache();
const [dataDir = "", archives = "", point = ""] = process.argv.slice(2);
const store = await openStore({
  url: `sqlite:${join(dataDir, "hilum.db")}`,
  keyProvider: createFileKeyProvider(join(dataDir, "..", "keys", "hilum.key")),
  blobDir: join(dataDir, "blobs"),
});
const log = createLog({ destination: { write: () => undefined } });
const packages = createInstalledPackages(join(dataDir, "packages"));
await packages.sweep();
const fetch = async (_source: string, digest: string): Promise<Buffer> =>
  readFileSync(join(archives, `${digest}.hilum`));
const acts = createJobActs({
  ...{ store, packages, log, fetch, uploads: archives, testMode: () => true, isShared: async () => false },
  verify: async (digest) => {
    const row = await store.packages.find(digest);
    if (row === undefined) throw new HilumError("package.not_installed");
    await packages.verify(digest, row.listDigest);
  },
  runner: {
    tryVersion: () => Promise.reject(new Error("nothing is enabled here")),
    check: () => Promise.reject(new Error("nothing is enabled here")),
    status: () => undefined,
  },
  judge: async (_context, plugin) => {
    readPackage(readFileSync(join(archives, `${plugin.package}.hilum`)));
    return { passed: true, counts: { passed: 1, failed: 0, skipped: 0 }, cases: [] } as never;
  },
  lifecycle: { apply: async () => undefined },
  acceptPages: async () => undefined,
  refreshGrants: async () => undefined,
});
const jobs = createJobRunner({
  ...{ store, acts, log, hold: createHoldLease({ store, owner: "child", log }) },
  reached: (at) => {
    if (at === point) process.kill(process.pid, "SIGKILL");
  },
});
await jobs.resume();
await jobs.tick();
await store.close();
