import { capabilityNames, type Manifest } from "@hilum/contract";
import type { JsonObject, ListingRow, PluginRow } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { createCatalogue, type Catalogue } from "./catalogue.ts";
import type { KeptListing } from "./kept-listing.ts";

const sources = [
  { id: "official", title: "Official", precedence: 1 },
  { id: "own", title: "Our own", precedence: 2 },
];
type Change = Partial<Omit<KeptListing, "manifest">> & { manifest?: Partial<Manifest>; source?: string };

function row(plugin: string, version: string, { manifest, source = "official", ...change }: Change = {}): ListingRow {
  const document: KeptListing = {
    manifest: { id: plugin, name: "Example", version, capabilities: ["send_messages"], ...manifest },
    ...{ publisher: "com.example", bytes: 1, path: "p", listing: "l", screenshots: [], advisories: [] },
    ...{ publishedAt: "2026-01-02T08:00:00.000Z", changelog: "", security: false },
    sbom: { components: 0, licenses: [] },
    ...change,
  };
  return { source, plugin, version, digest: "d".repeat(64), document: document as unknown as JsonObject };
}

function catalogueOf(rows: ListingRow[], plugins: Partial<PluginRow>[] = []): Catalogue {
  return createCatalogue({
    store: {
      listings: {
        list: async () => rows,
        ofPlugin: async (plugin: string) => rows.filter((one) => one.plugin === plugin),
        epoch: async () => 1,
        replace: async () => ({ added: 0, changed: 0, removed: 0 }),
      },
      plugins: { list: async () => plugins as PluginRow[] } as never,
    },
    sources: async () => sources,
  });
}

describe("the catalogue", () => {
  const mail = row("com.example.mail", "1.0.0", { manifest: { name: "Courier", license: "MIT" } });
  const store = row("com.example.store", "2.0.0", {
    manifest: { name: "Archive", capabilities: ["store_records"], license: "Apache-2.0" },
  });
  const catalogue = catalogueOf(
    [
      ...[mail, row("com.example.mail", "1.1.0-beta.1"), row("com.example.mail", "0.9.0")],
      ...[store, row("com.example.mail", "3.0.0", { source: "own", manifest: { name: "Courier of ours" } })],
    ],
    [{ id: "com.example.mail", code: "installed", version: "0.9.0" }],
  );

  it("shows a plugin once, of the source that is asked first, and of another where that is looked at", async () => {
    const { items, total, facets } = await catalogue.search({});
    expect(total).toBe(2);
    expect(items.find(({ plugin }) => plugin === "com.example.mail")).toMatchObject({
      ...{ version: "1.1.0-beta.1", installed: "0.9.0", update: "1.1.0-beta.1" },
      source: { id: "official" },
    });
    expect(facets.source).toEqual([
      { value: "official", title: "Official", count: 2 },
      { value: "own", title: "Our own", count: 1 },
    ]);
    expect((await catalogue.search({ source: "own" })).items).toMatchObject([{ name: "Courier of ours" }]);
  });

  it("counts a facet under the other filters, so that another value shows what it says", async () => {
    const { total, facets } = await catalogue.search({ capability: "store_records" });
    expect(total).toBe(1);
    expect(facets.capability.map(({ value, count }) => [value, count])).toEqual([
      ["send_messages", 1],
      ["store_records", 1],
    ]);
    expect(facets.license).toEqual([{ value: "Apache-2.0", title: "Apache-2.0", count: 1 }]);
    expect((await catalogue.search({ state: "update" })).items).toHaveLength(1);
  });

  it("finds words by their beginnings, without case and accents, and offers the one that was perhaps meant", async () => {
    expect((await catalogue.search({ q: "ÁRCH" })).items).toMatchObject([{ plugin: "com.example.store" }]);
    expect(await catalogue.search({ q: "archvie" })).toMatchObject({ total: 0, suggestion: "archive" });
    expect((await catalogue.search({ q: "zzzzzzzzzz" })).suggestion).toBeUndefined();
  });

  it("offers no version that its publisher took out or back", async () => {
    const few = catalogueOf([
      row("com.example.a", "2.0.0", { yanked: "by mistake" }),
      row("com.example.a", "1.0.0"),
      row("com.example.b", "1.0.0", { revoked: "it leaks" }),
    ]);
    expect((await few.search({})).items).toMatchObject([{ plugin: "com.example.a", version: "1.0.0" }]);
    expect(await few.counts("official")).toEqual({ plugins: 2, versions: 3 });
  });

  it("searches ten thousand listings, page by page without one twice", async () => {
    const words = ["courier", "archive", "bridge", "lab", "fax", "voice", "device", "imaging", "billing", "consent"];
    const many = Array.from({ length: 10_000 }, (_, n) =>
      row(`com.example.p${n}`, "1.0.0", {
        publisher: `com.example${n % 40}`,
        manifest: {
          name: `${words[n % 10]} ${words[(n * 7) % 9]} ${n}`,
          description: `Carries the ${words[(n * 3) % 10]} of a clinic to where it is needed, number ${n}.`,
          capabilities: [capabilityNames[n % capabilityNames.length] ?? "send_messages"],
          license: n % 3 === 0 ? "MIT" : "Apache-2.0",
        },
      }),
    );
    const big = catalogueOf(many);
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const { items, next } = await big.search({ q: "fax", limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      for (const { plugin } of items) seen.add(plugin);
      cursor = next;
    } while (cursor !== undefined);
    expect(seen.size).toBe((await big.search({ q: "fax" })).total);
    expect(seen.size).toBeGreaterThan(1_000);
  });
});
