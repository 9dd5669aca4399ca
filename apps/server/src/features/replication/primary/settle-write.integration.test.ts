import {
  createFileKeyProvider,
  openStore,
  type PrimaryWriteRow,
  type RecordRow,
  type RecordWrite,
  type Store,
} from "@hilum/store";
import { createTempDir } from "@hilum/testkit";
import { HilumError } from "@hilum/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rowOf, settleWrite, type Settled, type SettleParts } from "./settle-write.ts";

const at = "2026-03-02T08:00:00.000Z";

/** A store that keeps the later of two versions, and says so. */
function createRemote() {
  const kept = new Map<string, { version: number; text: string }>();
  const nameOf = ({ type, id }: { type: string; id: string }): string => `${type}/${id}`;
  let breaksAfter = Number.POSITIVE_INFINITY;
  const act = (): void => {
    if (breaksAfter-- <= 0) throw new HilumError("provider.unreachable");
  };
  return {
    kept,
    /** Answers so many questions more. */
    breakAfter: (count: number) => void (breaksAfter = count),
    take(row: RecordRow): void {
      act();
      const { version = 0 } = kept.get(nameOf(row)) ?? {};
      if (row.resource === undefined) return void kept.delete(nameOf(row));
      if (version > row.version) throw new HilumError("record.conflict");
      if (version !== row.version) kept.set(nameOf(row), { version: row.version, text: row.resource });
    },
    versions(type: string, ids: readonly string[]): Map<string, string> {
      act();
      return new Map(
        ids.flatMap((id) => {
          const one = kept.get(nameOf({ type, id }));
          return one === undefined ? [] : [[id, String(one.version)] as const];
        }),
      );
    },
  };
}

describe("settling a write that was cut off", () => {
  const folder = createTempDir("settle");
  const key = { plugin: "com.example.primary", instance: "default" };
  let store: Store;
  let remote: ReturnType<typeof createRemote>;
  let made = 0;
  let ids: { kept: string; gone: string; fresh: string };

  beforeAll(async () => {
    const keyProvider = createFileKeyProvider(folder.join("keys", "hilum.key"));
    store = await openStore({ url: "sqlite::memory:", keyProvider, blobDir: folder.join("blobs") });
    await store.plugins.create({
      ...{ id: key.plugin, name: "Primary", digest: "d1", code: "included", at, by: "user:ana" },
      manifest: { id: key.plugin, name: "Primary", capabilities: ["store_records"] },
      instance: { id: key.instance, title: "Default", testMode: false },
    });
    await store.recordStores.setRole(key, "primary", { cursor: 0, at, by: "user:ana" });
  });
  afterAll(async () => {
    await store?.close();
    folder.remove();
  });

  const write = (id: string, expected: number, text?: string): RecordWrite => ({
    ...{ type: "Organization", id, expected, at, by: "user:ana", terms: [], patients: [] },
    ...(text === undefined ? {} : { resource: JSON.stringify({ resourceType: "Organization", id, name: text }) }),
  });
  const parts = (): SettleParts => ({
    records: store.records,
    primaryWrites: store.primaryWrites,
    handOver: async (_to, row) => remote.take(row),
    lookUp: async (_to, type, some) => remote.versions(type, some),
    guard: { carried: async () => undefined },
  });

  /** One record is changed, one is deleted and one is new, in one transaction. */
  let writes: readonly RecordWrite[];
  let note: PrimaryWriteRow;
  beforeEach(async () => {
    remote = createRemote();
    made += 1;
    ids = { kept: `kept-${made}`, gone: `gone-${made}`, fresh: `fresh-${made}` };
    const before = [write(ids.kept, 0, "before"), write(ids.gone, 0, "before")];
    await store.records.write(before);
    for (const one of before) remote.take(rowOf(one));
    writes = [write(ids.kept, 1, "after"), write(ids.gone, 1), write(ids.fresh, 0, "after")];
    note = { ...key, id: `note-${made}`, state: "begun", at, writes, handed: [0, 1, 2] };
    await store.primaryWrites.begin(note);
  });

  /** Both have all of it, or both have none of it. */
  async function expectSettled(as: Settled): Promise<void> {
    const rows = await Promise.all(Object.values(ids).map((id) => store.records.find("Organization", id)));
    const after = as === "stored";
    expect(rows.map((row) => row?.version)).toEqual(after ? [2, 2, 1] : [1, 1, undefined]);
    const there = remote.versions("Organization", Object.values(ids));
    expect(Object.fromEntries(there)).toEqual(
      after ? { [ids.kept]: "2", [ids.fresh]: "1" } : { [ids.kept]: "1", [ids.gone]: "1" },
    );
    for (const row of rows)
      if (row?.resource !== undefined) expect(remote.kept.get(`${row.type}/${row.id}`)?.text).toBe(row.resource);
    expect((await store.primaryWrites.pending()).some(({ id }) => id === note.id)).toBe(false);
  }
  const hand = (count: number): void => {
    for (const one of writes.slice(0, count)) remote.take(rowOf(one));
  };

  it.each([0, 1, 2])("undoes it where the store had %i of three", async (count) => {
    hand(count);
    expect(await settleWrite(note, parts())).toBe("undone");
    await expectSettled("undone");
  });

  it("commits it here where the store has it whole", async () => {
    hand(3);
    expect(await settleWrite(note, parts())).toBe("stored");
    await expectSettled("stored");
  });

  it("undoes it where the store has it whole and somebody was told that it is not done", async () => {
    hand(3);
    expect(await settleWrite({ ...note, state: "refused" }, parts())).toBe("undone");
    await expectSettled("undone");
  });

  it("ends it where it was committed here, and hands over what the store lacks", async () => {
    hand(2);
    await store.records.write(writes);
    expect(await settleWrite(note, parts())).toBe("stored");
    await expectSettled("stored");
  });

  it("undoes it where another one has written here meanwhile what its condition forbids", async () => {
    await store.primaryWrites.end(note.id);
    const unless = { type: "Organization", groups: [[`name=${made}`]] };
    writes = [writes[0] ?? write(ids.kept, 1, "after"), { ...write(ids.fresh, 0, "after"), unless }];
    note = { ...note, writes, handed: [0, 1] };
    await store.primaryWrites.begin(note);
    hand(2);
    await store.records.write([{ ...write(`other-${made}`, 0, "other"), terms: [`name=${made}`] }]);
    expect(await settleWrite(note, parts())).toBe("undone");
    await expectSettled("undone");
  });

  it.each(["begun", "refused"] as const)(
    "is repeated at whatever question it was broken off at (%s)",
    async (state) => {
      hand(2);
      for (let count = 0; ; count += 1) {
        remote.breakAfter(count);
        const settled = await settleWrite({ ...note, state }, parts()).catch(() => undefined);
        if (settled !== undefined) {
          expect(count).toBeGreaterThan(2);
          break;
        }
        expect((await store.primaryWrites.pending()).some(({ id }) => id === note.id)).toBe(true);
      }
      remote.breakAfter(Number.POSITIVE_INFINITY);
      await expectSettled("undone");
    },
  );

  it("leaves what somebody else wrote there", async () => {
    remote.kept.set(`Organization/${ids.kept}`, { version: 7, text: "theirs" });
    expect(await settleWrite(note, parts())).toBe("undone");
    expect(remote.kept.get(`Organization/${ids.kept}`)).toEqual({ version: 7, text: "theirs" });
  });
});
