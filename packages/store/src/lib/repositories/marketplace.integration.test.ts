import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListingRow, MarketplaceEntry, PackageRow } from "../ports/marketplace.ts";
import { databases, newId, type TestStore } from "../test-support/databases.ts";

const at = "2026-03-02T08:00:00.000Z";
const digestOf = (letter: string): string => letter.repeat(64);
const listing = (version: string, change: Partial<ListingRow> = {}): ListingRow => ({
  ...{ source: "official", plugin: "com.example.sms", version, digest: digestOf("a") },
  document: { name: "Example", version },
  ...change,
});
const taken = (change: Partial<PackageRow> = {}): PackageRow => ({
  ...{ digest: digestOf("a"), listDigest: digestOf("b"), plugin: "com.example.sms", version: "1.0.0" },
  ...{ source: "official", publisher: "com.example", installedAt: at, installedBy: "user:ana" },
  manifest: { id: "com.example.sms" },
  ...change,
});
const job = (change: Partial<MarketplaceEntry<{ step: string }>> = {}): MarketplaceEntry<{ step: string }> => ({
  ...{ kind: "job", id: newId(), subject: "com.example.sms", state: "running", rowVersion: 0 },
  document: { step: "verify" },
  ...change,
});

describe.each(databases)("the marketplace in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    it("keeps what a source offers in the place of what it offered, and counts what changed", async () => {
      const { listings } = test.store;
      const before = await listings.epoch();
      const first = [listing("1.0.0"), listing("1.1.0")];
      expect(await listings.replace("official", first)).toEqual({ added: 2, changed: 0, removed: 0 });
      await listings.replace("own", [listing("1.0.0", { source: "own" })]);
      expect(await listings.ofPlugin("com.example.sms")).toHaveLength(3);
      const raised = await listings.epoch();
      expect(raised).toBeGreaterThan(before);
      expect(await listings.replace("official", first)).toEqual({ added: 0, changed: 0, removed: 0 });
      expect(await listings.epoch()).toBe(raised);
      const next = [listing("1.1.0", { document: { yanked: "by mistake" } }), listing("1.2.0")];
      expect(await listings.replace("official", next)).toEqual({ added: 1, changed: 1, removed: 1 });
      const rows = await listings.list();
      expect(rows.filter(({ source }) => source === "official")).toEqual(expect.arrayContaining(next));
      expect(rows).toHaveLength(3);
    });

    it("takes thousands of listings at once", async () => {
      const many = Array.from({ length: 3_000 }, (_, n) =>
        listing("1.0.0", { source: "big", plugin: `com.example.p${n}` }),
      );
      expect(await test.store.listings.replace("big", many)).toMatchObject({ added: 3_000 });
      expect(await test.store.listings.replace("big", [])).toMatchObject({ removed: 3_000 });
    });

    it("keeps packages, newest first, and why one was taken back", async () => {
      const { packages } = test.store;
      const later = taken({ digest: digestOf("c"), version: "1.1.0", installedAt: "2026-03-03T08:00:00.000Z" });
      const { source: _source, publisher: _publisher, ...bare } = taken({ digest: digestOf("d"), plugin: "org.other" });
      for (const row of [taken(), later, bare]) await packages.put(row);
      await packages.put(later);
      expect(await packages.ofPlugin("com.example.sms")).toEqual([later, taken()]);
      await packages.revoke(digestOf("a"), "It leaks.");
      expect(await packages.find(digestOf("a"))).toEqual(taken({ revoked: "It leaks." }));
      expect(await packages.find(digestOf("d"))).toEqual(bare);
      await packages.remove(digestOf("d"));
      expect(await packages.list()).toHaveLength(2);
    });

    it("keeps a document under its version, and refuses one that was read before another was kept", async () => {
      const { marketplace } = test.store;
      const first = await marketplace.put(job({ subject: "org.one" }));
      const second = await marketplace.put({ ...first, document: { step: "unpack" } });
      expect(second.rowVersion).toBe(2);
      await expect(marketplace.put({ ...first, state: "failed" })).rejects.toMatchObject({ code: "request.conflict" });
      expect(await marketplace.find("job", first.id)).toEqual(second);
      expect(await marketplace.find("source", first.id)).toBeUndefined();
      expect(await marketplace.remove("job", first.id)).toBe(true);
      expect(await marketplace.remove("job", first.id)).toBe(false);
    });

    it("gives a plugin one job at a time, and pages through them newest first", async () => {
      const { marketplace } = test.store;
      const first = await marketplace.put(job());
      await expect(marketplace.put(job())).rejects.toMatchObject({ code: "install.in_progress" });
      await marketplace.put({ ...first, state: "succeeded" });
      const second = await marketplace.put(job());
      const page = await marketplace.list<{ step: string }>("job", { subject: "com.example.sms", limit: 1 });
      expect(page).toEqual({ items: [second], next: second.id });
      expect(await marketplace.list("job", { subject: "com.example.sms", limit: 1, cursor: second.id })).toMatchObject({
        items: [{ id: first.id, state: "succeeded" }],
      });
      expect((await marketplace.list("job", { states: ["running"] })).items.map(({ id }) => id)).toEqual([second.id]);
    });

    it("knows a plugin whose code is a package, until its code is another", async () => {
      const { plugins } = test.store;
      const id = "org.example.packed";
      const made = await plugins.create({
        ...{ id, name: "Packed", manifest: { id }, digest: "d", code: "installed", at, by: "user:ana" },
        ...{ codePath: "/packages/a", package: digestOf("a") },
        instance: { id: "default", title: "Packed", testMode: false },
      });
      expect(await plugins.find(id)).toMatchObject({ code: "installed", package: digestOf("a") });
      expect(made).toEqual(await plugins.find(id));
      const revised = await plugins.revise({
        ...{ id, name: "Packed", manifest: { id }, digest: "e", rowVersion: made.rowVersion },
        ...{ code: "installed", codePath: "/packages/b", package: digestOf("b") },
      });
      expect(revised).toMatchObject({ code: "installed", codePath: "/packages/b", package: digestOf("b") });
      const linked = await plugins.setCode(id, { code: "linked", codePath: "/dev", rowVersion: revised.rowVersion });
      expect(linked).toMatchObject({ code: "linked" });
      expect(linked.package).toBeUndefined();
    });
  });
});
