import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aKey, createMarketplace, publisher, type Marketplace } from "../test-support/a-marketplace.ts";
import { common, encode, sign, type DelegatedRole, type Snapshot, type Timestamp } from "../sign/metadata.ts";
import { delegate, publish, renew, rotateRoot, seal, usualLifetimes } from "../sign/repository.ts";
import { openSource, type Source } from "./open-source.ts";

const temp = createTempDir("source");
let count = 0;
afterAll(() => temp.remove());

describe("a marketplace as a source", () => {
  let market: Marketplace;
  let source: Source;
  let folder: string;
  const open = async (testKeys = false): Promise<Source> =>
    openSource({ folder, root: market.files.get("metadata/1.root.json") as Uint8Array, read: market.read, testKeys });
  const when = () => ({ now: new Date(), lifetimes: usualLifetimes });
  beforeEach(async () => {
    market = await createMarketplace();
    folder = temp.join(`source-${(count += 1)}`);
    source = await open();
  });

  it("offers what publishers signed, and gives its bytes", async () => {
    const [one, ...more] = await source.refresh();
    expect(one).toMatchObject({ path: "com.example/one.hilum", publisher, length: 9 });
    expect(more).toEqual([]);
    expect(String(await source.fetch(one as never))).toBe("the first");
  });

  it("sees what was published since, also after a restart", async () => {
    await source.refresh();
    await market.publish({ "com.example/one.hilum": "the first", "com.example/two.hilum": "the second" });
    expect((await source.refresh()).map(({ path }) => path)).toEqual([
      "com.example/one.hilum",
      "com.example/two.hilum",
    ]);
    source = await open();
    expect(await source.refresh()).toHaveLength(2);
  });

  it("threat 119: refuses a first root that is not signed by enough of its keys", async () => {
    market.repository = {
      ...market.repository,
      root: { ...market.repository.root, signatures: market.repository.root.signatures.slice(0, 1) },
    };
    market.write();
    folder = temp.join(`source-${(count += 1)}`);
    await expect((await open()).refresh()).rejects.toMatchObject({ code: "source.signature" });
  });

  it("threat 119: refuses what another key signed", async () => {
    const stranger = await aKey("stranger");
    const publication = await publish(market.repository.publishers[publisher], publisher, {}, [stranger], when());
    await market.force(publisher, publication);
    expect(await source.refresh()).toEqual([]);
    expect(source.faults()).toEqual([{ publisher, code: "source.signature" }]);
  });

  it("threat 120: refuses a timestamp, and a snapshot, older than one that was seen", async () => {
    const old = new Map(market.files);
    await market.publish({ "com.example/one.hilum": "the first, mended" });
    await source.refresh();
    for (const [path, bytes] of old) market.files.set(path, bytes);
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.rolled_back" });
    const { timestamp, snapshot } = market.repository;
    const back: Timestamp = {
      ...timestamp.signed,
      version: 9,
      meta: { "snapshot.json": { ...timestamp.signed.meta["snapshot.json"], version: snapshot.signed.version - 1 } },
    };
    market.files.set("metadata/timestamp.json", encode(await sign(back, market.keys.timestamp)));
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.rolled_back" });
  });

  it("threat 120: refuses a publisher's list older than one that was seen", async () => {
    const old = market.repository.publishers[publisher];
    await market.publish({ "com.example/one.hilum": "the first, mended" });
    await source.refresh();
    await market.force(publisher, old as never);
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.rolled_back" });
  });

  it("threat 121: refuses a timestamp that was not renewed in time, and goes on when it is", async () => {
    await source.refresh();
    const stale: Timestamp = {
      ...market.repository.timestamp.signed,
      ...common(9, 7, new Date(Date.now() - 8 * 86_400_000)),
    };
    market.files.set("metadata/timestamp.json", encode(await sign(stale, market.keys.timestamp)));
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.expired" });
    market.repository = {
      ...market.repository,
      timestamp: await sign({ ...stale, version: 9 }, market.keys.timestamp),
    };
    market.repository = await renew(market.repository, market.keys, when());
    market.write();
    expect(await source.refresh()).toHaveLength(1);
  });

  it("threat 122: recovers from a version that was driven up, by new keys", async () => {
    const { timestamp } = market.repository;
    const high: Timestamp = { ...timestamp.signed, version: 2 ** 31 };
    market.files.set("metadata/timestamp.json", encode(await sign(high, market.keys.timestamp)));
    await source.refresh();
    market.write();
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.rolled_back" });
    const fresh = await aKey("timestamp 2");
    market.roles = { ...market.roles, timestamp: { keys: [fresh], threshold: 1 } };
    market.keys = { ...market.keys, timestamp: [fresh] };
    market.repository = await rotateRoot(market.repository, market.roles, market.keys, when());
    market.write();
    expect(await source.refresh()).toHaveLength(1);
  });

  it("threat 123: refuses a snapshot together with another's targets", async () => {
    const { snapshot, timestamp, publishers } = market.repository;
    const mixed: Snapshot = { ...snapshot.signed, version: 9 };
    mixed.meta = {
      ...mixed.meta,
      [`${publisher}.json`]: {
        ...(mixed.meta[`${publisher}.json`] as never as object),
        hashes: { sha256: "0".repeat(64) },
      } as never,
    };
    const signed = await sign(mixed, market.keys.snapshot);
    market.files.set("metadata/9.snapshot.json", encode(signed));
    const bytes = encode(signed);
    const { createHash } = await import("node:crypto");
    const next: Timestamp = {
      ...timestamp.signed,
      version: 9,
      meta: {
        "snapshot.json": {
          version: 9,
          length: bytes.length,
          hashes: { sha256: createHash("sha256").update(bytes).digest("hex") },
        },
      },
    };
    market.files.set("metadata/timestamp.json", encode(await sign(next, market.keys.timestamp)));
    expect(publishers[publisher]).toBeDefined();
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.mixed" });
  });

  it("threat 124: reads no more than a file may be long", async () => {
    market.files.set("metadata/timestamp.json", Buffer.alloc(20_000, " "));
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.too_large" });
  });

  it("threat 125: takes the next root from enough keys of the one before, and refuses one that signs itself alone", async () => {
    const others = await Promise.all(["a", "b"].map(aKey));
    const roles = { ...market.roles, root: { keys: others, threshold: 2 } };
    const right = await rotateRoot(
      market.repository,
      roles,
      { ...market.keys, root: [...market.keys.root, ...others] },
      when(),
    );
    const wrong = await rotateRoot(market.repository, roles, { ...market.keys, root: others }, when());
    market.repository = wrong;
    market.write();
    await expect(source.refresh()).rejects.toMatchObject({ code: "source.signature" });
    market.repository = right;
    market.write();
    expect(await source.refresh()).toHaveLength(1);
  });

  it("threat 126: takes nothing from a publisher outside of its own name", async () => {
    const other = await aKey("other");
    market.repository = await delegate(
      market.repository,
      { name: "org.other", keys: [other], threshold: 1 },
      market.keys,
      when(),
    );
    const stolen = await sign(
      {
        _type: "targets",
        ...common(1, 30, new Date()),
        targets: { "com.example/one.hilum": { length: 9, hashes: { sha256: "0".repeat(64) } } },
      } as const,
      [other],
    );
    await market.force("org.other", stolen);
    expect(await source.refresh()).toEqual([
      expect.objectContaining({
        publisher,
        length: 9,
        hashes: expect.not.objectContaining({ sha256: "0".repeat(64) }),
      }),
    ]);
    await expect(
      publish(
        undefined,
        "org.other",
        { "com.example/one.hilum": { length: 1, hashes: { sha256: "0" } } },
        [other],
        when(),
      ),
    ).rejects.toMatchObject({ code: "source.invalid" });
  });

  it("threat 126: takes no publisher that may sign more than its own name", async () => {
    const { targets } = market.repository;
    const [own] = targets.signed.delegations?.roles ?? [];
    for (const wide of [
      { paths: ["*/*"] },
      { paths: [`${publisher}/*`, "org.other/*"] },
      { terminating: false },
      { name: "targets" },
    ]) {
      const roles = [{ ...(own as DelegatedRole), ...wide }] as DelegatedRole[];
      const signed = {
        ...targets.signed,
        version: targets.signed.version + 1,
        delegations: { keys: targets.signed.delegations?.keys ?? {}, roles },
      };
      const next = { ...market.repository, targets: await sign(signed, market.keys.targets) };
      market.repository = await seal(next, market.repository, market.keys, when());
      market.write();
      await expect(source.refresh()).rejects.toMatchObject({ code: "source.invalid" });
    }
  });

  it("offers nothing of a publisher who has published nothing yet", async () => {
    const other = { name: "org.other", keys: [await aKey("other")], threshold: 1 };
    market.repository = await delegate(market.repository, other, market.keys, when());
    market.write();
    expect(await source.refresh()).toHaveLength(1);
  });

  it("threat 230: goes on from what was trusted before a refresh that was cut off in the middle", async () => {
    await source.refresh();
    writeFileSync(join(folder, "metadata/root.json"), '{"half":');
    writeFileSync(join(folder, "metadata/timestamp.json"), "");
    mkdirSync(join(folder, "0123456789ab.draft"));
    source = await open();
    expect(await source.refresh()).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.endsWith(".draft"))).toEqual([]);
  });

  it("fetches a listing once, and forgets it when nobody offers it any more", async () => {
    const [one] = await source.refresh();
    await source.fetch(one as never);
    await source.fetch(one as never);
    expect(market.asked.filter((path) => path.startsWith("targets/"))).toHaveLength(1);
    await market.publish({ "com.example/two.hilum": "the second" });
    await source.refresh();
    expect(readdirSync(folder).filter((name) => name.endsWith(".download"))).toEqual([]);
  });

  it("a stolen publisher's key signs nothing more, once the keeper gave the publisher another", async () => {
    await source.refresh();
    const [stolen] = market.keys.publisher;
    const fresh = await aKey("publisher 2");
    market.keys = { ...market.keys, publisher: [fresh] };
    market.repository = await delegate(
      market.repository,
      { name: publisher, keys: [fresh], threshold: 1 },
      market.keys,
      when(),
    );
    await market.publish({ "com.example/one.hilum": "the first" });
    expect(await source.refresh()).toHaveLength(1);
    const bad = await publish(market.repository.publishers[publisher], publisher, {}, [stolen as never], when());
    await market.force(publisher, bad);
    expect(await source.refresh()).toEqual([]);
    expect(source.faults()).toEqual([{ publisher, code: "source.signature" }]);
  });

  it("threat 121: leaves out a publisher who is late, and goes on with the others", async () => {
    const other = await aKey("other");
    market.repository = await delegate(
      market.repository,
      { name: "org.other", keys: [other], threshold: 1 },
      market.keys,
      when(),
    );
    const file = { length: 9, hashes: { sha256: "0".repeat(64) } };
    const late = await publish(undefined, "org.other", { "org.other/a": file }, [other], {
      ...when(),
      now: new Date(0),
    });
    await market.force("org.other", late);
    expect((await source.refresh()).map(({ path }) => path)).toEqual(["com.example/one.hilum"]);
    expect(source.faults()).toEqual([{ publisher: "org.other", code: "source.expired" }]);
  });

  it("gives no bytes but those that were signed", async () => {
    const [one] = await source.refresh();
    const place = [...market.files.keys()].find((path) => path.startsWith("targets/")) as string;
    market.files.set(place, Buffer.from("the worst"));
    await expect(source.fetch(one as never)).rejects.toMatchObject({ code: "source.mixed" });
    market.files.set(place, Buffer.from("the first and much more"));
    await expect(source.fetch(one as never)).rejects.toMatchObject({ code: "source.too_large" });
    market.files.delete(place);
    await expect(source.fetch(one as never)).rejects.toMatchObject({ code: "source.mixed" });
  });

  it("refuses keys that were made for tests, but where tests are made", async () => {
    market = await createMarketplace({ test: true });
    folder = temp.join(`source-${(count += 1)}`);
    await expect((await open()).refresh()).rejects.toMatchObject({ code: "source.test_keys" });
    expect(await (await open(true)).refresh()).toHaveLength(1);
  });
});
