import type { AttemptReport, TimelineKind } from "../../ports/messages.ts";

/** Columns of the work row that say why a message does not go out; cleared where a report has none. */
export function causeColumns({ cause, code }: AttemptReport): {
  cause: NonNullable<AttemptReport["cause"]> | null;
  code: string | null;
} {
  return { cause: cause ?? null, code: code ?? null };
}

/** How the timeline tells a failure: the provider said no, or something broke. */
export function failedKind({ code }: AttemptReport): TimelineKind {
  return code === "provider.refused" || code === "provider.recipient" || code === "provider.sender"
    ? "refused"
    : "failed";
}
