import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import {
  createTileBuilder,
  parseCheckpointText,
  parseNote,
  parseWitnessKey,
  rawVerifierOf,
  verifyCosignature,
  verifyNote,
} from "@hilum/audit/tlog";
import { cosignatureLine, witnessKeyText } from "../sign/note.ts";
import { treeRoot } from "../sign/package-log.ts";
import { renew, rotateRoot, usualLifetimes, type Repository } from "../sign/repository.ts";
import { openSource, type Source, type SourceOptions } from "../source/open-source.ts";
import { bundleMirror, exportMirror, importMirror } from "../source/mirror.ts";
import { readWitnessKeys } from "../source/witness-trust.ts";
import { readFolderFiles } from "../source/read-files.ts";
import { forgeLog } from "../test-support/forge-log.ts";
import { aKey, createMarketplace, publisher, type Marketplace } from "../test-support/a-marketplace.ts";
import { prefixed, repositoryFiles } from "./log-files.ts";

const temp = createTempDir("log");
let count = 0;
afterAll(() => temp.remove());
const when = { now: new Date(), lifetimes: usualLifetimes };
const one = "com.example/com.example.one-1.0.0.hilum";
const two = "com.example/com.example.two-1.0.0.hilum";

describe("a marketplace's log of packages", () => {
  let market: Marketplace;
  /** Another hospital's view of the same keeper. */
  let other: Map<string, Uint8Array>;
  const at = async (files: Map<string, Uint8Array>, more: Partial<SourceOptions> = {}): Promise<Source> =>
    openSource({
      folder: temp.join(`hospital-${(count += 1)}`),
      root: market.files.get("metadata/1.root.json") as Uint8Array,
      read: async (path) => files.get(path),
      testKeys: false,
      ...more,
    });
  const write = (files: Map<string, Uint8Array>, repository: Repository): void => {
    for (const { path, bytes } of repositoryFiles(repository)) files.set(path, bytes);
  };
  const forge = async (entries: readonly string[] | undefined): Promise<Repository> =>
    forgeLog(market.repository, entries, market.keys);
  const refusal = async (source: Source): Promise<unknown> =>
    source.refresh().then(
      () => "taken",
      (error: { code: string }) => error.code,
    );
  beforeEach(async () => {
    market = await createMarketplace();
    await market.publish({ [one]: "the first" });
    other = new Map(market.files);
  });

  it("has one entry a version, signed by the snapshot's key and served as tiles", async () => {
    const source = await at(market.files);
    const [target] = await source.refresh();
    expect(String(await source.fetch(target as never))).toBe("the first");
    const { origin, entries } = market.repository.log as NonNullable<Repository["log"]>;
    expect(entries.map((entry) => JSON.parse(entry) as unknown)).toEqual([
      { publisher, plugin: "com.example.one", version: "1.0.0", digest: target?.hashes.sha256 },
    ]);
    const note = parseNote(String(Buffer.from(market.files.get("log/checkpoint") as Uint8Array)));
    const key = Buffer.from(market.keys.snapshot[0]?.public.keyval.public as string, "hex");
    expect(verifyNote(note, rawVerifierOf(origin, key))).toBe(true);
    expect(parseCheckpointText(note.text)).toMatchObject({ origin, size: 1 });
    expect(source.log()).toMatchObject({ origin, size: 1, root: parseCheckpointText(note.text).root.toString("hex") });
    expect([...market.files.keys()].filter((path) => path.startsWith("log/tile/"))).toEqual([
      "log/tile/0/000.p/1",
      "log/tile/entries/000.p/1",
    ]);
  });

  it("hashes in a browser as on a server, for every size", async () => {
    const builder = createTileBuilder();
    const entries: string[] = [];
    const differing: number[] = [];
    for (let size = 0; size <= 300; size += 1) {
      const looked = size % 7 === 0 || size > 250;
      if (looked && !builder.root().equals(await treeRoot(entries))) differing.push(size);
      entries.push(`entry ${size}`);
      builder.add(prefixed(Buffer.from(`entry ${size}`)));
    }
    expect(builder.size).toBe(301);
    expect(differing).toEqual([]);
  });

  it("is followed across full tiles, from where it was left", async () => {
    const source = await at(market.files);
    await source.refresh();
    const many = (from: number, to: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: to - from }, (_, i) => [
          `com.example/com.example.many-1.${from + i}.0.hilum`,
          `${from + i}`,
        ]),
      );
    await market.publish({ [one]: "the first", ...many(0, 254) });
    await source.refresh();
    const half = source.log();
    await market.publish({ [one]: "the first", ...many(0, 300) });
    // A static host that keeps no part of a tile that is full.
    for (const path of market.files.keys()) if (path.includes("/000.p/")) market.files.delete(path);
    const asked = market.asked.length;
    await (await at(market.files, { read: market.read })).refresh();
    const targets = await source.refresh();
    expect(source.log()).toMatchObject({ size: 301 });
    expect(source.log()?.rootAt(255)).toBe(half?.root);
    expect(targets.filter((target) => source.isUnlogged(target))).toEqual([]);
    expect(market.asked.slice(asked).filter((path) => path.startsWith("log/tile/entries/"))).toEqual([
      "log/tile/entries/000",
      "log/tile/entries/001.p/45",
    ]);
  });

  it("is not signed on by a keeper who is handed another, nor takes a version in twice", async () => {
    const log = market.repository.log as NonNullable<Repository["log"]>;
    const cut = renew({ ...market.repository, log: { ...log, entries: [] } }, market.keys, when);
    await expect(cut).rejects.toMatchObject({ code: "source.forked" });
    await expect(market.publish({ [one]: "the first, replaced" })).rejects.toMatchObject({
      code: "publication.invalid",
    });
  });

  it("goes on under new keys", async () => {
    const source = await at(market.files);
    await source.refresh();
    const fresh = await aKey("snapshot 2");
    market.roles = { ...market.roles, snapshot: { keys: [fresh], threshold: 1 } };
    market.keys = { ...market.keys, snapshot: [fresh] };
    market.repository = await rotateRoot(market.repository, market.roles, market.keys, when);
    market.write();
    expect(await refusal(source)).toBe("taken");
    expect(source.log()?.size).toBe(1);
  });

  it("threat 134: two hospitals that are shown different trees find out by comparing, and neither goes over to the other's", async () => {
    const [here, there] = [await at(market.files), await at(other)];
    await here.refresh();
    await there.refresh();
    const before = market.repository;
    await market.publish({ [one]: "the first", [two]: "for this hospital" });
    const shownHere = market.repository;
    await here.refresh();
    market.repository = before;
    await market.publish({ [one]: "the first", [two]: "for the other hospital" });
    market.repository = await renew(market.repository, market.keys, when);
    write(other, market.repository);
    for (const [path, bytes] of market.files) if (path.startsWith("targets/")) other.set(path, bytes);
    await there.refresh();
    expect(here.log()?.size).toBe(there.log()?.size);
    expect(here.log()?.root).not.toBe(there.log()?.root);
    expect(here.log()?.rootAt(1)).toBe(there.log()?.rootAt(1));
    // The same host for both from now on: who saw the other tree takes nothing more.
    expect(shownHere.log?.entries).not.toEqual(market.repository.log?.entries);
    for (const [path, bytes] of other) market.files.set(path, bytes);
    expect(await refusal(here)).toBe("source.forked");
    expect(here.log()?.size).toBe(2);
    expect(await refusal(here)).toBe("source.forked");
  });

  it("threat 134: a tree that was rewritten, made smaller or begun anew is refused, and what was seen stays", async () => {
    await market.publish({ [one]: "the first", [two]: "the second" });
    const folder = temp.join(`hospital-${(count += 1)}`);
    const source = await at(market.files, { folder });
    const targets = await source.refresh();
    const [first = "", second = ""] = market.repository.log?.entries ?? [];
    const { repository } = market;
    const inserted = first.replace("1.0.0", "1.0.1");
    for (const entries of [[second, first], [first], [first, inserted, second], []]) {
      market.repository = await forge(entries);
      market.write();
      expect(await refusal(source)).toBe("source.forked");
      expect(await refusal(await at(market.files, { folder }))).toBe("source.forked");
    }
    const renamed = { ...(repository.log as NonNullable<Repository["log"]>), origin: "another.example" };
    market.repository = await forgeLog({ ...market.repository, log: renamed }, [first, second], market.keys);
    market.write();
    expect(await refusal(source)).toBe("source.forked");
    expect(source.log()).toMatchObject({ size: 2 });
    expect(String(await source.fetch(targets[0] as never))).toBe("the first");
  });

  it("threat 134: a package that is not in the log, or not as it is there, is not handed out", async () => {
    await market.publish({ [one]: "the first", [two]: "the second" });
    const { repository } = market;
    const [first = ""] = repository.log?.entries ?? [];
    const swapped = first.replace(/[0-9a-f]{64}/, "0".repeat(64));
    for (const entries of [[swapped, first], [swapped], []]) {
      market.repository = await forgeLog(repository, entries, market.keys);
      market.write();
      const source = await at(market.files);
      const targets = await source.refresh();
      expect(targets).toHaveLength(2);
      for (const target of targets) {
        expect(source.isUnlogged(target)).toBe(true);
        await expect(source.fetch(target)).rejects.toMatchObject({ code: "source.not_logged" });
      }
    }
  });

  it("threat 134: a log that is stripped, or old, is refused also by who reads for the first time", async () => {
    const source = await at(market.files);
    await source.refresh();
    const old = new Map(market.files);
    await market.publish({ [one]: "the first", [two]: "the second" });
    const whole = new Map(market.files);
    for (const path of whole.keys()) if (path.startsWith("log/")) market.files.delete(path);
    expect(await refusal(source)).toBe("source.log_missing");
    expect(await refusal(await at(market.files))).toBe("source.log_missing");
    const stale = new Map(
      [...whole].map(([path, bytes]) => [path, path.startsWith("log/") ? (old.get(path) ?? bytes) : bytes]),
    );
    expect(await refusal(await at(stale))).toBe("source.mixed");
    const torn = new Map(whole).set("log/tile/entries/000.p/2", Buffer.from("\0\u0003abc\0\u0003def"));
    expect(await refusal(await at(torn))).toBe("source.mixed");
    expect(await refusal(await at(whole))).toBe("taken");
  });

  it("threat 134: who had a log keeps it; who never had one is taken unless the source's policy asks for one", async () => {
    const source = await at(market.files);
    await source.refresh();
    const none = await forge(undefined);
    const files = new Map([...market.files].filter(([path]) => !path.startsWith("log/")));
    write(files, none);
    for (const [path, bytes] of files) market.files.set(path, bytes);
    expect(await refusal(source)).toBe("source.log_missing");
    const plain = await at(files);
    expect(await refusal(plain)).toBe("taken");
    expect(plain.log()).toBeUndefined();
    const trust = { required: true, witnesses: [], threshold: 0 };
    expect(await refusal(await at(files, { trust }))).toBe("source.log_missing");
    // It begins one when it is signed next, and what it offers is in it.
    market.repository = await renew(none, market.keys, when);
    write(files, market.repository);
    expect(await refusal(await at(files, { trust }))).toBe("taken");
    expect(market.repository.log?.entries).toHaveLength(1);
  });

  it("threat 134: a head without enough cosignatures of the witnesses that the source names is not taken", async () => {
    const [ward, river] = [await aKey("ward"), await aKey("river")];
    const names = ["witness.example/ward", "witness.example/river"];
    const witnesses = [
      await witnessKeyText(names[0] as string, ward.public),
      await witnessKeyText(names[1] as string, river.public),
    ];
    const trust = { required: true, witnesses, threshold: 2 };
    const head = (): string => market.repository.log?.checkpoint.split("\n\n")[0] ?? "";
    const cosign = async (keys: readonly (readonly [string, typeof ward])[], text = `${head()}\n`): Promise<void> => {
      const lines = await Promise.all(
        keys.map(async ([name, key]) => cosignatureLine(text, name, key, new Date(9_000))),
      );
      market.files.set("log/cosigned", Buffer.from(`${market.repository.log?.checkpoint}${lines.join("")}`));
    };
    expect(await refusal(await at(market.files, { trust }))).toBe("source.not_witnessed");
    await cosign([[names[0] as string, ward]]);
    expect(await refusal(await at(market.files, { trust }))).toBe("source.not_witnessed");
    // One key under two names, and a stranger under a witness's name.
    await cosign([
      [names[0] as string, ward],
      [names[1] as string, ward],
    ]);
    expect(await refusal(await at(market.files, { trust }))).toBe("source.not_witnessed");
    await cosign([
      [names[0] as string, ward],
      [names[1] as string, river],
    ]);
    const source = await at(market.files, { trust });
    expect(await refusal(source)).toBe("taken");
    const at9 = new Date(9_000).toISOString();
    expect(source.log()?.witnesses).toEqual(names.map((name) => ({ name, at: at9 })));
    expect(
      verifyCosignature(parseNote(source.log()?.checkpoint as string), parseWitnessKey(witnesses[1] as string)),
    ).toEqual(new Date(9_000));
    // What they cosigned is not what comes next; what was read before stays.
    await market.publish({ [one]: "the first", [two]: "the second" });
    expect(await refusal(source)).toBe("source.not_witnessed");
    expect(source.log()?.size).toBe(1);
    const twice = { witnesses: [witnesses[0] as string, witnesses[0] as string], threshold: 2 };
    expect(() => readWitnessKeys(twice)).toThrow(expect.objectContaining({ code: "request.invalid" }) as Error);
  });

  it("threat 134: is carried by a mirror, and checked where that is taken in", async () => {
    await market.publish({ [one]: "the first", [two]: "the second" });
    const options = (): SourceOptions => ({
      ...{ folder: temp.join(`hospital-${(count += 1)}`), read: market.read, testKeys: false },
      root: market.files.get("metadata/1.root.json") as Uint8Array,
    });
    const trust = { required: true, witnesses: [], threshold: 0 };
    const importing = { ...options(), trust };
    const newFolder = (): string => temp.join(`bundle-${(count += 1)}`);
    const { bytes: bundle } = await bundleMirror(exportMirror(options()), newFolder());
    const { folder } = await importMirror(bundle, importing, temp.join(`mirrors-${(count += 1)}`));
    const source = await openSource({ ...importing, read: readFolderFiles(folder) });
    await source.refresh();
    expect(source.log()?.size).toBe(2);
    expect(await readFolderFiles(folder)("log/tile/0/000.p/2", 100)).toHaveLength(64);
    write(market.files, await forge((market.repository.log?.entries ?? []).toReversed()));
    const { bytes: forked } = await bundleMirror(exportMirror(options()), newFolder());
    await expect(importMirror(forked, importing, temp.join("mirrors"))).rejects.toMatchObject({
      code: "source.forked",
    });
  });
});
