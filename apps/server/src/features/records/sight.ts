import { HilumError, isHilumError, type DataAction } from "@hilum/contract";
import type { Store, TermGroups } from "@hilum/store";
import { nameOf, openRow } from "./open-record.ts";
import type { RecordGuards } from "./record-guards.ts";
import type { Asker, OpenedRecord } from "./records-service.ts";
import { parseReference } from "./references.ts";
import { compileRows, type RowFilter } from "./row-filter.ts";

/** What one asker sees of the records of one type, for one act. */
export interface Sight {
  /** Terms that everything in sight has; no more than a help for the index. */
  groups: TermGroups;
  sees(record: OpenedRecord): Promise<boolean>;
  /** The answer where nothing is in sight: the same whether it exists or not. */
  unseen(): HilumError;
}

export interface SightParts {
  records: Pick<Store["records"], "find">;
  guards: RecordGuards;
}

/** Throws `record.denied` where the asker reaches nothing of the type. */
export function sightOf(asker: Asker, type: string, action: DataAction, parts: SightParts): Sight {
  const reach = asker.reach(type, action);
  if (reach.by === "glass")
    return {
      groups: [],
      sees: (record) => parts.guards.covers(asker.context, record),
      unseen: () => new HilumError("record.masked"),
    };
  const filter = compileRows(type, reach.rows);
  return {
    groups: filter.groups,
    sees: async (record) => letsThrough(filter, record) && (await seesContext(asker, record, action, parts)),
    unseen: () => new HilumError("record.not_found"),
  };
}

/** A version that says no more than that the record was deleted has nothing that a filter could be held against. */
const letsThrough = (filter: RowFilter, { resource }: OpenedRecord): boolean =>
  filter.everything || (resource !== undefined && filter.letsThrough(resource));

/** The bytes of a file are open to whom the record is open that the file belongs to (R4 binary.html, securityContext). */
async function seesContext(
  asker: Asker,
  { type, resource }: OpenedRecord,
  action: DataAction,
  parts: SightParts,
): Promise<boolean> {
  if (type !== "Binary" || (action !== "r" && action !== "s")) return true;
  const context = parseReference(textAt(resource?.["securityContext"]));
  if (context === undefined || context.type === "Binary") return true;
  const row = await parts.records.find(context.type, context.id);
  if (row === undefined) return false;
  const sight = sightIfAny(asker, context.type, "r", parts);
  return sight !== undefined && (await sight.sees(openRow(row)));
}

/** Undefined where the asker reaches nothing of the type. */
export function sightIfAny(asker: Asker, type: string, action: DataAction, parts: SightParts): Sight | undefined {
  try {
    return sightOf(asker, type, action, parts);
  } catch (error) {
    if (isHilumError(error) && (error.code === "record.denied" || error.code === "policy.denied")) return undefined;
    throw error;
  }
}

const textAt = (value: unknown): string => {
  const reference = typeof value === "object" && value !== null ? (value as { reference?: unknown }).reference : "";
  return typeof reference === "string" ? reference : "";
};

/** Those of the records that the consents of their patients let the asker have, in their order. */
export async function disclosed(
  asker: Asker,
  records: readonly OpenedRecord[],
  { guards }: Pick<SightParts, "guards">,
): Promise<OpenedRecord[]> {
  if (records.length === 0) return [];
  const open = new Set((await guards.mayDisclose(asker.context, records)).map(versionName));
  return records.filter((record) => open.has(versionName(record)));
}

const versionName = (record: OpenedRecord): string => `${nameOf(record)}/${record.version}`;
