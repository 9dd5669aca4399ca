import type { RecordGuards } from "./record-guards.ts";
import type { OpenedRecord } from "./records-service.ts";

const part2 = "42CFRPart2";

/**
 * The guards of a server that keeps no glasses and reads no consents: nobody has a glass open, and what is labelled as substance use
 * treatment is given to nobody, because that takes a consent (42 CFR 2.13, 2.31).
 */
export const closedGuards: RecordGuards = {
  covers: async () => false,
  mayDisclose: async (_context, records) => records.filter((record) => !isPart2(record)),
};

function isPart2({ resource }: OpenedRecord): boolean {
  const labels = resource?.meta?.["security"];
  return Array.isArray(labels) && labels.some((label: { code?: unknown } | null) => label?.code === part2);
}
