import { isHilumError, type Log } from "@hilum/contract";
import type { HoldLease } from "../hold-lease.ts";
import type { SourcesService } from "./sources.ts";

/** How often a source is read by itself, and one that was refused. What was taken back is stopped within that time. */
const everyMs = 3_600_000;
const againMs = 900_000;

/** Reads what is due, in one process of a deployment; what keeps a source is shown beside it. */
export function createSourceKeeper({
  sources,
  hold,
  log,
}: {
  sources: Pick<SourcesService, "entries" | "refresh">;
  hold: HoldLease;
  log: Log;
}): (now: () => Date) => Promise<void> {
  const triedAt = new Map<string, number>();
  return async (now) => {
    await hold("marketplace:sources", async () => {
      for (const { id, document } of await sources.entries()) {
        const { refreshedAt, problem } = document;
        const last = Math.max(triedAt.get(id) ?? 0, refreshedAt === undefined ? 0 : Date.parse(refreshedAt));
        if (now().getTime() - last < (problem === undefined ? everyMs : againMs)) continue;
        triedAt.set(id, now().getTime());
        await sources
          .refresh({ now, actor: { kind: "system", id: "system:marketplace" } }, id)
          .catch((error: unknown) =>
            log.warn("source.not_read", { source: id, code: isHilumError(error) ? error.code : "unknown" }),
          );
      }
    });
  };
}
