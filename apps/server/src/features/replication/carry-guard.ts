import type { InstanceKey, RecordRow } from "@hilum/store";

/** Why a record may not go to a store; a token for the log. */
export type Withheld = { allow: false; reason: string };

/** Asked before anything leaves, and told of what did. An error while deciding is a no for all. */
export interface CarryGuard {
  /** In the order of the rows: whether the consents of their patients let them go to this store. */
  mayCarry(to: InstanceKey, rows: readonly RecordRow[]): Promise<readonly ({ allow: true } | Withheld)[]>;
  /** They are there now: for the accounting of disclosures. */
  carried(to: InstanceKey, rows: readonly RecordRow[]): Promise<void>;
}
