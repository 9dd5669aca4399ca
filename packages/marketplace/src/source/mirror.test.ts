import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { crc32 } from "node:zlib";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { streamArchive, writeArchive, type ArchiveFile } from "../archive/write-archive.ts";
import { encode } from "../sign/metadata.ts";
import { createRepository, rotateRoot, usualLifetimes } from "../sign/repository.ts";
import { aKey, createMarketplace, type Marketplace } from "../test-support/a-marketplace.ts";
import { badArchives } from "../test-support/bad-archives.ts";
import { forgeArchive } from "../test-support/forge-archive.ts";
import { bundleMirror, exportMirror, importMirror, keepBundle, sweepBundles } from "./mirror.ts";
import { openSource, type SourceOptions } from "./open-source.ts";
import { readFolderFiles } from "./read-files.ts";

const temp = createTempDir("mirror");
afterAll(() => temp.remove());
let count = 0;

describe("a mirror", () => {
  let market: Marketplace;
  let mirrors: string;
  const newFolder = (): string => temp.join(`folder-${(count += 1)}`);
  const options = (): SourceOptions => ({
    folder: newFolder(),
    root: market.files.get("metadata/1.root.json") as Uint8Array,
    read: market.read,
    testKeys: false,
  });
  const bundled = async (files: AsyncIterable<ArchiveFile>): Promise<AsyncIterable<Uint8Array>> =>
    (await bundleMirror(files, newFolder())).bytes;
  const exported = async (takes?: (target: { path: string }) => boolean): Promise<AsyncIterable<Uint8Array>> =>
    bundled(exportMirror(options(), takes));
  const rotate = async (): Promise<void> => {
    const when = { now: new Date(), lifetimes: usualLifetimes };
    market.repository = await rotateRoot(market.repository, market.roles, market.keys, when);
    market.write();
  };
  beforeEach(async () => {
    market = await createMarketplace();
    mirrors = newFolder();
    await market.publish({ "com.example/one.hilum": "the first", "com.example/two.hilum": "the second" });
  });

  it("carries a whole marketplace to where there is no network, with all checks", async () => {
    await rotate();
    const importing = options();
    const { folder, offered } = await importMirror(await exported(), importing, mirrors);
    expect(offered.map(({ path }) => path)).toEqual(["com.example/one.hilum", "com.example/two.hilum"]);
    const source = await openSource({ ...importing, read: readFolderFiles(folder) });
    const [, two] = await source.refresh();
    expect(String(await source.fetch(two as never))).toBe("the second");
  });

  it("leads who knows the first root to the newest, where it was exported by one who began later", async () => {
    await rotate();
    await rotate();
    const later = { ...options(), root: market.files.get("metadata/2.root.json") as Uint8Array };
    const bundle = await bundled(exportMirror(later));
    const { offered } = await importMirror(bundle, options(), mirrors);
    expect(offered).toHaveLength(2);
  });

  it("carries what was chosen alone", async () => {
    const importing = options();
    const bundle = await exported(({ path }) => path.endsWith("/two.hilum"));
    const { folder } = await importMirror(bundle, importing, mirrors);
    const source = await openSource({ ...importing, read: readFolderFiles(folder) });
    const [one, two] = await source.refresh();
    await expect(source.fetch(one as never)).rejects.toMatchObject({ code: "source.mixed" });
    expect(String(await source.fetch(two as never))).toBe("the second");
  });

  it("threat 120: is refused where it is older than one that was imported", async () => {
    const old = await exported();
    await market.publish({ "com.example/one.hilum": "the first, mended" });
    const importing = options();
    await importMirror(await exported(), importing, mirrors);
    await expect(importMirror(old, importing, mirrors)).rejects.toMatchObject({ code: "source.rolled_back" });
    expect(readdirSync(mirrors)).toHaveLength(1);
  });

  it("threat 119: is refused with another marketplace's root", async () => {
    const key = await aKey("stranger");
    const signer = { keys: [key], threshold: 1 };
    const other = await createRepository(
      { root: signer, targets: signer, snapshot: signer, timestamp: signer },
      { root: [key], targets: [key], snapshot: [key], timestamp: [key] },
      { now: new Date(), lifetimes: usualLifetimes },
    );
    const bundle = await exported();
    const stranger = { ...options(), root: encode(other.root) };
    await expect(importMirror(bundle, stranger, mirrors)).rejects.toMatchObject({ code: "source.signature" });
  });

  const kept = async (stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string[]> => {
    await keepBundle(asStream(stream), mirrors, async () => undefined);
    return readdirSync(mirrors);
  };

  it("holds files of a marketplace and nothing else", async () => {
    for (const [path, code] of [
      ["metadata/../run.json", "package.invalid"],
      ["run.sh", "source.invalid"],
    ] as const)
      await expect(kept([forgeArchive([{ path }])])).rejects.toMatchObject({ code });
    expect(readdirSync(mirrors)).toEqual([]);
  });

  it.each(badArchives)(
    "threat 109, 110, 111, 112, 113, 114, 115, 116, 117, 129: is refused with $what ($threat), and leaves nothing",
    async ({ bytes }) => {
      // In parts of seven bytes, so that each record begins in one and ends in another.
      const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, at) => bytes.subarray(7 * at, 7 * at + 7));
      await expect(kept(parts)).rejects.toMatchObject({
        code: expect.stringMatching(/^(package|source)\.invalid$/) as string,
      });
      expect(readdirSync(mirrors)).toEqual([]);
    },
  );

  it("leaves nothing of a bundle that breaks off, wherever that is, nor of one that is not what was hoped for", async () => {
    const bundle = writeArchive([
      { path: "metadata/1.root.json", bytes: Buffer.from("{}") },
      { path: "metadata/timestamp.json", bytes: Buffer.from("{}") },
    ]);
    for (let at = 0; at < bundle.length; at += 1)
      await expect(kept([bundle.subarray(0, at)])).rejects.toMatchObject({ code: "package.invalid" });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bundle.subarray(0, 60);
      throw new Error("the line is gone");
    }
    await expect(kept(broken())).rejects.toThrow("the line is gone");
    const refusal = keepBundle(asStream([bundle]), mirrors, () => Promise.reject(new Error("another root")));
    await expect(refusal).rejects.toThrow("another root");
    expect(readdirSync(mirrors)).toEqual([]);
    expect(await kept([bundle])).toHaveLength(1);
    expect(await kept([bundle])).toHaveLength(1);
  });

  it("sweeps what a killed process left of one, and that alone", async () => {
    await importMirror(await exported(), options(), mirrors);
    const before = readdirSync(mirrors);
    mkdirSync(`${mirrors}/0123456789abcdef01234567.draft/metadata`, { recursive: true });
    await sweepBundles(mirrors);
    expect(readdirSync(mirrors)).toEqual(before);
    await sweepBundles(newFolder());
  });

  it("takes no more memory when it is large, neither coming in nor going out", { timeout: 120_000 }, async () => {
    const peakOf = createMemoryGauge();
    const one = Buffer.alloc(4 * mib, "a record of nobody");
    const crc = crc32(one);
    const large = Array.from({ length: 16 }, (_, at) => ({
      path: `targets/com.example/${String(at).padStart(64, "0")}.large.hilum`,
      ...{ size: one.length, crc, open: () => pieces(one) },
    }));
    const { size, bytes } = streamArchive(large);
    const coming = peakOf(bytes);
    const { folder } = await keepBundle(coming.parts, mirrors, async () => undefined);
    expect(size).toBeGreaterThan(16 * one.length);
    expect(coming.grown()).toBeLessThan(4 * one.length);

    async function* files(): AsyncGenerator<ArchiveFile> {
      for (const { path } of large) yield { path, bytes: readFileSync(`${folder}/${path}`) };
    }
    const laying = peakOf(files());
    const going = peakOf((await bundleMirror(laying.parts, newFolder())).bytes);
    let sent = 0;
    for await (const part of going.parts) sent += part.length;
    expect(sent).toBe(size);
    // A file of it is held while it is verified.
    expect(laying.grown()).toBeLessThan(4 * one.length);
    expect(going.grown()).toBeLessThan(4 * one.length);
  });
});

const mib = 1_048_576;

async function* asStream(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  // A copy of each, as a socket makes one.
  for (let at = 0; at < bytes.length; at += 65_536) yield new Uint8Array(bytes.subarray(at, at + 65_536));
}

/** How much more memory a process holds, at most, while parts go by: counted after what is not held was collected. */
function createMemoryGauge() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  return <Part>(stream: AsyncIterable<Part>): { parts: AsyncIterable<Part>; grown(): number } => {
    const before = held();
    let most = before;
    async function* observed(): AsyncGenerator<Part> {
      let seen = 0;
      for await (const part of stream) {
        if ((seen += 1) % 100 === 1 || (part as { path?: string }).path !== undefined) most = Math.max(most, held());
        yield part;
      }
      most = Math.max(most, held());
    }
    return { parts: observed(), grown: () => most - before };
  };
}
