import { breakGlass } from "@hilum/contract";
import type { OutcomeNote } from "../../http/request.ts";
import type { OpenedRecord } from "./records-service.ts";

type GlassNote = Pick<OutcomeNote, "purpose" | "detail">;

/** An entry of the log names so many glasses: what a detail may hold is short. The glasses themselves say what each revealed. */
const namedMax = 4;

/** What the audit log says of records that were opened by a glass, whichever way they were read: which one, and what it was broken for. */
export function noteOfGlass(records: readonly Pick<OpenedRecord, "under">[]): GlassNote {
  const under = records.flatMap((record) => record.under ?? []);
  if (under.length === 0) return {};
  const distinct = (values: readonly string[]): string => [...new Set(values)].slice(0, namedMax).join("+");
  return {
    purpose: breakGlass,
    detail: {
      glass: distinct(under.map(({ glass }) => glass)),
      glassPurpose: distinct(under.map(({ purpose }) => purpose)),
    },
  };
}
