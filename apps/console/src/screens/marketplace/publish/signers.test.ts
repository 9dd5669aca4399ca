import {
  addFiles,
  createKeyFile,
  createRepository,
  delegate,
  publish,
  takePublication,
  usualLifetimes,
} from "@hilum/marketplace/sign";
import { beforeAll, describe, expect, it } from "vitest";
import type { HeldKey } from "../keys/key-ring.ts";
import { fingerprintOf, publishedVersions, publisherSigners, sha256, signersFor } from "./signers.ts";

const when = { now: new Date("2026-11-26T00:00:00Z"), lifetimes: usualLifetimes };
const make = (title: string): Promise<HeldKey> => createKeyFile({ title, test: true }, "twelve letters and more");
let held: { one: HeldKey; two: HeldKey; daily: HeldKey; publisher: HeldKey };

async function aRepository() {
  const { one, two, daily, publisher } = held;
  const signers = (...list: HeldKey[]) => ({ keys: list.map(({ key }) => key), threshold: list.length });
  const keys = {
    ...{ root: [one.key, two.key], targets: [daily.key] },
    ...{ snapshot: [daily.key], timestamp: [daily.key] },
  };
  const begun = await createRepository(
    { root: signers(one, two), targets: signers(daily), snapshot: signers(daily), timestamp: signers(daily) },
    keys,
    { ...when, test: true },
  );
  const open = await delegate(begun, { name: "com.example", ...signers(publisher) }, keys, when);
  const listed = ["1.9.0", "1.10.0"].map((version) => ({
    path: `com.example/com.example.sms-${version}.hilum`,
    ...{ digest: version === "1.9.0" ? "a".repeat(64) : "b".repeat(64), bytes: 7 },
    custom: { kind: "package" as const, plugin: "com.example.sms", version },
  }));
  const publication = await publish(undefined, "com.example", addFiles({}, listed), [publisher.key], when);
  return await takePublication(open, "com.example", publication, keys, when);
}

beforeAll(async () => {
  const [one, two, daily, publisher] = await Promise.all(["one", "two", "daily", "publisher"].map(make));
  held = { one: one!, two: two!, daily: daily!, publisher: publisher! };
});

describe("keys that are unlocked", () => {
  it("sign for the roles that know them, and the others are said to be missing", async () => {
    const repository = await aRepository();
    const { keys, missing } = signersFor(repository, [held.one, held.daily], ["root", "targets"]);
    expect(keys.targets.map(({ id }) => id)).toEqual([held.daily.key.id]);
    expect(missing).toEqual(["root"]);
    expect(signersFor(repository, [held.one, held.two], ["root"]).missing).toEqual([]);
  });

  it("sign for a publisher that was let in, and for nobody else", async () => {
    const repository = await aRepository();
    expect(publisherSigners(repository, "com.example", [held.publisher]).missing).toBe(0);
    expect(publisherSigners(repository, "com.example", [held.daily])).toEqual({ keys: [], missing: 1 });
    expect(publisherSigners(repository, "org.other", [held.publisher]).keys).toEqual([]);
  });
});

it("lists what is published, the newest version of a plugin first", async () => {
  expect(publishedVersions(await aRepository()).map(({ version }) => version)).toEqual(["1.10.0", "1.9.0"]);
});

it("says a fingerprint that does not depend on the order of the keys", async () => {
  const { root } = await aRepository();
  const { keyids } = root.signed.roles.root;
  const turned = structuredClone(root);
  turned.signed.roles.root.keyids = keyids.toReversed();
  const said = await fingerprintOf({ root });
  expect(said).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  expect(await fingerprintOf({ root: turned })).toBe(said);
});

it("computes SHA-256 as everybody does", async () => {
  expect(await sha256(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
