import { HilumError } from "@hilum/contract/errors";
import type { FieldGroup, GlassTarget } from "@hilum/contract/api";
import type { GlassPurpose } from "@hilum/contract";
import type { Selectable } from "kysely";
import { toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type { Glasses, GlassFilter, GlassRow, GlassUseRow, NewGlass } from "../../ports/governance.ts";
import { dropNulls, openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../../session.ts";

interface GlassContent {
  target: GlassTarget;
  reason: string;
  caseReference?: string;
}

export function createGlasses(session: Session): Glasses {
  const { sql, keyring } = session;
  const present = (row: Selectable<Tables["glasses"]>): GlassRow => toRow(session, row);
  const rows = () => sql.selectFrom("glasses").selectAll();
  const ifOpen = (id: string) => sql.updateTable("glasses").where("id", "=", id).where("state", "=", "open");

  return {
    open: async (glass) => {
      const replaced = sql
        .updateTable("glasses")
        .set({ state: "waiting", ended: "replaced", endedAt: glass.openedAt })
        .where("user", "=", glass.user)
        .where("target", "=", keyring.blind(targetDomain, nameOf(glass.target)))
        .where("state", "=", "open");
      await session.commit([toStatement(replaced), toStatement(sql.insertInto("glasses").values(toColumns(glass)))]);
    },
    find: async (id) => {
      const row = await session.first(rows().where("id", "=", id));
      return row === undefined ? undefined : present(row);
    },
    openOf: async (of) => {
      const open = rows().where("state", "=", "open").where("session", "=", of).orderBy("id", "desc");
      return (await session.all(open)).map(present);
    },
    list: async (filter) => toPage((await session.scan(filtered(filter))).map(present), filter, ({ id }) => id),
    waiting: async () => {
      const counted = sql
        .selectFrom("glasses")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("state", "in", ["waiting", "escalated"]);
      return Number((await session.first(counted))?.count ?? 0);
    },
    uses: async (glass) => {
      const uses = sql.selectFrom("glassUses").selectAll().where("glass", "=", glass).orderBy("id");
      return (await session.scan(uses)).map(({ id, at, what, sealedRecord }) => ({
        ...{ id, at, what },
        record: openJson<GlassUseRow["record"]>(session, placeOfUse(id), sealedRecord),
      }));
    },
    notes: async (glass) => {
      const notes = sql.selectFrom("glassNotes").selectAll().where("glass", "=", glass).orderBy("id");
      return (await session.scan(notes)).map(({ id, at, by, what, sealedWords }) => ({
        ...{ id, at, by, what },
        ...(sealedWords === null ? {} : { words: openJson<string>(session, placeOfNote(id), sealedWords) }),
      }));
    },
    addUse: async (glass, { id, at, what, record }) => {
      const counted = ifOpen(glass).set((eb) => ({ reads: eb("reads", "+", isRead(what) ? 1 : 0) }));
      const use = { id, glass, at, what, sealedRecord: sealJson(placeOfUse(id), record) };
      await session.commit(
        [toStatement(counted, 1), toStatement(sql.insertInto("glassUses").values(use))],
        refuseWith("glass.ended"),
      );
    },
    extend: async (id, until, minutes) => {
      const longer = ifOpen(id).set((eb) => ({
        until,
        minutes: eb("minutes", "+", minutes),
        extended: eb("extended", "+", 1),
      }));
      await session.commit([toStatement(longer, 1)], refuseWith("glass.ended"));
    },
    end: async (id, how, at) => {
      const [ended] = await session.commit([
        toStatement(ifOpen(id).set({ state: "waiting", ended: how, endedAt: at })),
      ]);
      return (ended?.changes ?? 0) > 0;
    },
    expire: async (now) => {
      const over = sql
        .updateTable("glasses")
        .set((eb) => ({ state: "waiting" as const, ended: "expired" as const, endedAt: eb.ref("until") }))
        .where("state", "=", "open")
        .where("until", "<=", now)
        .returning("id");
      const [expired] = await session.commit([toStatement(over)]);
      return (expired?.rows ?? []).map(({ id }) => String(id));
    },
    note: async (glass, { id, at, by, what, words }, { from, to, reviewed }) => {
      const moved = sql
        .updateTable("glasses")
        .set({ state: to, ...(reviewed ? { reviewedBy: by, reviewedAt: at } : {}) })
        .where("id", "=", glass)
        .where("state", "in", [...from]);
      const sealedWords = words === undefined ? null : sealJson(placeOfNote(id), words);
      await session.commit(
        [
          toStatement(moved, 1),
          toStatement(sql.insertInto("glassNotes").values({ id, glass, at, by, what, sealedWords })),
        ],
        ({ at: place }) => new HilumError(place === 0 ? "glass.wrong_state" : "request.conflict"),
      );
    },
  };

  function filtered(filter: GlassFilter) {
    let query = rows().orderBy("id", "desc").limit(pageLimit(filter));
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.user !== undefined) query = query.where("user", "=", filter.user);
    return filter.cursor === undefined ? query : query.where("id", "<", filter.cursor);
  }
}

const isRead = (what: GlassUseRow["what"]): boolean => what === "record" || what === "attachment";

const targetDomain = "glasses.target";
const nameOf = (target: GlassTarget): string =>
  "patient" in target ? `Patient/${target.patient}/*` : `${target.record.type}/${target.record.id}`;

function toColumns({ target, reason, caseReference, fields, ...row }: NewGlass) {
  const content: GlassContent = { target, reason, ...(caseReference === undefined ? {} : { caseReference }) };
  return {
    ...row,
    state: "open" as const,
    fields: fields.join(" "),
    extended: 0,
    reads: 0,
    target: { blind: nameOf(target), domain: targetDomain },
    sealedContent: sealJson(placeOfContent(row.id), content),
  };
}

function toRow(session: Session, row: Selectable<Tables["glasses"]>): GlassRow {
  const { target: _, sealedContent, fields, purpose, ...rest } = row;
  return {
    ...dropNulls(rest),
    purpose: purpose as GlassPurpose,
    fields: fields.split(" ") as FieldGroup[],
    ...openJson<GlassContent>(session, placeOfContent(row.id), sealedContent),
  };
}

const placeOfContent = (id: string) => ({ table: "glasses", id, field: "content", version: 1 });
const placeOfUse = (id: string) => ({ table: "glass_uses", id, field: "record", version: 1 });
const placeOfNote = (id: string) => ({ table: "glass_notes", id, field: "words", version: 1 });
