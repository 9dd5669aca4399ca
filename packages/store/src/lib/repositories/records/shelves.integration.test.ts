import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases, type TestStore } from "../../test-support/databases.ts";
import { queryRaw } from "../../test-support/raw-query.ts";
import { deletionOf, newRecord, searchIds } from "../../test-support/records.ts";

const shelfSize = 65_536;

describe.each(databases.filter(({ name }) => name !== "SQLite in memory"))(
  "shelves in $name",
  ({ available, open }) => {
    describe.skipIf(!available)("where it is installed", () => {
      let test: TestStore;
      beforeAll(async () => {
        test = await open();
      });
      afterAll(() => test.close());

      /** As after so many records: the next one gets the number after. */
      const goOnAfter = async (record: number): Promise<void> => {
        const text = test.url.startsWith("sqlite:")
          ? `INSERT INTO records (record, type, id, version, updated_at, deleted, tokens) VALUES (${record}, 'Basic', 'n${record}', 1, '', 1, '[]')`
          : `SELECT setval(pg_get_serial_sequence('records', 'record'), ${record})`;
        await test.reopen(async () => void (await queryRaw(test.url, text)));
      };
      const rowsOf = async (sql: string): Promise<number[]> =>
        (await queryRaw(test.url, sql)).map((row) => Number(Object.values(row)[0]));

      it("find what is on any of them, and on no other", async () => {
        const one = newRecord({ terms: ["shared", "first"], patients: ["p"] });
        await test.store.records.write([one]);
        await goOnAfter(shelfSize - 2);
        const two = newRecord({ terms: ["shared"], patients: ["p"] });
        const three = newRecord({ terms: ["shared", "last"], patients: ["p"] });
        await test.store.records.write([two, three]);
        await goOnAfter(5 * shelfSize);
        const four = newRecord({ terms: ["shared", "last"], patients: ["p"] });
        await test.store.records.write([four]);

        expect(await rowsOf("SELECT shelf FROM record_shelves ORDER BY shelf")).toEqual([0, 1, 5]);
        expect(await rowsOf("SELECT DISTINCT shelf FROM record_terms ORDER BY shelf")).toEqual([0, 1, 5]);
        const found = (groups: string[][], more = {}) => searchIds(test.store, { groups, ...more });
        const ids = (...records: { id: string }[]) => records.map(({ id }) => id).toSorted();
        expect((await found([["shared"]])).toSorted()).toEqual(ids(one, two, three, four));
        expect((await found([["shared"], ["last"]])).toSorted()).toEqual(ids(three, four));
        expect((await found([["first", "last"]])).toSorted()).toEqual(ids(one, three, four));
        expect((await found([], { patient: "p" })).toSorted()).toEqual(ids(one, two, three, four));

        await test.store.records.write([newRecord({ ...four, expected: 1, terms: ["shared"] }), deletionOf(three, 1)]);
        expect(await found([["last"]])).toEqual([]);
        expect((await found([["shared"]])).toSorted()).toEqual(ids(one, two, four));
      });
    });
  },
);
