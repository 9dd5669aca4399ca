import { HilumError } from "@hilum/contract";
import type { Store } from "@hilum/store";
import { requireCarried } from "./carried-types.ts";
import type { Cursors } from "./cursor.ts";
import { requireId } from "./judge-record.ts";
import { openRow } from "./open-record.ts";
import type { RecordGuards } from "./record-guards.ts";
import type { Asker, OpenedRecord, RecordKey, RecordPage, RecordsService } from "./records-service.ts";
import { disclosed, sightOf, type Sight } from "./sight.ts";

export interface ReadParts {
  records: Store["records"];
  guards: RecordGuards;
  cursors: Cursors;
}

const historyCount = 50;
const historyMax = 200;

/** Reading single records and their versions. */
export function createRecordReads(parts: ReadParts): Pick<RecordsService, "read" | "history"> {
  const { records, guards, cursors } = parts;

  async function seen(asker: Asker, sight: Sight, record: OpenedRecord | undefined): Promise<OpenedRecord> {
    if (record === undefined || !(await sight.sees(record))) throw sight.unseen();
    const [open] = await disclosed(asker, [record], { guards });
    if (open === undefined) throw sight.unseen();
    return open;
  }

  return {
    async read(asker, { type, id, version }) {
      const sight = sightOf(asker, requireCarried(type), "r", parts);
      const row = await records.find(type, requireId(id), version);
      const record = await seen(asker, sight, row === undefined ? undefined : openRow(row));
      if (record.resource === undefined) throw new HilumError("record.gone");
      return record;
    },

    async history(asker, { type, id, since, count = historyCount, cursor }) {
      const sight = sightOf(asker, requireCarried(type), id === undefined ? "s" : "r", parts);
      const place = `history ${type}/${id ?? ""}`;
      const asked = readPlace(
        cursor === undefined ? { since } : cursors.open(asker.context.actor, place, cursor, asker.context.now()),
      );
      const { rows, next } = await records.history({
        type,
        ...(id === undefined ? {} : { id: requireId(id) }),
        ...asked,
        limit: Math.min(Math.max(count, 1), historyMax),
      });
      const inSight: OpenedRecord[] = [];
      for (const row of rows) {
        const record = openRow(row);
        if (await sight.sees(record)) inSight.push(record);
      }
      const open = await disclosed(asker, inSight, { guards });
      if (id !== undefined && open.length === 0 && cursor === undefined) throw sight.unseen();
      const page: RecordPage = { records: open, included: [] };
      if (next === undefined) return page;
      return { ...page, next: cursors.seal(asker.context.actor, place, { ...asked, after: next }) };
    },
  };
}

function readPlace(content: { readonly since?: unknown; readonly after?: unknown }): {
  since?: string;
  after?: string;
} {
  const { since, after } = content;
  return {
    ...(typeof since === "string" ? { since: instantOf(since) } : {}),
    ...(typeof after === "string" ? { after } : {}),
  };
}

function instantOf(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new HilumError("search.invalid", {
    problems: [{ pointer: "/_since", message: "it is no time", fix: "Write for instance 2026-03-02T12:00:00Z." }],
  });
}

/** The version of a record that a write goes from, whoever asks. */
export async function findCurrent(
  records: Pick<Store["records"], "find">,
  { type, id }: RecordKey,
): Promise<OpenedRecord | undefined> {
  const row = await records.find(type, id);
  return row === undefined ? undefined : openRow(row);
}
