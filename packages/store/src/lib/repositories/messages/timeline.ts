import { randomBytes } from "node:crypto";
import { prepareQuery } from "../../engine/query.ts";
import type { SealRequest, Statement } from "../../engine/statement.ts";
import type { TimelineKind, TimelineRow } from "../../ports/messages.ts";
import { dropNulls, openJson, type Session } from "../../session.ts";

interface Columns extends Record<string, string | number | null | SealRequest> {
  entry: string;
  message: string;
  at: string;
  kind: TimelineKind;
  attempt: number | null;
  plugin: string | null;
  instance: string | null;
  actor: string | null;
  cause: NonNullable<TimelineRow["cause"]> | null;
  code: string | null;
  durationMs: number | null;
  nextAttemptAt: string | null;
  sealedWords: SealRequest | null;
}

const insertEntry = prepareQuery<Columns>((sql, values) =>
  sql.insertInto("messageTimeline").values({
    entry: values.entry,
    message: values.message,
    at: values.at,
    kind: values.kind,
    attempt: values.attempt,
    plugin: values.plugin,
    instance: values.instance,
    actor: values.actor,
    cause: values.cause,
    code: values.code,
    durationMs: values.durationMs,
    nextAttemptAt: values.nextAttemptAt,
    sealedWords: values.sealedWords,
  }),
);

/** What a provider says may name a patient, so these are sealed. */
interface Words {
  detail?: string;
  fix?: string;
  reply?: string;
}

export function appendTimeline(session: Session, message: string, row: TimelineRow): Statement {
  const entry = newEntry();
  const { detail, fix, reply } = row;
  const words = JSON.stringify({ detail, fix, reply });
  return insertEntry(session.dialect, {
    entry,
    message,
    at: row.at,
    kind: row.kind,
    attempt: row.attempt ?? null,
    plugin: row.plugin ?? null,
    instance: row.instance ?? null,
    actor: row.actor ?? null,
    cause: row.cause ?? null,
    code: row.code ?? null,
    durationMs: row.durationMs ?? null,
    nextAttemptAt: row.nextAttemptAt ?? null,
    sealedWords: words === "{}" ? null : { seal: words, place: wordsPlace(entry) },
  });
}

const insertAttempt = prepareQuery<{ entry: string; message: string; at: string; plugin: string; instance: string }>(
  (sql, { entry, message, at, plugin, instance }) =>
    sql.insertInto("messageTimeline").values((eb) => ({
      entry,
      message,
      at,
      kind: "attempt",
      attempt: eb.selectFrom("messageWork").select("attempts").where("id", "=", message),
      plugin,
      instance,
    })),
);

/** Takes the attempt's number from the work row, where the statement before has raised it. */
export function appendAttempt(
  session: Session,
  attempt: { message: string; at: string; plugin: string; instance: string },
): Statement {
  return insertAttempt(session.dialect, { entry: newEntry(), ...attempt });
}

/** Oldest first. */
export async function readTimeline(session: Session, message: string): Promise<TimelineRow[]> {
  const rows = await session.all(
    session.sql.selectFrom("messageTimeline").selectAll().where("message", "=", message).orderBy("id"),
  );
  return rows.map(({ id: _id, message: _message, entry, sealedWords, ...row }) => ({
    ...dropNulls(row),
    ...(sealedWords === null ? {} : openJson<Words>(session, wordsPlace(entry), sealedWords)),
  }));
}

function newEntry(): string {
  return randomBytes(12).toString("base64url");
}

function wordsPlace(entry: string) {
  return { table: "message_timeline", id: entry, field: "words", version: 1 };
}
