import { coversScope, isScope, parseScope, type Scope } from "@hilum/contract";
import type { Grant } from "./grant.ts";

/** Search criteria that a record must all meet, decoded: `["category", "imaging"]`. Empty: every record meets them. */
export type Criteria = readonly (readonly [name: string, value: string])[];

/** A record that one grant reaches meets all of `all`, and none of `none` as a whole. */
export interface RowRule {
  all: Criteria;
  none: readonly Criteria[];
}

/** Which records of a type are reached: those that meet one rule. Any other is to the asker as if it were not there. */
export type RowRules = readonly RowRule[];

type DataScope = Extract<Scope, { kind: "data" }>;

/**
 * The rows that grants reach; empty where they reach none. Grants add up, each with its own filters. A denial takes its rows from every
 * grant of the same or a wider scope; a grant that is narrower than the denial was given beside it and stays.
 */
export function rowsOf(asked: DataScope, granted: readonly Grant[], denied: readonly Grant[]): RowRule[] {
  const denials = denied.flatMap((grant) => dataScopes(grant.resolved ?? grant.scope)).filter(reaches(asked));
  return granted
    .flatMap((grant) => dataScopes(grant.resolved))
    .filter(reaches(asked))
    .map((grant) => ({
      all: decoded(grant),
      none: denials.filter((denial) => coversScope(grant, denial)).map(decoded),
    }))
    .filter(({ none }) => none.every((criteria) => criteria.length > 0));
}

/** The scope of a grant, if it is one of data. */
function dataScopes(text: string | undefined): DataScope[] {
  const scope = text === undefined ? undefined : parseScope(text);
  return scope !== undefined && isScope(scope) && scope.kind === "data" ? [scope] : [];
}

/** Whether a scope covers what is asked, its filters left aside. */
const reaches =
  (asked: DataScope) =>
  (scope: DataScope): boolean =>
    coversScope({ ...scope, filters: [] }, asked);

/** Throws for what is no URL encoding: a filter that nobody can read opens nothing. */
const decoded = ({ filters }: DataScope): Criteria =>
  filters.map(([name, value]) => [name, decodeURIComponent(value)] as const);
