import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { RegistrationRow, Registrations } from "../ports/plugins.ts";
import { dropNulls, type Session } from "../session.ts";

type Stored = Selectable<Tables["registrations"]>;

export function createRegistrations(session: Session): Registrations {
  const { sql } = session;
  const open = () =>
    sql
      .selectFrom("registrations")
      .selectAll()
      .where((eb) => eb.or([eb("expiresAt", "is", null), eb("expiresAt", ">", session.now())]));
  const sameAs = async ({ kind, plugin }: RegistrationRow): Promise<RegistrationRow | undefined> => {
    const row = await session.first(open().where("kind", "=", kind).where("plugin", "=", plugin));
    return row === undefined ? undefined : present(row);
  };

  return {
    list: async () => (await session.all(open().orderBy("at").orderBy("id"))).map(present),
    find: async (id) => {
      const row = await session.first(open().where("id", "=", id));
      return row === undefined ? undefined : present(row);
    },
    revisionOf: async (plugin) => {
      const row = await session.first(open().where("kind", "=", "revision").where("plugin", "=", plugin));
      return row === undefined ? undefined : present(row);
    },
    add: async (registration, { max }) => {
      const waiting = await sameAs(registration);
      const { id, kind, plugin, ...content } = toRow(registration);
      const insert = sql.insertInto("registrations").values({ id, kind, plugin, ...content });
      // The same manifest keeps its id, so that a link to it stays good; another one is another registration.
      const kept = waiting?.digest === registration.digest ? { ...content, at: waiting.at } : { ...content, id };
      const upsert = insert.onConflict((conflict) => conflict.columns(["kind", "plugin"]).doUpdateSet(kept));
      await session.commit([toStatement(sql.deleteFrom("registrations").where("expiresAt", "<=", session.now()))]);
      if (waiting === undefined) await refuseWhenFull(session, max);
      await session.commit([toStatement(upsert)]);
      return (await sameAs(registration)) ?? registration;
    },
    remove: async (id) => {
      const [removed] = await session.commit([toStatement(sql.deleteFrom("registrations").where("id", "=", id))]);
      return (removed?.changes ?? 0) > 0;
    },
    sweep: async (now) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("registrations").where("expiresAt", "<=", now)),
      ]);
      return removed?.changes ?? 0;
    },
  };
}

async function refuseWhenFull(session: Session, max: number): Promise<void> {
  const row = await session.first(
    session.sql.selectFrom("registrations").select((eb) => eb.fn.countAll<number>().as("count")),
  );
  if ((row?.count ?? 0) >= max) throw new HilumError("registration.queue_full");
}

function toRow({ from, expiresAt, manifest, codePath, ...rest }: RegistrationRow): Stored {
  return {
    ...rest,
    origin: from,
    expiresAt: expiresAt ?? null,
    manifest: JSON.stringify(manifest),
    codePath: codePath ?? null,
  };
}

function present({ origin, ...row }: Stored): RegistrationRow {
  return { ...dropNulls(row), from: origin, manifest: JSON.parse(row.manifest) };
}
