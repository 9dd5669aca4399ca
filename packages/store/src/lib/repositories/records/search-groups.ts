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
  /** JSON array of the records that have one of the terms and are of the type, where few have. */
  records?: string;
}

/** Above so many, going through all records in their order is less work than to collect and sort these. */
export const sizeMax = 5_000;
/** So many are named at once; no other group can be much better, so those after it are not counted. */
export const sizeFew = 200;

export function groupsOf(session: Session, type: string, groups: TermGroups): string[] {
  return groups.map((terms) => hashGroup(session, type, terms));
}

/** Of rows of `record_terms`. */
function hasToken(dialect: Dialect, tokens: Parameter): RawBuilder<unknown> {
  return sql`${isShelf(dialect, sql`shelf`)} AND ${isToken(dialect, sql`token`, tokens)}`;
}

const listGroup = prepareSql<{ tokens: string; type: string; max: number }>(
  (
    { tokens, type, max },
    dialect,
  ) => sql`SELECT c.record, CASE WHEN r.deleted = 0 AND (${type} = '' OR r.type = ${type}) THEN 1 ELSE 0 END AS fits
    FROM (SELECT record FROM record_terms WHERE ${hasToken(dialect, tokens)} LIMIT ${max}) c CROSS JOIN records r WHERE r.record = c.record`,
);

const countGroup = prepareSql<{ tokens: string; max: number }>(
  ({ tokens, max }, dialect) => sql`SELECT count(*) AS size FROM
    (SELECT 1 AS one FROM record_terms WHERE ${hasToken(dialect, tokens)} LIMIT ${max}) counted`,
);

/** The most selective first. Without a type, records of all types fit. */
export async function orderGroups(session: Session, groups: readonly string[], type = ""): Promise<TokenGroup[]> {
  const sized: TokenGroup[] = [];
  for (const tokens of groups) {
    const enough = sized.some(({ records }) => records !== undefined);
    sized.push(enough ? { tokens, size: sizeMax + 1 } : await sizeGroup(session, tokens, type));
  }
  return sized.toSorted((a, b) => a.size - b.size);
}

async function sizeGroup(session: Session, tokens: string, type: string): Promise<TokenGroup> {
  const { dialect } = session;
  const rows = await session.rows(listGroup(dialect, { tokens, type, max: sizeFew + 1 }));
  if (rows.length <= sizeFew) {
    const fitting = rows.filter(({ fits }) => fits === 1).map(({ record }) => record);
    return { tokens, size: rows.length, records: JSON.stringify([...new Set(fitting)]) };
  }
  const [row] = await session.rows(countGroup(dialect, { tokens, max: sizeMax + 1 }));
  return { tokens, size: Number(row?.["size"]) };
}

/** `FROM`-part over the records `r` of a JSON array; goes on with `AND`. */
export function withRecords(dialect: Dialect, records: Parameter): RawBuilder<unknown> {
  return dialect === "sqlite"
    ? sql`json_each(${records}) t CROSS JOIN records r WHERE r.record = t.value`
    : sql`records r WHERE ${isToken(dialect, sql`r.record`, records)}`;
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
