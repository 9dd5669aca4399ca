import type { Reconciliation, ReplicatedStore } from "@hilum/contract/api";
import type { Word } from "../../../look/status.tsx";
import { count, many, moment } from "../../../text/format.ts";

export interface StoreKey {
  plugin: string;
  instance: string;
}

/** Undefined for the embedded store. */
export const keyOf = ({ plugin, instance }: ReplicatedStore): StoreKey | undefined =>
  plugin === undefined || instance === undefined ? undefined : { plugin, instance };

export const roleWords: Record<ReplicatedStore["role"], string> = {
  primary: "Primary",
  replica: "Replica",
  archive: "Archive",
  none: "None",
};

const states: Record<ReplicatedStore["state"], [Word, string]> = {
  current: ["Active", "Has everything"],
  catching_up: ["Sending", "Catching up"],
  waiting: ["Retrying", "Waiting"],
  stopped: ["Disabled", "Not running"],
  idle: ["Off", "Gets nothing"],
};
export const stateOf = ({ state, role }: ReplicatedStore): [Word, string] =>
  role === "primary" ? ["Active", "Read and written here"] : states[state];

/** What a comparison found, in one sentence. */
export function compareWords(run: Reconciliation | undefined): string {
  if (run === undefined) return "never";
  const { state, checked, missing, older, deleted, foreign, mended, mend, endedAt, refusal } = run;
  const found = [
    [missing, "missing"],
    [older, "older there"],
    [deleted, "deleted here and still there"],
    [foreign, "changed there by somebody else"],
  ]
    .filter(([number]) => number !== 0)
    .map(([number, what]) => `${count(Number(number))} ${what}`);
  const differing = found.length === 0 ? "no difference" : found.join(", ");
  const mending = mend && found.length > 0 ? `; ${many(mended, "record")} handed over` : "";
  if (state === "running") return `Compares: ${many(checked, "record")} so far, ${differing}`;
  if (state === "failed") return `Stopped after ${many(checked, "record")}: ${refusal?.title ?? "it failed"}`;
  return `${endedAt === undefined ? "" : `${moment(endedAt)}: `}${many(checked, "record")}, ${differing}${mending}`;
}
