import { HilumError } from "@hilum/contract";
import type { MarketplaceSource, SourceLog, SourcePlace, SourcePolicy } from "@hilum/contract/api";
import type { PublisherFault } from "@hilum/marketplace";
import type { MarketplaceEntry, Time } from "@hilum/store";
import { describeRoot } from "./source-root.ts";

/** What is kept of a source. */
export interface SourceDocument {
  title: string;
  kind: MarketplaceSource["kind"];
  place: SourcePlace;
  precedence: number;
  policy: SourcePolicy;
  /** The root that a person compared, base64. */
  root: string;
  /** The root that its keys have come to since, where it was read. */
  shownRoot?: string;
  publishers: string[];
  /** The tree that was read last; none where the marketplace keeps no log. */
  log?: SourceLog;
  /** Publishers whose list the last reading refused. */
  faults?: readonly PublisherFault[];
  refreshedAt?: Time;
  problem?: NonNullable<MarketplaceSource["problem"]>;
  addedAt: Time;
  addedBy: string;
}

const staleMs = 86_400_000;

export function presentSource(
  { id, document, rowVersion }: MarketplaceEntry<SourceDocument>,
  counts: { plugins: number; versions: number },
  now: Date,
): MarketplaceSource {
  const { root, shownRoot = root, faults = [], ...shown } = document;
  return {
    ...{ id, ...shown, ...counts, revision: rowVersion },
    faults: faults.map(presentFault),
    root: describeRoot(Buffer.from(shownRoot, "base64")),
    state: stateOf(document, now),
  };
}

export function stateOf(
  { problem, refreshedAt }: Pick<SourceDocument, "problem" | "refreshedAt">,
  now: Date,
): MarketplaceSource["state"] {
  if (problem !== undefined) return "failing";
  if (refreshedAt === undefined) return "not_read";
  return now.getTime() - Date.parse(refreshedAt) > staleMs ? "stale" : "fresh";
}

export function presentFault({ publisher, code }: PublisherFault): MarketplaceSource["faults"][number] {
  const { title, fix } = new HilumError(code).spec;
  return { publisher, code, title, fix };
}
