import { sql } from "kysely";
import { HilumError } from "@hilum/contract/errors";
import type { SealRequest, StatementResult, TokensRequest } from "../../engine/statement.ts";
import type { RecordWrite } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import { hex, keyOf, keySteps, type Compartment, type CompartmentKeys } from "./compartments.ts";
import { notHeld } from "./holds.ts";
import { recordPlace, toContent } from "./rows.ts";
import { groupsOf, orderGroups, withTokens } from "./search-groups.ts";
import { forUpdate, isText, isToken, lock, prepareSql, shelfOf, statementOf, tokenRows } from "./sql.ts";
import { describeRefusal, type Step } from "./steps.ts";
import { tokensOf } from "./tokens.ts";

const writesMax = 500;
/** A key may be destroyed, or made by somebody else, between the look and the write. */
const attemptsMax = 8;

/** In order: keys, heads and terms, versions, attachments; see `lock` for why. */
export async function writeRecords(
  session: Session,
  keys: CompartmentKeys,
  writes: readonly RecordWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  if (writes.length > writesMax) throw new RangeError(`at most ${writesMax} records are written at once`);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const compartments = await keys.ofWrites(session, writes);
    const steps = await planWrites(session, writes, compartments);
    const outcome = await session.write(steps.map(({ statement }) => statement));
    if (outcome.ok) return keepKeys(keys, steps, outcome.results);
    const refused = steps[outcome.at];
    if (refused === undefined) break;
    if (refused.about !== "key" || refused.compartment === undefined) throw describeRefusal(refused, outcome);
    keys.forget(refused.compartment);
  }
  throw new HilumError("request.conflict");
}

async function planWrites(
  session: Session,
  writes: readonly RecordWrite[],
  compartments: readonly Compartment[],
): Promise<Step[]> {
  const { dialect } = session;
  const places = [...writes.keys()].toSorted((a, b) => compareRefs(writes[a], writes[b]));
  const locked = (name: Parameters<typeof lock>[1]): Step[] =>
    lock(dialect, name).map((statement) => ({ statement, about: "rest" }));
  const conditional = writes.some(({ unless }) => unless !== undefined);
  const used = new Map(compartments.map((compartment) => [hex(compartment.name), compartment]));
  const keySorted = [...used].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, compartment]) => compartment);
  const heads: Step[] = [];
  for (const place of places) {
    const write = writes[place];
    if (write !== undefined) heads.push(...(await headSteps(session, write, place)));
  }
  return [
    ...locked(conditional ? "alone" : "beside"),
    ...keySorted.flatMap((compartment) => keySteps(session, compartment)),
    ...heads,
    ...shelfSteps(session, writes),
    ...locked("order"),
    ...writes.flatMap((write, place) => versionSteps(session, write, place, compartments[place])),
  ];
}

function keepKeys(keys: CompartmentKeys, steps: readonly Step[], results: readonly StatementResult[]): void {
  for (const [at, { compartment }] of steps.entries()) {
    const row = keyOf(results[at]);
    if (compartment !== undefined && compartment.row === undefined && row !== undefined) keys.keep(compartment, row);
  }
}

function compareRefs(a: RecordWrite | undefined, b: RecordWrite | undefined): number {
  const [first, second] = [`${a?.type}/${a?.id}`, `${b?.type}/${b?.id}`];
  if (first === second) throw new RangeError("a record is written once at a time");
  return first < second ? -1 : 1;
}

const insertHead = prepareSql<{ type: string; id: string; at: string; tokens: TokensRequest }>(
  ({ type, id, at, tokens }) =>
    sql`INSERT INTO records (type, id, version, updated_at, deleted, tokens) VALUES (${type}, ${id}, 1, ${at}, 0, ${tokens})`,
  1,
);

const checkHead = prepareSql<{ type: string; id: string; expected: number }>(
  ({ type, id, expected }, dialect) =>
    sql`SELECT record FROM records WHERE type = ${type} AND id = ${id} AND version = ${expected} ${forUpdate(dialect)}`,
  1,
);

/** Terms that the next version does not have. */
const removeTerms = prepareSql<{ type: string; id: string; tokens: TokensRequest }>(
  ({ type, id, tokens }, dialect) =>
    sql`DELETE FROM record_terms WHERE (shelf, token, record) IN (${tokenRows(dialect, sql`records r`)}
      WHERE r.type = ${type} AND r.id = ${id}) AND NOT (${isToken(dialect, sql`token`, tokens)})`,
);

const updateHead = prepareSql<{ type: string; id: string; at: string; deleted: number; tokens: TokensRequest }>(
  ({ type, id, at, deleted, tokens }) =>
    sql`UPDATE records SET version = version + 1, updated_at = ${at}, deleted = ${deleted}, tokens = ${tokens}
      WHERE type = ${type} AND id = ${id}`,
  1,
);

const insertTerms = prepareSql<{ type: string; id: string }>(
  ({ type, id }, dialect) =>
    sql`INSERT INTO record_terms (shelf, token, record) ${tokenRows(dialect, sql`records r`)}
      WHERE r.type = ${type} AND r.id = ${id} ON CONFLICT DO NOTHING`,
);

