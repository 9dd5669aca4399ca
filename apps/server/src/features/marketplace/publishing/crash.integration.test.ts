import { spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { openSource, readFolderFiles } from "@hilum/marketplace";
import {
  encode,
  publish,
  rotateRoot,
  takePublication,
  usualLifetimes,
  type PublicationFiles,
  type Repository,
} from "@hilum/marketplace/sign";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { publisher } from "../../../../test-support/a-marketplace.ts";
import { createKeeper } from "../../../../test-support/own-marketplace.ts";
import { createOwnMarketplace, type OwnState } from "./own-marketplace.ts";

vi.setConfig({ testTimeout: 120_000 });
const temp = createTempDir("publish-crash");
const child = fileURLToPath(new URL("../../../../test-support/publish-child.ts", import.meta.url));
const when = { now: new Date(), lifetimes: usualLifetimes };
const asState = (repository: Repository): OwnState => ({ repository, takenIn: [], at: when.now.toISOString() });

describe("taking in what a keeper signed", () => {
  let old: Repository;
  let next: Repository;
  const start = temp.join("start");
  const state = temp.join("state.json");

  beforeAll(async () => {
    const own = createOwnMarketplace(start);
    const keeper = await createKeeper();
    const add = async (repository: Repository, names: readonly string[]): Promise<Repository> => {
      const added: Record<string, PublicationFiles[string]> = {};
      for (const name of names)
        added[`${publisher}/${name}`] = { length: name.length, hashes: { sha256: await own.keep(Buffer.from(name)) } };
      const files = { ...repository.publishers[publisher]?.signed.targets, ...added };
      const publication = await publish(
        repository.publishers[publisher],
        publisher,
        files,
        keeper.keys.publisher,
        when,
      );
      return await takePublication(repository, publisher, publication, keeper.keys, when);
    };
    old = await add(await keeper.found(), ["one.hilum", "one.listing.json"]);
    await own.commit(asState(old));
    // New files and new keys at once: the most that one act changes.
    next = await rotateRoot(await add(old, ["two.hilum", "two.listing.json"]), keeper.roles, keeper.keys, when);
    writeFileSync(state, JSON.stringify(asState(next)));
  });
  afterAll(() => temp.remove());

  async function takeIn(dir: string, at: number): Promise<{ ended: string | number | null; writes: number }> {
    const run = spawn(process.execPath, [child, dir, state, String(at)], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<string | number | null>((resolve) =>
      run.once("close", (code, signal) => resolve(signal ?? code)),
    );
    return { writes: Number(await text(run.stdout)), ended: await ended };
  }

  /** What a host sees who has seen the old one; every file is fetched. */
  async function offered(dir: string, client: string): Promise<string[]> {
    const source = await openSource({
      ...{ folder: client, root: encode(old.root), testKeys: true },
      read: readFolderFiles(join(dir, "public")),
    });
    const targets = await source.refresh();
    for (const target of targets) await source.fetch(target);
    return targets.map(({ path }) => path.split("/")[1] ?? "");
  }

  it("threat 230: leaves the old or the new to whoever reads it, killed at any write, and goes on to the new", async () => {
    const whole = temp.join("whole");
    cpSync(start, whole, { recursive: true });
    const { writes, ended } = await takeIn(whole, 0);
    expect([ended, writes]).toEqual([0, expect.any(Number)]);
    expect(writes).toBeGreaterThan(7);
    const seen = new Set<string>();
    for (let at = 1; at <= writes; at += 1) {
      const dir = temp.join(`at-${at}`);
      const client = temp.join(`client-${at}`);
      cpSync(start, dir, { recursive: true });
      expect((await takeIn(dir, at)).ended).toBe("SIGKILL");
      const between = await offered(dir, client);
      expect(["one.hilum one.listing.json", "one.hilum one.listing.json two.hilum two.listing.json"]).toContain(
        between.join(" "),
      );
      seen.add(between.join(" "));
      const own = createOwnMarketplace(dir);
      const restored = await own.restore();
      // The first write is what decides: before it nothing has happened.
      expect(restored?.repository).toEqual(at === 1 ? old : next);
      expect(await offered(dir, client)).toHaveLength(at === 1 ? 2 : 4);
    }
    expect(seen.size).toBeGreaterThan(0);
  });
});
