import { readdirSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { writeArchive } from "../archive/write-archive.ts";
import { encode } from "../sign/metadata.ts";
import { createRepository, rotateRoot, usualLifetimes } from "../sign/repository.ts";
import { aKey, createMarketplace, type Marketplace } from "../test-support/a-marketplace.ts";
import { bundleMirror, exportMirror, importMirror, readBundle } from "./mirror.ts";
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
  const exported = async (takes?: (target: { path: string }) => boolean): Promise<Buffer> =>
    bundleMirror(exportMirror(options(), takes));
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
    const bundle = await bundleMirror(exportMirror(later));
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

  it("holds files of a marketplace and nothing else", () => {
    expect(() => readBundle(writeArchive([{ path: "metadata/../run.sh", bytes: Buffer.alloc(0) }]))).toThrow(
      expect.objectContaining({ code: "package.invalid" }) as Error,
    );
    expect(() => readBundle(writeArchive([{ path: "run.sh", bytes: Buffer.alloc(0) }]))).toThrow(
      expect.objectContaining({ code: "source.invalid" }) as Error,
    );
  });
});