/** Of a JSON array of records, each a type and an id. */
const insertShelves = prepareSql<{ refs: string }>(({ refs }, dialect) => {
  const from = dialect === "sqlite" ? sql`json_each(${refs}) j` : sql`json_array_elements(${refs}::json) AS j(value)`;
  return sql`INSERT INTO record_shelves (shelf) SELECT DISTINCT ${shelfOf(sql`r.record`)} FROM ${from} CROSS JOIN records r
    WHERE r.type = j.value ->> 0 AND r.id = j.value ->> 1 ON CONFLICT DO NOTHING`;
});

/** New records are on a shelf that is known: whoever searches looks on those alone. */
function shelfSteps({ dialect }: Session, writes: readonly RecordWrite[]): Step[] {
  const made = writes.filter(({ expected }) => expected === 0).map(({ type, id }) => [type, id]);
  if (made.length === 0) return [];
  return [{ statement: insertShelves(dialect, { refs: JSON.stringify(made) }), about: "rest" }];
}

const checkHold = prepareSql<{ type: string; id: string }>(
  ({ type, id }) =>
    sql`SELECT r.record FROM records r JOIN record_versions v ON v.record = r.record AND v.version = r.version
      WHERE r.type = ${type} AND r.id = ${id} AND ${notHeld}`,
  1,
);

async function headSteps(session: Session, write: RecordWrite, place: number): Promise<Step[]> {
  const { dialect } = session;
  const { type, id, expected, at, resource } = write;
  const deleted = Number(resource === undefined);
  const tokens = tokensOf(type, deleted === 1 ? [] : write.terms, deleted === 1 ? [] : write.patients);
  const step = (about: Step["about"], statement: Step["statement"]): Step => ({ statement, about, write: place });
  const terms = step("rest", insertTerms(dialect, { type, id }));
  const unless = write.unless === undefined ? [] : [step("unless", await noneFits(session, write.unless))];
  if (expected === 0) {
    if (deleted === 1) throw new RangeError("what never existed cannot be deleted");
    return [...unless, step("version", insertHead(dialect, { type, id, at, tokens })), terms];
  }
  return [
    ...unless,
    step("version", checkHead(dialect, { type, id, expected })),
    ...(deleted === 1 ? [step("hold", checkHold(dialect, { type, id }))] : []),
    step("rest", removeTerms(dialect, { type, id, tokens })),
    step("rest", updateHead(dialect, { type, id, at, deleted, tokens })),
    ...(deleted === 1 ? [] : [terms]),
  ];
}

async function noneFits(session: Session, unless: NonNullable<RecordWrite["unless"]>) {
  const { dialect } = session;
  const groups = await orderGroups(session, groupsOf(session, unless.type, unless.groups));
  const tokens = groups.map((group) => group.tokens);
  const except = isText(dialect, sql`r.id`, JSON.stringify(unless.except ?? []));
  const fitting = sql`SELECT 1 FROM ${withTokens(dialect, tokens)} AND r.type = ${unless.type} AND r.deleted = 0 AND NOT (${except})`;
  return statementOf(dialect, sql`SELECT 1 AS free WHERE NOT EXISTS (${fitting})`, 1);
}

const insertVersion = prepareSql<{
  type: string;
  id: string;
  version: number;
  at: string;
  by: string;
  via: string | null;
  deleted: number;
  bytes: number;
  compartment: Uint8Array;
  body: SealRequest;
}>(
  (v) => sql`INSERT INTO record_versions (record, version, type, at, by, via, deleted, bytes, key, body)
    VALUES ((SELECT record FROM records WHERE type = ${v.type} AND id = ${v.id}), ${v.version}, ${v.type}, ${v.at},
      ${v.by}, ${v.via}, ${v.deleted}, ${v.bytes}, (SELECT key FROM record_keys WHERE compartment = ${v.compartment}), ${v.body})`,
  1,
);

const insertBlob = prepareSql<{ type: string; id: string; version: number; blob: string }>(
  ({ type, id, version, blob }) => sql`INSERT INTO record_blobs (version, blob) SELECT v.seq, ${blob}
    FROM records r JOIN record_versions v ON v.record = r.record WHERE r.type = ${type} AND r.id = ${id} AND v.version = ${version}`,
  1,
);

function versionSteps(
  session: Session,
  write: RecordWrite,
  place: number,
  compartment: Compartment | undefined,
): Step[] {
  if (compartment === undefined) throw new Error("a write has no compartment");
  const { dialect } = session;
  const { type, id, at, by, via, resource } = write;
  const version = write.expected + 1;
  const statement = insertVersion(dialect, {
    ...{ type, id, version, at, by },
    via: via === undefined ? null : `${via.plugin}/${via.instance}`,
    deleted: Number(resource === undefined),
    bytes: Buffer.byteLength(resource ?? ""),
    compartment: compartment.name,
    body: { seal: toContent(write), place: recordPlace({ type, id }, version), under: compartment.key },
  });
  return [
    { statement, about: "version", write: place },
    ...[...new Set(write.blobs)].map((blob): Step => ({
      statement: insertBlob(dialect, { type, id, version, blob }),
      about: "blob",
      write: place,
    })),
  ];
}
