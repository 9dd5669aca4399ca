import { toCamelCase } from "../engine/column-names.ts";
import type { Row, SqlValue } from "../engine/statement.ts";
import type { Place } from "./envelope.ts";

/** Where the version of a sealed value stands: always the same, in a column, or in a column that holds a time. */
type VersionSource = number | string | { timeIn: string };

/** A table whose columns named sealed_* hold envelopes of the keyring. */
export interface SealedTable {
  table: string;
  /** What the rows are, in words for a person. */
  words: string;
  /** Columns that name one row, in the order in which rotation walks. */
  key: readonly string[];
  /** Columns that make the id of the place, joined with `/`; default: `key`. */
  id?: readonly string[];
  /** The field of the place is the column's name without `sealed_`. */
  columns: Readonly<Record<string, VersionSource>>;
}

/**
 * Every value that a data key seals, and where it says that it stands. A rotation walks these tables; a test holds the
 * list equal to the migrations, so that no new column can be forgotten.
 */
export const sealedTables: readonly SealedTable[] = [
  { table: "facts", words: "facts of the platform", key: ["name"], columns: { sealed_value: "row_version" } },
  {
    table: "platform_revisions",
    words: "settings of the platform",
    key: ["revision"],
    columns: { sealed_settings: "revision" },
  },
  {
    table: "settings_revisions",
    words: "settings of plugins",
    key: ["plugin", "instance", "revision"],
    columns: { sealed_values: "revision", sealed_changes: "revision" },
  },
  { table: "secrets", words: "secrets", key: ["plugin", "instance", "name"], columns: { sealed_value: "version" } },
  {
    table: "setup_sessions",
    words: "setup in progress",
    key: ["plugin", "instance"],
    columns: { sealed_session: "row_version" },
  },
  {
    table: "private_state",
    words: "private state of plugins",
    key: ["plugin", "instance", "key"],
    columns: { sealed_value: "version" },
  },
  { table: "smoke_runs", words: "smoke tests", key: ["id"], columns: { sealed_results: "row_version" } },
  {
    table: "health_snapshots",
    words: "health checks",
    key: ["plugin", "instance"],
    columns: { sealed_checks: { timeIn: "checked_at" } },
  },
  { table: "plugin_logs", words: "logs of plugins", key: ["id"], id: ["entry"], columns: { sealed_text: 1 } },
  { table: "messages", words: "messages", key: ["id"], columns: { sealed_body: 1 } },
  {
    table: "message_timeline",
    words: "timelines of messages",
    key: ["id"],
    id: ["entry"],
    columns: { sealed_words: 1 },
  },
  { table: "practice_messages", words: "the practice mailbox", key: ["id"], columns: { sealed_content: 1 } },
  { table: "hook_deliveries", words: "arrived webhooks", key: ["id"], columns: { sealed_content: 1 } },
  { table: "blobs", words: "attachments", key: ["id"], columns: { sealed_sha256: 1, sealed_key: 1 } },
  {
    table: "users",
    words: "second factors",
    key: ["id"],
    columns: { sealed_totp: "totp_version", sealed_pending: "pending_version" },
  },
  { table: "oauth_states", words: "sign-ins under way", key: ["state_hash"], columns: { sealed_request: 1 } },
  {
    table: "sign_in_faults",
    words: "sign-ins that ended",
    key: ["plugin", "instance", "step"],
    columns: { sealed_reply: "row_version" },
  },
  // Their bodies are sealed with the keys of compartments: those keys alone are sealed anew.
  {
    table: "record_keys",
    words: "keys of patients' records",
    key: ["key"],
    id: ["compartment"],
    columns: { sealed_key: 1 },
  },
  { table: "record_holds", words: "legal holds", key: ["target"], columns: { sealed_hold: 1 } },
  { table: "glasses", words: "broken glasses", key: ["id"], columns: { sealed_content: 1 } },
  { table: "glass_uses", words: "what was revealed", key: ["id"], columns: { sealed_record: 1 } },
  { table: "glass_notes", words: "reviews of broken glasses", key: ["id"], columns: { sealed_words: 1 } },
  { table: "disclosures", words: "disclosures", key: ["id"], columns: { sealed_content: 1 } },
  {
    table: "approvals",
    words: "what waits for a second person",
    key: ["id"],
    columns: { sealed_content: 1, sealed_refusal: 1 },
  },
  { table: "attachment_sources", words: "records of attachments", key: ["blob"], columns: { sealed_record: 1 } },
  {
    table: "record_stores",
    words: "what record stores said",
    key: ["plugin", "instance"],
    columns: { sealed_refusal: 1, sealed_reconciliation: 1 },
  },
  {
    table: "record_store_faults",
    words: "why record stores refused",
    key: ["plugin", "instance", "id"],
    columns: { sealed_refusal: 1 },
  },
  {
    table: "primary_writes",
    words: "records on their way into a primary store",
    key: ["id"],
    columns: { sealed_writes: 1 },
  },
  {
    table: "marketplace_entries",
    words: "the marketplace",
    key: ["kind", "id"],
    columns: { sealed_document: "row_version" },
  },
  { table: "repair_snoozes", words: "reasons of snoozes", key: ["repair"], columns: { sealed_reason: "row_version" } },
];

/** Where a value of the row says that it stands. */
export function placeOf({ table, key, id = key, columns }: SealedTable, column: string, row: Row): Place {
  const valueOf = (name: string) => row[toCamelCase(name)] ?? null;
  const source = columns[column] ?? 1;
  const version =
    typeof source === "number"
      ? source
      : typeof source === "string"
        ? Number(valueOf(source))
        : Date.parse(String(valueOf(source.timeIn)));
  return { table, id: id.map((name) => textOf(valueOf(name))).join("/"), field: fieldOf(column), version };
}

/** Every column that `placeOf` reads, beside the sealed ones. */
export function namingColumns({ key, id = key, columns }: SealedTable): string[] {
  const versions = Object.values(columns).flatMap((source) =>
    typeof source === "number" ? [] : [typeof source === "string" ? source : source.timeIn],
  );
  return [...new Set([...key, ...id, ...versions])];
}

/** Blind indexes in hex. */
function textOf(value: SqlValue): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

function fieldOf(column: string): string {
  return column.slice("sealed_".length);
}
