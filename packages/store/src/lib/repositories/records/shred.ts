import { sql } from "kysely";
import { HilumError } from "@hilum/contract/errors";
import type { Shredded } from "../../ports/records.ts";
import type { Statement } from "../../engine/statement.ts";
import type { Session } from "../../session.ts";
import { blindPatient } from "./compartments.ts";
import { isText, lock, statementOf, tokenRows } from "./sql.ts";

/**
 * One transaction: what is about the patient loses its terms and its versions, each record ends in a deletion without a
 * body, and the keys go. What was written between the look for attachments and the transaction leaves its attachments to
 * the sweep.
 */
export async function shredPatient(session: Session, patient: string, by: string): Promise<Shredded> {
  const { dialect } = session;
  const name = blindPatient(session, patient);
  const at = session.now();
  const keys = sql`(SELECT key FROM record_key_patients WHERE patient = ${name})`;
  const ended = sql`records r JOIN record_versions v ON v.record = r.record AND v.version = r.version WHERE v.key IN ${keys}`;
  const heldKeys = sql`SELECT 1 FROM record_key_patients p JOIN record_holds h ON h.patient = p.patient WHERE p.key IN ${keys}`;
  const heldRecords = sql`SELECT 1 FROM record_versions v JOIN record_holds h ON h.record = v.record WHERE v.key IN ${keys}`;
  const named = sql`SELECT DISTINCT b.blob FROM record_blobs b JOIN record_versions v ON v.seq = b.version WHERE v.key IN ${keys}`;
  const blobs = JSON.stringify((await session.rows(statementOf(dialect, named))).map(({ blob }) => String(blob)));
  const statement = (query: typeof keys, expect?: number): Statement => statementOf(dialect, query, expect);
  const locks = lock(dialect, "alone");
  const unit = [
    statement(sql`SELECT 1 AS free WHERE NOT EXISTS (${heldKeys}) AND NOT EXISTS (${heldRecords})`, 1),
    statement(sql`DELETE FROM record_terms WHERE (shelf, token, record) IN (${tokenRows(dialect, sql`records r`)}
      WHERE r.record IN (SELECT r.record FROM ${ended}))`),
    statement(sql`UPDATE records SET version = version + 1, deleted = 1, tokens = '[]', updated_at = ${at}
      WHERE record IN (SELECT r.record FROM ${ended})`),
    ...lock(dialect, "order"),
    statement(sql`INSERT INTO record_versions (record, version, type, at, by, deleted, bytes)
      SELECT r.record, r.version, r.type, r.updated_at, ${by}, 1, 0 FROM record_versions v
      JOIN records r ON r.record = v.record AND r.version = v.version + 1 AND r.deleted = 1
      WHERE v.key IN ${keys}
        AND NOT EXISTS (SELECT 1 FROM record_versions n WHERE n.record = r.record AND n.version = r.version)`),
    statement(sql`DELETE FROM record_versions WHERE key IN ${keys}`),
    statement(removeBlobs(session, blobs)),
    statement(sql`DELETE FROM record_keys WHERE key IN ${keys}`),
  ];
  const results = await session.commit(
    [...locks, ...unit],
    ({ at: refused }) => new HilumError(refused === locks.length ? "record.held" : "request.conflict"),
  );
  const changesFromEnd = (place: number): number => results.at(place)?.changes ?? 0;
  return {
    records: results[locks.length + 2]?.changes ?? 0,
    versions: changesFromEnd(-3),
    blobs: changesFromEnd(-2),
  };
}

/** Those that nothing else names; what a message or an agreement names stays with it. */
function removeBlobs({ dialect }: Session, blobs: string) {
  return sql`DELETE FROM blobs WHERE ${isText(dialect, sql`id`, blobs)}
    AND NOT EXISTS (SELECT 1 FROM record_blobs n WHERE n.blob = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM message_blobs n WHERE n.blob = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM agreements n WHERE n.document = blobs.id)`;
}
