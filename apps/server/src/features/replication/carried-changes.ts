import type { RecordRow, RecordStoreRow } from "@hilum/store";

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

/** An archive is written once: what is deleted here stays there, and what its patient's key was destroyed with goes there too. */
export const isHandedOver = (carried: Carried, row: Pick<RecordRow, "type" | "resource">): boolean =>
  isCarried(carried, row.type) && (row.resource !== undefined || carried.role === "replica");

/** What the change was, as far as its version tells. */
export function changeOf({
  version,
  resource,
}: Pick<RecordRow, "version" | "resource">): "create" | "update" | "delete" {
  if (resource === undefined) return "delete";
  return version === 1 ? "create" : "update";
}
