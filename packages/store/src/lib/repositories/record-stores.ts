import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type {
  ReconciliationRow,
  RecordStoreRow,
  RecordStores,
  StoreFaultRow,
  StoreRefusalRow,
} from "../ports/record-stores.ts";
import type { InstanceKey } from "../ports/shapes.ts";
import { dropNulls, openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../session.ts";

export function createRecordStores(session: Session): RecordStores {
  return { ...createStores(session), ...createFaults(session) };
}

const allTypes = "*";

type Faults = Pick<RecordStores, "faults" | "countFaults" | "fault" | "putFault" | "removeFault">;

function createStores(session: Session): Omit<RecordStores, keyof Faults> {
  const { sql } = session;
  const stores = () => sql.selectFrom("recordStores").selectAll().orderBy("plugin").orderBy("instance");
  const one = ({ plugin, instance }: InstanceKey) =>
    stores().where("plugin", "=", plugin).where("instance", "=", instance);
  const update = ({ plugin, instance }: InstanceKey) =>
    sql.updateTable("recordStores").where("plugin", "=", plugin).where("instance", "=", instance);
  const forget = ({ plugin, instance }: InstanceKey) =>
    sql.deleteFrom("recordStores").where("plugin", "=", plugin).where("instance", "=", instance);

  return {
    list: async () => (await session.all(stores())).map((row) => presentStore(session, row)),
    find: async (key) => {
      const row = await session.first(one(key));
      return row === undefined ? undefined : presentStore(session, row);
    },
    setRole: async ({ plugin, instance }, role, { cursor, at, by, primaryOf }) => {
      const insert = sql.insertInto("recordStores").values({
        ...{
          plugin,
          instance,
          // What is carried to a primary besides is what is carried to a replica.
          role: role === "primary" ? ("replica" as const) : role,
          primaryOf: role !== "primary" ? null : primaryOf === undefined ? allTypes : JSON.stringify(primaryOf),
          cursor,
          setAt: at,
          setBy: by,
          taken: 0,
          takenAt: null,
          withheld: 0,
          rowVersion: 1,
        },
        ...{ refusedSince: null, sealedRefusal: null, sealedReconciliation: null },
      });
      await session.commit(
        [toStatement(forget({ plugin, instance })), toStatement(insert)],
        refuseWith("instance.not_found"),
      );
    },
    remove: async (key) => {
      await session.commit([toStatement(forget(key))]);
    },
    advance: async (key, { from, to, taken, withheld, at, faults, mended }) => {
      const move = update(key)
        .where("cursor", "=", from)
        .set((eb) => ({
          cursor: to,
          taken: eb("taken", "+", taken),
          withheld: eb("withheld", "+", withheld),
          ...(taken === 0 ? {} : { takenAt: at }),
          // What a primary store has already says nothing of whether it answers now: whoever writes or asks finds that out.
          refusedSince: eb.case().when("primaryOf", "is not", null).then(eb.ref("refusedSince")).else(null).end(),
          // Sealed already, so it is no value that is to be sealed.
          sealedRefusal: eb
            .case()
            .when("primaryOf", "is not", null)
            .then(eb.ref("sealedRefusal"))
            .else(null)
            .end()
            .$castTo<null>(),
        }));
      const whole = { plugin: key.plugin, instance: key.instance };
      await session.commit([
        toStatement(move, 1),
        ...mended.map(({ type, record }) => toStatement(withoutFault(session, { ...whole, type, record }))),
        ...faults.flatMap((fault) => replaceFault(session, { ...whole, ...fault })),
      ]);
    },
    setRefusal: async (key, refusal, at) => {
      const set =
        refusal === undefined
          ? update(key).set({ refusedSince: null, sealedRefusal: null })
          : update(key).set((eb) => ({
              refusedSince: eb.fn.coalesce("refusedSince", eb.val(at)),
              sealedRefusal: sealJson(storePlace(key, "refusal"), refusal),
            }));
      await session.commit([toStatement(set)]);
    },
    setReconciliation: async (key, reconciliation) => {
      const sealedReconciliation = sealJson(storePlace(key, "reconciliation"), reconciliation);
      await session.commit([toStatement(update(key).set({ sealedReconciliation }))]);
    },
  };
}

function createFaults(session: Session): Faults {
  const { sql } = session;
  const faults = ({ plugin, instance }: InstanceKey) =>
    sql.selectFrom("recordStoreFaults").selectAll().where("plugin", "=", plugin).where("instance", "=", instance);

  return {
    faults: async (key, page) => {
      let query = faults(key).orderBy("id", "desc").limit(pageLimit(page));
      if (page.cursor !== undefined) query = query.where("id", "<", page.cursor);
      return toPage(
        (await session.all(query)).map((row) => presentFault(session, row)),
        page,
        ({ id }) => id,
      );
    },
    countFaults: async () => {
      const counted = sql
        .selectFrom("recordStoreFaults")
        .select((eb) => ["plugin", "instance", eb.fn.countAll<number>().as("faults")])
        .groupBy(["plugin", "instance"]);
      const rows = await session.all(counted);
      return new Map(rows.map(({ plugin, instance, faults: count }) => [`${plugin}/${instance}`, Number(count)]));
    },
    fault: async (key, id) => {
      const row = await session.first(faults(key).where("id", "=", id));
      return row === undefined ? undefined : presentFault(session, row);
    },
    putFault: async (fault) => {
      await session.commit(replaceFault(session, fault), refuseWith("instance.not_found"));
    },
    removeFault: async ({ plugin, instance }, id) => {
      const [removed] = await session.commit([
        toStatement(
          sql
            .deleteFrom("recordStoreFaults")
            .where("plugin", "=", plugin)
            .where("instance", "=", instance)
            .where("id", "=", id),
        ),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}

type FaultKey = InstanceKey & { type: string; record: string };

const withoutFault = ({ sql }: Session, { plugin, instance, type, record }: FaultKey) =>
  sql
    .deleteFrom("recordStoreFaults")
    .where("plugin", "=", plugin)
    .where("instance", "=", instance)
    .where("type", "=", type)
    .where("record", "=", record);

function replaceFault(session: Session, { cause, fix, reply, field, ...row }: StoreFaultRow) {
  const refusal = { cause, ...dropUndefined({ fix, reply, field }) };
  const insert = session.sql
    .insertInto("recordStoreFaults")
    .values({ ...row, rowVersion: 1, sealedRefusal: sealJson(faultPlace(row), refusal) });
  return [toStatement(withoutFault(session, row)), toStatement(insert)];
}

function presentStore(session: Session, row: Selectable<Tables["recordStores"]>): RecordStoreRow {
  const { refusedSince, sealedRefusal, sealedReconciliation, primaryOf, rowVersion: _version, ...plain } = row;
  return {
    ...dropNulls(plain),
    ...(primaryOf === null ? {} : { role: "primary" }),
    ...(primaryOf === null || primaryOf === allTypes ? {} : { primaryOf: JSON.parse(primaryOf) as string[] }),
    ...(sealedRefusal === null || refusedSince === null
      ? {}
      : {
          refusal: {
            ...openJson<StoreRefusalRow>(session, storePlace(row, "refusal"), sealedRefusal),
            since: refusedSince,
          },
        }),
    ...(sealedReconciliation === null
      ? {}
      : {
          reconciliation: openJson<ReconciliationRow>(session, storePlace(row, "reconciliation"), sealedReconciliation),
        }),
  };
}

function presentFault(session: Session, row: Selectable<Tables["recordStoreFaults"]>): StoreFaultRow {
  const { sealedRefusal, rowVersion: _version, ...plain } = row;
  return { ...plain, ...openJson<Omit<StoreRefusalRow, "code">>(session, faultPlace(row), sealedRefusal) };
}

function dropUndefined(texts: { fix?: string | undefined; reply?: string | undefined; field?: string | undefined }) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}

const storePlace = ({ plugin, instance }: InstanceKey, field: "refusal" | "reconciliation") => ({
  ...{ table: "record_stores", id: `${plugin}/${instance}`, field, version: 1 },
});

const faultPlace = ({ plugin, instance, id }: InstanceKey & { id: string }) => ({
  ...{ table: "record_store_faults", id: `${plugin}/${instance}/${id}`, field: "refusal", version: 1 },
});
