import { HilumError, errorCatalogue, isHilumError, type ErrorCode } from "@hilum/contract";
import type { JudgedRefusal } from "../judge-refusal.ts";

/** Refusals that a client can mend by what it sends, in the words of the API. */
const asItIs: ReadonlySet<string> = new Set(["record.conflict", "record.too_large"]);

/** What a refused hand-over says to whoever wrote the record: which of both is to be mended, and that nothing is stored. */
export function refusedWrite({ about, refusal, retryAfterMs }: JudgedRefusal): HilumError {
  const { title, fix: usual } = errorCatalogue[refusal.code as ErrorCode];
  const fix = refusal.fix ?? usual;
  if (refusal.code === "record.conflict")
    return new HilumError("record.conflict", {
      detail:
        "Somebody else changed the record in the primary store. Nothing was stored. Let it be compared on Records, Stores, which takes the change in; then read the record and save again.",
    });
  if (asItIs.has(refusal.code))
    return new HilumError(refusal.code as ErrorCode, { detail: `Nothing was stored. ${fix}` });
  if (about === "record")
    return new HilumError("record.primary_refused", {
      detail: `${title}, says the primary store. Nothing was stored. ${fix}`,
    });
  return new HilumError("record.primary_away", {
    detail: `The primary store takes no records now: ${title}. Nothing was stored.`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What is no refusal of the store but of the platform, and goes to whoever wrote as it is. */
export const isOurs = (error: unknown): error is HilumError =>
  isHilumError(error) && (error.code === "audit.blocked" || error.code === "store.unavailable");
