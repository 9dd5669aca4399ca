import { HilumError } from "@hilum/contract";
import { parseSearch, type ParsedSearch } from "@hilum/contract/search";
import type { RowRules } from "@hilum/policy";
import type { TermGroups } from "@hilum/store";

/** The rules of a scope, ready to be held against records. */
export interface RowFilter {
  /** Every record of the type is open. */
  everything: boolean;
  /** Groups of terms that each record that is let through has: narrows what the index finds, and decides nothing. */
  groups: TermGroups;
  /** Decides on the opened resource. */
  letsThrough(resource: unknown): boolean;
}

/**
 * Compiles rules. They are held against the resource after whatever the asker searches for, so that no criterion of
 * theirs widens what is open (threat 49). A filter that cannot be read lets nothing through (threat 61).
 */
export function compileRows(type: string, rules: RowRules): RowFilter {
  const compiled = rules.map(({ all, none }) => ({
    all: read(type, all),
    none: none.map((criteria) => read(type, criteria)),
  }));
  const [only] = compiled;
  return {
    everything: compiled.some(({ all, none }) => all.groups.length === 0 && none.length === 0 && all.everything),
    groups: compiled.length === 1 && only !== undefined ? only.all.groups : [],
    letsThrough: (resource) =>
      compiled.some(({ all, none }) => all.matches(resource) && !none.some(({ matches }) => matches(resource))),
  };
}

type Criteria = Pick<ParsedSearch, "groups" | "matches"> & { everything: boolean };

function read(type: string, criteria: readonly (readonly [string, string])[]): Criteria {
  if (criteria.length === 0) return { groups: [], matches: () => true, everything: true };
  try {
    const { groups, matches, ids, updatedFrom, updatedBefore } = parseSearch(type, criteria);
    // What the store would have to narrow is no filter on content.
    if (ids !== undefined || updatedFrom !== undefined || updatedBefore !== undefined)
      throw new HilumError("search.invalid");
    return { groups, matches, everything: false };
  } catch (cause) {
    throw new HilumError("policy.failed", {
      detail: "A filter of the scope cannot be read, so it opens nothing.",
      cause,
    });
  }
}
