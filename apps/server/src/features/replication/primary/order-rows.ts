import type { RecordRow } from "@hilum/store";
import { nameOf } from "../../records/open-record.ts";
import { referencesIn } from "../../records/references.ts";
import type { Resource } from "../../records/records-service.ts";

/**
 * The rows of one transaction in groups that may be handed over one after the other: servers that hold references to be whole take a
 * record after those that it names, and delete one after those that named it. Those that name each other in a circle go together.
 */
export function orderRows(rows: readonly RecordRow[]): RecordRow[][] {
  const deleted = rows.filter(({ resource }) => resource === undefined);
  const groups: RecordRow[][] = [];
  let waiting = rows.filter(({ resource }) => resource !== undefined).map((row) => ({ row, names: namedBy(row) }));
  while (waiting.length > 0) {
    const missing = new Set(waiting.map(({ row }) => nameOf(row)));
    const free = waiting.filter(({ row, names }) => !names.some((name) => name !== nameOf(row) && missing.has(name)));
    const next = free.length === 0 ? waiting : free;
    groups.push(next.map(({ row }) => row));
    waiting = waiting.filter((one) => !next.includes(one));
  }
  return deleted.length === 0 ? groups : [...groups, deleted];
}

const namedBy = ({ resource }: RecordRow): string[] =>
  referencesIn(JSON.parse(resource ?? "{}") as Resource).map(nameOf);
