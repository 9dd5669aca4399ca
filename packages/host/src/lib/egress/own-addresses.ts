import { networkInterfaces } from "node:os";

/** Asking the system costs as much as a whole request over a kept connection, so it is asked once in so long. */
const KEPT_MS = 1000;

/** Addresses of this machine's interfaces, at most a second old. */
export function createOwnAddresses(nowMs: () => number): () => readonly string[] {
  let kept: { addresses: readonly string[]; untilMs: number } | undefined;
  return () => {
    if (kept === undefined || nowMs() > kept.untilMs)
      kept = {
        addresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
        untilMs: nowMs() + KEPT_MS,
      };
    return kept.addresses;
  };
}
