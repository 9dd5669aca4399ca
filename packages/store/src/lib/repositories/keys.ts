import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { HilumError } from "@hilum/contract/errors";
import { checkValue, keysEpoch, readStoredKeys, unwrapKeys, wrapContext } from "../crypto/data-keys.ts";
import { createKeyring, type LiveKeyring } from "../crypto/keyring.ts";
import { countSealed, prepareReseal } from "../crypto/reseal.ts";
import { sealedTables } from "../crypto/sealed-columns.ts";
import type { Engine } from "../engine/engine.ts";
import type { KeyRotationsTable } from "../engine/key-tables.ts";
import { toStatement } from "../engine/query.ts";
import type { SqlValue, Statement } from "../engine/statement.ts";
import type { KeyProvider, Keys, RotationRow } from "../ports/keys.ts";
import { dropNulls, type Session } from "../session.ts";
import type { SealedBlobs } from "./blobs.ts";

export interface KeysParts {
  engine: Engine;
  session: Session;
  keyring: LiveKeyring;
  /** Epoch of the keys that the keyring holds. */
  epoch: number;
  provider: KeyProvider;
  attachments: Pick<SealedBlobs, "giveOwnKeys" | "withoutOwnKey">;
  /** Within which every other process on this database has taken up a change of the keys. */
  announceMs: number;
}

/** The data key that a database is made with. */
const firstKey = 1;

