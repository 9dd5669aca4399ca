import { causeByProviderCode, errorCatalogue, isHilumError, type ErrorCode, type WireErrorData } from "@hilum/contract";
import type { StoreRefusalRow } from "@hilum/store";

/** What a failure says, and about whom. */
export interface JudgedRefusal {
  /**
   * `store`: nothing can be handed over now. `record`: this one is not taken, and others are. `doubtful`: it may be either; what
   * becomes of the others tells.
   */
  about: "store" | "record" | "doubtful";
  refusal: StoreRefusalRow;
  /** Nothing of it can be there: nobody was reached, or asked. */
  isUnsent: boolean;
  /** Milliseconds that the store asks for. */
  retryAfterMs?: number;
}

/** This record, whatever becomes of the others. */
const ofRecord = new Set<string>([
  "record.invalid",
  "record.too_large",
  "record.conflict",
  "record.gone",
  "record.not_found",
  "record.held",
  "record.primary_refused",
  "record.unsettled",
  "provider.too_large",
  "provider.response_too_large",
  "provider.refused",
  "provider.recipient",
  "message.invalid",
  "blob.not_found",
]);
/** A server that breaks at one record answers like one that is down. */
const doubtful = new Set<string>([
  "provider.temporary",
  "provider.timeout",
  "provider.bad_answer",
  "plugin.timeout",
  "plugin.killed",
  "plugin.link_lost",
  "plugin.failed",
  "plugin.bad_reply",
  "plugin.protocol",
  "server.internal",
]);

/** The platform says so before the plugin hears of it. */
const notAsked = new Set<string>(["plugin.not_running", "plugin.quarantined", "agreement.test_mode", "lane.full"]);

/** Judges why a record was not taken. `data` is what the plugin said, where it was the plugin. */
export function judgeRefusal(error: unknown, data: WireErrorData | undefined): JudgedRefusal {
  const code = data?.code ?? (isHilumError(error) ? error.code : "server.internal");
  const known = (code in errorCatalogue ? code : "server.internal") as ErrorCode;
  const cause =
    data?.cause ?? (causeByProviderCode as Partial<Record<string, StoreRefusalRow["cause"]>>)[known] ?? "other";
  const retryAfterMs = data?.retryAfterMs ?? (isHilumError(error) ? error.retryAfterMs : undefined);
  const sent = data?.sent ?? (isHilumError(error) ? error.sent : undefined);
  return {
    about: aboutWhom(known, cause),
    isUnsent: sent === "no" || notAsked.has(known),
    refusal: {
      ...{ code: known, cause },
      ...(data?.fix === undefined ? {} : { fix: data.fix }),
      ...(data?.reply === undefined ? {} : { reply: data.reply }),
      ...(data?.field === undefined ? {} : { field: data.field }),
    },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function aboutWhom(code: ErrorCode, cause: StoreRefusalRow["cause"]): JudgedRefusal["about"] {
  // What the server does not offer at all it offers for no record: that is mended once, not a thousand times.
  if (code === "provider.refused" && cause === "configuration") return "doubtful";
  if (ofRecord.has(code)) return "record";
  return doubtful.has(code) ? "doubtful" : "store";
}
