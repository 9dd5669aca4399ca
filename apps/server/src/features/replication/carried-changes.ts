import type { RecordRow, Records, RecordStoreRow } from "@hilum/store";

/** What an archive is for: documents and the files behind them. */
const archivedTypes: ReadonlySet<string> = new Set(["DocumentReference", "Binary"]);

/** What a store is handed. */
export interface Carried {
  role: RecordStoreRow["role"];
  /** Types that its manifest names; absent where it takes all. */
  types?: readonly string[];
}

/** Whether a type goes to the store at all. */
export const isCarried = ({ role, types }: Carried, type: string): boolean =>
  (role === "replica" || archivedTypes.has(type)) && (types === undefined || types.includes(type));

/**
 * An archive is written once: what is deleted here stays there, but for what was destroyed with its patient's key. `destroyed`: no
 * version of the record can be read any more.
 */
export const isHandedOver = (
  carried: Carried,
  row: Pick<RecordRow, "type" | "resource">,
  destroyed: boolean,
): boolean => isCarried(carried, row.type) && (row.resource !== undefined || carried.role === "replica" || destroyed);

/** Names of those of the deleted records of which nothing is left. */
export async function listDestroyed(
  records: Pick<Records, "history">,
  { role }: Carried,
  rows: readonly RecordRow[],
): Promise<ReadonlySet<string>> {
  const destroyed = new Set<string>();
  if (role === "replica") return destroyed;
  for (const { type, id, resource } of rows) {
    if (resource !== undefined || !archivedTypes.has(type)) continue;
    const versions = await records.history({ type, id, limit: 1000 });
    if (versions.rows.every((version) => version.resource === undefined)) destroyed.add(`${type}/${id}`);
  }
  return destroyed;
}

/** What the change was, as far as its version tells. */
export function changeOf({
  version,
  resource,
}: Pick<RecordRow, "version" | "resource">): "create" | "update" | "delete" {
  if (resource === undefined) return "delete";
  return version === 1 ? "create" : "update";
}
