import { createHmac } from "node:crypto";
import type { GuessBudget } from "@hilum/policy";
import type { Asker, SearchPairs } from "./records-service.ts";

export interface GuessParts {
  guesses: GuessBudget;
  /** Tells one search from another without keeping what was searched for. */
  guessKey: Buffer;
}

/** Counts a search, or a condition, that found nothing. It is kept as a keyed hash: what people were searched for is kept nowhere. */
export function noteGuess(
  { guesses, guessKey }: GuessParts,
  { context }: Asker,
  type: string,
  query: SearchPairs,
): void {
  const digest = createHmac("sha256", guessKey)
    .update(JSON.stringify([type, query]))
    .digest("base64url");
  guesses.miss(context.actor.id, digest);
}
