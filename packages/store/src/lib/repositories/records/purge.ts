import { sql } from "kysely";
import type { Records } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import { notHeld } from "./holds.ts";
import { compilable, isToken, lock, statementOf } from "./sql.ts";

/** A version is superseded from the time of the next one that is there; the current one never is. */
export async function purgeVersions(
  session: Session,
  ...[before, { type, dryRun, limit }]: Parameters<Records["purge"]>
): Promise<number> {
  const { dialect } = session;
  const ofType = type === undefined ? sql`` : sql`AND r.type = ${type}`;
  const superseded = sql`FROM records r JOIN record_versions v ON v.record = r.record AND v.version < r.version
    WHERE r.version > 1 ${ofType} AND ${notHeld}
      AND EXISTS (SELECT 1 FROM record_versions n WHERE n.record = v.record AND n.version > v.version AND n.at < ${before})`;
  if (dryRun) {
    const [row] = (await session.scan(compilable(dialect, sql`SELECT count(*) AS versions ${superseded}`))) as {
      versions: number;
    }[];
    return Number(row?.versions ?? 0);
  }
  const found = (await session.scan(compilable(dialect, sql`SELECT v.seq ${superseded} LIMIT ${limit}`))) as {
    seq: number;
  }[];
  if (found.length === 0) return 0;
  const chosen = isToken(dialect, sql`v.seq`, JSON.stringify(found.map(({ seq }) => seq)));
  // Asked again within the transaction: a hold may have been set meanwhile.
  const remove = sql`DELETE FROM record_versions WHERE seq IN (SELECT v.seq FROM record_versions v WHERE ${chosen} AND ${notHeld})`;
  const results = await session.commit([...lock(dialect, "alone"), statementOf(dialect, remove)]);
  return results.at(-1)?.changes ?? 0;
}
