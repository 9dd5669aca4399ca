import type { Context } from "@hilum/contract";
import type { OpenedRecord } from "./records-service.ts";

/** What stands between a record that is there and who asks for it, besides scopes and roles. */
export interface RecordGuards {
  /** Whether a person has a glass open now that covers the record: its patient's, or its own. */
  covers(context: Context, record: Pick<OpenedRecord, "type" | "id" | "patients">): Promise<boolean>;
  /**
   * Those of the records that the consents of their patients let this asker have for the purpose of the context. Asked once for
   * everything that one answer discloses; keeps the disclosure where one must be accounted for.
   */
  mayDisclose(context: Context, records: readonly OpenedRecord[]): Promise<readonly OpenedRecord[]>;
}
