import { HilumError } from "@hilum/contract/errors";
import { prepareQuery, toStatement } from "../../engine/query.ts";
import type { BlindRequest, SealRequest, Statement } from "../../engine/statement.ts";
import type { Accepted, NewMessage } from "../../ports/messages.ts";
import type { Refusal, Session } from "../../session.ts";
import { appendTimeline } from "./timeline.ts";

const insertKey = prepareQuery<{ key: BlindRequest; message: string; body: BlindRequest }>(
  (sql, { key, message, body }) =>
    sql
      .insertInto("messageKeys")
      .values({ key, message, body })
      .onConflict((conflict) => conflict.column("key").doNothing()),
  1,
);

const insertMessage = prepareQuery<{
  id: string;
  channel: NewMessage["channel"];
  testMode: number;
  createdAt: string;
  createdBy: string;
  recipientMasked: string;
  moreRecipients: number;
  replaces: string | null;
  sealedBody: SealRequest;
}>((sql, values) =>
  sql.insertInto("messages").values({
    id: values.id,
    channel: values.channel,
    testMode: values.testMode,
    createdAt: values.createdAt,
    createdBy: values.createdBy,
    recipientMasked: values.recipientMasked,
    moreRecipients: values.moreRecipients,
    replaces: values.replaces,
    sealedBody: values.sealedBody,
  }),
);

const insertWork = prepareQuery<{
  id: string;
  channel: NewMessage["channel"];
  priority: number;
  dueAt: string;
  updatedAt: string;
}>((sql, values) =>
  sql.insertInto("messageWork").values({
    id: values.id,
    channel: values.channel,
    state: "queued",
    priority: values.priority,
    attempts: 0,
    dueAt: values.dueAt,
    maybeSentTwice: 0,
    updatedAt: values.updatedAt,
  }),
);

const keyDomain = "message_keys.key";
const bodyDomain = "message_keys.body";

/** Stores head, sealed body, work row and what goes with them in one unit; a repeat of the key answers the first message. */
export async function acceptMessage(session: Session, message: NewMessage): Promise<Accepted> {
  const { idempotency } = message;
  const key = idempotency === undefined ? undefined : `${idempotency.scope}\n${idempotency.key}`;
  const outcome = await session.write([
    ...(key === undefined
      ? []
      : [
          insertKey(session.dialect, {
            key: { blind: key, domain: keyDomain },
            message: message.id,
            body: { blind: message.body, domain: bodyDomain },
          }),
        ]),
    ...messageStatements(session, message),
    ...(message.attachments ?? []).map((blob) =>
      toStatement(session.sql.insertInto("messageBlobs").values({ message: message.id, blob })),
    ),
    ...(message.replaces === undefined ? [] : replaceStatements(session, message.replaces, message.createdBy)),
  ]);
  if (outcome.ok) return { outcome: "created", id: message.id };
  if (key !== undefined && outcome.at === 0) return findRepeat(session, key, message.body);
  throw whyRefused(outcome, message);
}

function messageStatements({ dialect }: Session, message: NewMessage): Statement[] {
  const { id, channel, createdAt } = message;
  return [
    insertMessage(dialect, {
      id,
      channel,
      testMode: Number(message.testMode),
      createdAt,
      createdBy: message.createdBy,
      recipientMasked: message.recipientMasked,
      moreRecipients: message.moreRecipients,
      replaces: message.replaces ?? null,
      sealedBody: { seal: message.body, place: bodyPlace(id) },
    }),
    insertWork(dialect, {
      id,
      channel,
      priority: message.priority ?? 0,
      dueAt: message.notBefore ?? createdAt,
      updatedAt: createdAt,
    }),
  ];
}

/** The message that is corrected is given up together with the correction. */
function replaceStatements(session: Session, id: string, actor: string): Statement[] {
  const { sql } = session;
  const at = session.now();
  const discard = sql
    .updateTable("messageWork")
    .set({ state: "discarded", dueAt: null, updatedAt: at })
    .where("id", "=", id)
    .where("state", "in", ["dead", "uncertain"]);
  return [toStatement(discard, 1), appendTimeline(session, id, { at, kind: "resent", actor })];
}

async function findRepeat(session: Session, key: string, body: string): Promise<Accepted> {
  const { sql, keyring } = session;
  const query = sql.selectFrom("messageKeys").select(["message", "body"]);
  const row = await session.first(query.where("key", "=", keyring.blind(keyDomain, key)));
  if (row === undefined) throw new HilumError("request.conflict");
  if (!Buffer.from(row.body).equals(keyring.blind(bodyDomain, body)))
    throw new HilumError("request.idempotency_conflict");
  return { outcome: "existing", id: row.message };
}

function whyRefused({ why }: Refusal, message: NewMessage): HilumError {
  if (why === "reference")
    return new HilumError("blob.not_found", { detail: "The message names an attachment that is not stored." });
  if (why === "expectation" && message.replaces !== undefined) {
    return new HilumError("message.wrong_state", {
      detail: "Only a dead or uncertain message can be sent again as a corrected copy.",
    });
  }
  return new HilumError("request.conflict", { detail: "A message with this id is stored already." });
}

export function bodyPlace(id: string) {
  return { table: "messages", id, field: "body", version: 1 };
}
