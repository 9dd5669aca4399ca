import type { FieldGroup, GlassTarget, MaskedRecord, Permission, RecordStore } from "@hilum/contract/api";
import type { MayDecision } from "../../api/operation-facts.ts";
import { actorName } from "../../text/format.ts";

/** A record of a store; without a version, its current one. */
export interface RecordPlace {
  type: string;
  id: string;
  version?: number;
}

/** What a glass may uncover, least first. */
export const fieldWords: Record<FieldGroup, string> = {
  identity: "Name, date of birth and numbers",
  contact: "Address, phone and e-mail",
  clinical: "Clinical content",
  documents: "Documents and their text",
};

/** Values that a mask hid hold dots. */
export const isMaskedText = (text: string): boolean => text.includes("•");
export const maskedClass = (text: string): string | undefined => (isMaskedText(text) ? "masked" : undefined);

/** What the server says of an act: absent where it makes no sense here at all. */
export function permissionTo(act: Permission["act"], can: readonly Permission[]): MayDecision | undefined {
  const found = can.find((permission) => permission.act === act);
  if (found === undefined) return undefined;
  return found.allowed ? { allowed: true } : { allowed: false, reason: found.why ?? "Not now." };
}

/** Where a record is shown: a patient has a page of its own. */
export const recordPath = ({ type, id, version }: RecordPlace, store?: string): string => {
  const query = new URLSearchParams({
    ...(store !== undefined && store !== "embedded" && { store }),
    ...(version !== undefined && { version: String(version) }),
  }).toString();
  return `/records/${type}/${encodeURIComponent(id)}${query === "" ? "" : `?${query}`}`;
};
export const patientPath = (id: string): string => `/records/patients/${encodeURIComponent(id)}`;
export const targetPath = (target: GlassTarget): string =>
  "patient" in target ? patientPath(target.patient) : recordPath(target.record);

/** Labels that have words of their own; others are shown as their code. */
export const labelWords: Readonly<Record<string, string>> = {
  N: "Normal",
  R: "Restricted",
  V: "Very restricted",
  part2: "42 CFR part 2",
};

/** Who wrote it: the plugin where one did, else the person or program. */
export function writerName(
  { by, via }: MaskedRecord["written"],
  nameOf: (plugin: string, instance?: string) => string,
): string {
  return via === undefined ? actorName(by) : nameOf(via.plugin, via.instance);
}

/** How many records stores hold, as far as they tell; undefined where none does. */
export function recordsIn(stores: readonly RecordStore[]): number | undefined {
  const told = stores.flatMap(({ types }) => types).flatMap(({ records }) => (records === undefined ? [] : [records]));
  return told.length === 0 ? undefined : told.reduce((sum, records) => sum + records, 0);
}
