import { HilumError } from "@hilum/contract";
import type { InstanceKey, RecordStoreRow, RecordStores } from "@hilum/store";

export type PrimaryStore = RecordStoreRow & { role: "primary" };

/**
 * Which plugin, if any, has records before this Hilum has them. Every write asks the store for it: another node may have set the role
 * a moment ago, and a record that passes by the primary is missing there.
 */
export interface PrimaryRole {
  current(): Promise<PrimaryStore | undefined>;
}

export const createPrimaryRole = (stores: Pick<RecordStores, "list">): PrimaryRole => ({
  current: async () => (await stores.list()).find(isPrimary),
});

export const isPrimary = (store: RecordStoreRow): store is PrimaryStore => store.role === "primary";

/** Whether the store is the primary one of a type. */
export const isPrimaryOf = ({ primaryOf }: Pick<RecordStoreRow, "primaryOf">, type: string): boolean =>
  primaryOf === undefined || primaryOf.includes(type);

/** Two truths about one record would be none. Throws `instance.wrong_state`. */
export function demandOnlyPrimary(rows: readonly RecordStoreRow[], key: InstanceKey): void {
  const other = rows.find((row) => isPrimary(row) && (row.plugin !== key.plugin || row.instance !== key.instance));
  if (other === undefined) return;
  throw new HilumError("instance.wrong_state", {
    detail: `${other.plugin}/${other.instance} is the primary store. Give it another role first.`,
  });
}
