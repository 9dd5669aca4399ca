import { createTempDir } from "@hilum/testkit";
import { createFileKeyProvider, openStore, type Store } from "@hilum/store";
import type { AuditInput } from "@hilum/audit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepRetention } from "./keep-retention.ts";
import { createRetention } from "./retention.ts";

const day = (number: number): string => new Date(Date.UTC(2026, 2, number, 8)).toISOString();

describe("keepRetention", () => {
  const folder = createTempDir("retention");
  const entries: AuditInput[] = [];
  let store: Store;
  beforeAll(async () => {
    const keyProvider = createFileKeyProvider(folder.join("keys", "hilum.key"));
    store = await openStore({ url: "sqlite::memory:", keyProvider, blobDir: folder.join("blobs") });
  });
  afterAll(async () => {
    await store.close();
    folder.remove();
  });

  const write = async (type: string, version: number, at: string) => {
    const resource = JSON.stringify({
      resourceType: type,
      id: "a",
      meta: { versionId: String(version), lastUpdated: at },
    });
    await store.records.write([
      { ...{ type, id: "a", expected: version - 1, at, by: "user:ana", resource }, terms: [], patients: [] },
    ]);
  };
  const versionsOf = async (type: string) =>
    (await store.records.history({ type, id: "a", limit: 10 })).rows.map(({ version }) => version);
  const keep = async (at: string) =>
    await keepRetention(
      {
        retention: createRetention({ store }),
        governor: {
          audit: { append: (entry) => Promise.resolve({ index: entries.push(entry) }) },
          denials: { deny: () => Promise.reject(new Error("nothing is denied here")) },
        },
        nextCall: () => `call-${entries.length}`,
      },
      new Date(at),
    );

  it("removes old versions a day after their rule was set, once a day, and leaves types without a rule alone", async () => {
    for (const type of ["Organization", "Practitioner"]) {
      await write(type, 1, day(1));
      await write(type, 2, day(2));
    }
    await store.retention.set("Organization", 5, "user:ana", day(10));
    await keep(day(10));
    expect(await versionsOf("Organization")).toEqual([2, 1]);
    await keep(day(12));
    expect([await versionsOf("Organization"), await versionsOf("Practitioner")]).toEqual([[2], [2, 1]]);
    const said = entries.map(({ kind, action, actor, resource, count }) => [kind, action, actor, resource, count]);
    expect(said).toEqual([
      ["intent", "purgeRecords", "system:retention", "Organization", undefined],
      ["outcome", "purgeRecords", "system:retention", "Organization", 1],
    ]);
    await keep(day(12));
    expect(entries).toHaveLength(2);
    await keep(day(14));
    expect(entries).toHaveLength(4);
  });
});