export function createKeys(parts: KeysParts): Keys {
  const { engine, session, keyring, attachments, announceMs } = parts;
  const { sql } = session;
  let { epoch, provider } = parts;

  /** `known`: nobody may have changed the keys since they were read. */
  const raiseEpoch = (known?: number): Statement => {
    const raise = sql
      .updateTable("counters")
      .set((expression) => ({ value: expression("value", "+", 1) }))
      .where("name", "=", keysEpoch);
    return toStatement(known === undefined ? raise : raise.where("value", "=", known), 1);
  };

  /** The writer first: what it seals with a key can be opened here already. */
  const reload = async (): Promise<void> => {
    const stored = await readStoredKeys(engine);
    const material = await unwrapKeys(keyring.deployment, stored.keys, provider);
    await engine.useKeys(material);
    keyring.use(material);
    epoch = stored.epoch;
  };

  const rotation = async (): Promise<RotationRow | undefined> => {
    const row = await session.first(sql.selectFrom("keyRotations").selectAll().orderBy("id", "desc").limit(1));
    return row === undefined ? undefined : presentRotation(row);
  };

  const addKey = async (id: number): Promise<Statement> => {
    const key = randomBytes(32);
    const { deployment } = keyring;
    const alone = createKeyring({ deployment, currentId: id, data: [{ id, key }], index: key });
    return toStatement(
      sql.insertInto("dataKeys").values({
        id,
        purpose: "data",
        state: "pending",
        provider: provider.id,
        wrapped: await provider.wrap(key, wrapContext(deployment, id)),
        checkValue: checkValue(alone, id, deployment),
        createdAt: session.now(),
      }),
    );
  };

  const change = (id: string, values: Partial<KeyRotationsTable>): Statement =>
    toStatement(sql.updateTable("keyRotations").set(values).where("id", "=", id).where("state", "=", "running"), 1);

  /** From here on everything is sealed with the new key. */
  const activate = async ({ key }: RotationRow, signal: AbortSignal): Promise<void> => {
    const row = await session.first(sql.selectFrom("dataKeys").select("state").where("id", "=", key));
    if (row?.state === "pending") {
      await pause(announceMs, signal);
      if (signal.aborted) return;
      await session.write([
        toStatement(
          sql
            .updateTable("dataKeys")
            .set({ state: "retired", retiredAt: session.now() })
            .where("purpose", "=", "data")
            .where("state", "=", "active"),
        ),
        toStatement(
          sql.updateTable("dataKeys").set({ state: "active" }).where("id", "=", key).where("state", "=", "pending"),
          1,
        ),
        raiseEpoch(),
      ]);
      await reload();
    }
    await pause(announceMs, signal);
  };

  /** One walk over every table and the attachments; how many values were sealed anew. */
  const walk = async ({ id }: RotationRow, signal: AbortSignal): Promise<{ moved: number; stopped: boolean }> => {
    let moved = 0;
    for (const table of sealedTables) {
      let after: readonly SqlValue[] | undefined;
      do {
        if (signal.aborted) return { moved, stopped: true };
        const batch = await prepareReseal(session, table, after);
        const progress = toStatement(
          sql
            .updateTable("keyRotations")
            .set((expression) => ({ done: expression("done", "+", batch.values), atTable: table.table }))
            .where("id", "=", id)
            .where("state", "=", "running"),
          1,
        );
        if (batch.values > 0 || after === undefined) {
          const outcome = await session.write([...batch.unit, progress]);
          if (!outcome.ok) return { moved, stopped: true };
        }
        moved += batch.values;
        after = batch.next;
      } while (after !== undefined);
    }
    moved += await attachments.giveOwnKeys(signal);
    return { moved, stopped: signal.aborted };
  };

  const othersThan = async (key: number): Promise<Map<number, number>> => {
    const others = new Map<number, number>();
    for (const [id, tables] of await countSealed(session)) if (id !== key) others.set(id, sum(tables.values()));
    // Which of the older keys opens them stands in the files: they count for the oldest.
    const files = await attachments.withoutOwnKey();
    const oldest = Math.min(...others.keys(), firstKey);
    if (files > 0) others.set(oldest, (others.get(oldest) ?? 0) + files);
    return others;
  };

  const finish = (row: RotationRow, values: Partial<KeyRotationsTable>, left: Map<number, number>): Statement[] => [
    change(row.id, { ...values, finishedAt: session.now(), atTable: null }),
    toStatement(
      sql.updateTable("dataKeys").set({ counted: 0 }).where("purpose", "=", "data").where("state", "=", "retired"),
    ),
    ...[...left].map(([id, counted]) => toStatement(sql.updateTable("dataKeys").set({ counted }).where("id", "=", id))),
  ];

  const run = async (row: RotationRow, signal: AbortSignal): Promise<void> => {
    await activate(row, signal);
    if (row.total === 0) {
      const total = sum((await othersThan(row.key)).values());
      await session.write([change(row.id, { total })]);
    }
    for (;;) {
      const { moved, stopped } = await walk(row, signal);
      if (stopped) return;
      const left = await othersThan(row.key);
      if (left.size === 0) return void (await session.write(finish(row, { state: "finished", fault: null }, left)));
      if (moved === 0)
        return void (await session.write(finish(row, { state: "failed", fault: "envelope.invalid" }, left)));
    }
  };

  return {
    get provider() {
      return provider.id;
    },
    list: async () => {
      const rows = await session.all(
        sql
          .selectFrom("dataKeys")
          .select(["id", "state", "createdAt", "retiredAt", "counted"])
          .where("purpose", "=", "data")
          .orderBy("id", "desc"),
      );
      return rows.map(({ counted: values, ...row }) => dropNulls({ ...row, values }));
    },
    rotation,
    begin: async (id, by) => {
      const newest = await rotation();
      if (newest?.state === "running") return newest;
      if (newest !== undefined && newest.state !== "finished") {
        await session.write([
          toStatement(
            sql
              .updateTable("keyRotations")
              .set({ state: "running", fault: null, finishedAt: null })
              .where("id", "=", newest.id),
          ),
        ]);
        return (await rotation()) ?? newest;
      }
      const stored = await readStoredKeys(engine);
      const key = Math.max(...stored.keys.map((known) => known.id)) + 1;
      const row: RotationRow = {
        id,
        key,
        state: "running",
        startedAt: session.now(),
        startedBy: by,
        done: 0,
        total: 0,
      };
      // Whoever came first at the same moment has the number.
      const outcome = await session.write([
        await addKey(key),
        toStatement(sql.insertInto("keyRotations").values(row)),
        raiseEpoch(stored.epoch),
      ]);
      await reload();
      return outcome.ok ? row : ((await rotation()) ?? row);
    },
    run: async (signal) => {
      const row = await rotation();
      if (row?.state === "running") await run(row, signal);
      return rotation();
    },
    stop: async () => {
      const row = await rotation();
      if (row?.state === "running") await session.write([change(row.id, { state: "stopped" })]);
      return rotation();
    },
    wrapWith: async (next) => {
      const stored = await readStoredKeys(engine);
      const changes: Statement[] = [];
      for (const { id, wrapped } of stored.keys) {
        const context = wrapContext(keyring.deployment, id);
        const key = await provider.unwrap(wrapped, context);
        const anew = await next.wrap(key, context);
        if (!Buffer.from(await next.unwrap(anew, context)).equals(key)) throw new HilumError("key.provider_refused");
        changes.push(
          toStatement(
            sql
              .updateTable("dataKeys")
              .set({ provider: next.id, wrapped: anew })
              .where("id", "=", id)
              .where("wrapped", "=", wrapped),
            1,
          ),
        );
      }
      await session.commit([...changes, raiseEpoch(stored.epoch)]);
      provider = next;
      await reload();
    },
    destroy: async (id) => {
      const newest = await rotation();
      if (newest !== undefined && newest.state !== "finished") throw new HilumError("key.rotating");
      const row = await session.first(
        sql.selectFrom("dataKeys").select("state").where("id", "=", id).where("purpose", "=", "data"),
      );
      if (row === undefined) throw new HilumError("key.not_found");
      if (row.state !== "retired")
        throw new HilumError("key.in_use", { detail: `Key ${id} seals what is stored now.` });
      const tables = (await countSealed(session)).get(id) ?? new Map<string, number>();
      const files = await attachments.withoutOwnKey();
      if (files > 0) tables.set("blobs", (tables.get("blobs") ?? 0) + files);
      if (tables.size > 0) throw new HilumError("key.in_use", { detail: describeUses(id, tables) });
      await session.commit([
        toStatement(sql.deleteFrom("dataKeys").where("id", "=", id).where("state", "=", "retired"), 1),
        raiseEpoch(),
      ]);
      await reload();
    },
    refresh: async () => {
      const row = await session.first(sql.selectFrom("counters").select("value").where("name", "=", keysEpoch));
      if (row !== undefined && row.value !== epoch) await reload();
    },
  };
}

function presentRotation({ atTable, ...row }: KeyRotationsTable): RotationRow {
  const words = sealedTables.find(({ table }) => table === atTable)?.words ?? null;
  return dropNulls({ ...row, at: row.state === "running" ? words : null });
}

function describeUses(id: number, tables: ReadonlyMap<string, number>): string {
  const parts = sealedTables.flatMap(({ table, words }) => {
    const values = tables.get(table);
    return values === undefined ? [] : [`${words} (${values})`];
  });
  return `Key ${id} still seals values of ${parts.join(", ")}.`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
