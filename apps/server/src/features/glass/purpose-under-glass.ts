import { breakGlass, type Context, type DataAction } from "@hilum/contract";
import { fieldGroups } from "@hilum/contract/api";
import { decideGlass } from "@hilum/policy";
import type { GlassRow, Store } from "@hilum/store";
import { isId } from "../records/judge-record.ts";
import { termsOf } from "./glasses.ts";

/** An act as far as it is known before it is done. */
export interface AnnouncedRead {
  /** What it does with records of the FHIR API; empty for other acts. */
  letters: readonly DataAction[];
  type?: string;
  id?: string;
  /** Named in the address. */
  glass?: string;
}

/**
 * The purpose that an act is announced with in the audit log, where it can only be a read under a glass that the person has open now: `BTG`.
 * Undefined where no glass reaches it; then the purpose of the context holds, and the read is refused.
 */
export type PurposeUnderGlass = (context: Context, act: AnnouncedRead) => Promise<typeof breakGlass | undefined>;

export function createPurposeUnderGlass({ store }: { store: Pick<Store, "glasses" | "records"> }): PurposeUnderGlass {
  return async ({ actor, now }, { letters, type, id, glass }) => {
    if (actor.kind !== "user" || (glass === undefined && !answersRecords(letters))) return undefined;
    const open = (await store.glasses.openOf(actor.session)).filter((row) =>
      glass === undefined ? isWhole(row) : row.id === glass,
    );
    const nowMs = now().getTime();
    if (open.length === 0) return undefined;
    if (id === undefined) return open.some(({ until }) => nowMs < Date.parse(until)) ? breakGlass : undefined;
    if (type === undefined || !isId(id)) return undefined;
    const { patients = [] } = (await store.records.find(type, id)) ?? {};
    const record = { type, id, patients };
    const covers = open.some((row) => decideGlass({ actor, glass: termsOf(row), record, now: nowMs }).allow);
    return covers ? breakGlass : undefined;
  };
}

/** A search that is the condition of a write answers no record, and a person makes it by role. */
const answersRecords = (letters: readonly DataAction[]): boolean =>
  letters.length > 0 && (letters.includes("r") || letters.every((letter) => letter === "s"));

/** The FHIR API answers whole records, so a glass for a part of them opens nothing there. */
export const isWhole = ({ fields }: Pick<GlassRow, "fields">): boolean =>
  fieldGroups.every((group) => fields.includes(group));
