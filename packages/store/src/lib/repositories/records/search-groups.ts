import { sql, type RawBuilder } from "kysely";
import type { Dialect, Parameter } from "../../engine/statement.ts";
import type { TermGroups } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import { isShelf, isToken, prepareSql, shelfOf } from "./sql.ts";
import { hashGroup } from "./tokens.ts";

/** An OR of terms, hashed. */
export interface TokenGroup {
  /** JSON array. */
  tokens: string;
  /** How many rows of the index it has; counting ends at `sizeMax`. */
  size: number;
}

/** Above so many, going through all records in their order is less work than to collect and sort these. */
export const sizeMax = 5_000;
/** Less than that cannot be much better: the other groups are not counted. */
const sizeSmall = 100;

export function groupsOf(session: Session, type: string, groups: TermGroups): string[] {
  return groups.map((terms) => hashGroup(session, type, terms));
}

/** Of rows of `record_terms`. */
function hasToken(dialect: Dialect, tokens: Parameter): RawBuilder<unknown> {
  return sql`${isShelf(dialect, sql`shelf`)} AND ${isToken(dialect, sql`token`, tokens)}`;
}

const countGroup = prepareSql<{ tokens: string; max: number }>(
  ({ tokens, max }, dialect) => sql`SELECT count(*) AS size FROM
    (SELECT 1 AS one FROM record_terms WHERE ${hasToken(dialect, tokens)} LIMIT ${max}) counted`,
);

/** The most selective first. */
export async function orderGroups(session: Session, groups: readonly string[]): Promise<TokenGroup[]> {
  const counted: TokenGroup[] = [];
  for (const tokens of groups) {
    const small = counted.some(({ size }) => size < sizeSmall);
    const [row] = small ? [] : await session.rows(countGroup(session.dialect, { tokens, max: sizeMax + 1 }));
    counted.push({ tokens, size: Number(row?.["size"] ?? sizeMax + 1) });
  }
  return counted.toSorted((a, b) => a.size - b.size);
}

/** `FROM`-part over records `r` that begins with the first group; goes on with `AND`. CROSS JOIN keeps SQLite to this order. */
export function withTokens(dialect: Dialect, [first, ...others]: readonly Parameter[]): RawBuilder<unknown> {
  if (first === undefined) return sql`records r WHERE TRUE`;
  return sql`(SELECT DISTINCT record FROM record_terms WHERE ${hasToken(dialect, first)}) t
    CROSS JOIN records r WHERE r.record = t.record ${alsoTokens(dialect, others)}`;
}

/** Conditions on records `r`. */
export function alsoTokens(dialect: Dialect, groups: readonly Parameter[]): RawBuilder<unknown> {
  const conditions = groups.map(
    (tokens) =>
      sql`AND EXISTS (SELECT 1 FROM record_terms o WHERE o.shelf = ${shelfOf(sql`r.record`)} AND o.record = r.record
        AND ${isToken(dialect, sql`o.token`, tokens)})`,
  );
  return sql.join(conditions, sql` `);
}
