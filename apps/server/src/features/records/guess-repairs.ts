import type { Repair } from "@hilum/contract/api";
import type { Guesser } from "@hilum/policy";

/** Who tried values out, for a day: a person has to look whether a program is broken or somebody is searching for people. */
export function listGuessRepairs(guessers: readonly Guesser[]): Repair[] {
  return guessers.map(({ actor, since }) => ({
    id: `records:guessing:${actor}`,
    severity: "warning",
    title: `${actor} searched for many records that are not there`,
    why: "So many different searches without a result look like trying out identifiers or names. It was stopped for ten minutes.",
    fix: "Ask who uses the token. If nobody can say why, revoke it under Users, Tokens, and look in Audit what it found.",
    since: new Date(since).toISOString(),
    link: { label: "Open Tokens", to: "/users/tokens" },
  }));
}
