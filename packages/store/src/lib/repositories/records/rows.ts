import { sql } from "kysely";
import { openEnvelope } from "../../crypto/envelope.ts";
import { rowKeyId } from "../../engine/bind.ts";
import type { Row as SqlRow } from "../../engine/statement.ts";
import type { RecordRef, RecordRow, RecordWrite } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import type { CompartmentKeys } from "./compartments.ts";
import { held } from "./holds.ts";

/** What is read of a version `v` of a record `r`. */
export const rowColumns = sql`v.seq, r.type, r.id, v.version, v.at, v.by, v.via, v.deleted, v.body, v.key,
  k.compartment, k.sealed_key, CASE WHEN ${held} THEN 1 ELSE 0 END AS held`;

/** With `record_versions v` before it. */
export const joinKeys = sql`LEFT JOIN record_keys k ON k.key = v.key`;

interface StoredVersion {
  seq: number;
  type: string;
  id: string;
  version: number;
  at: string;
  by: string;
  via: string | null;
  deleted: number;
  body: Uint8Array | null;
  key: number | null;
  compartment: Uint8Array | null;
  sealedKey: Uint8Array | null;
  held: number;
}

export function presentRow(session: Session, keys: CompartmentKeys, row: SqlRow): RecordRow {
  const stored = row as unknown as StoredVersion;
  const { seq, type, id, version, at, by, deleted } = stored;
  const { patients, resource } = openBody(session, keys, stored);
  const via = stored.via?.split("/");
  return {
    ...{ type, id, version, at, by },
    ...(via === undefined ? {} : { via: { plugin: via[0] ?? "", instance: via[1] ?? "" } }),
    ...(deleted === 1 ? {} : { resource }),
    ...{ patients, hold: stored.held === 1, seq },
  };
}

/** Nothing where the version was destroyed and only its place is left. */
function openBody(session: Session, keys: CompartmentKeys, stored: StoredVersion): RecordContent {
  const { key, compartment, sealedKey, body } = stored;
  if (body === null || key === null || compartment === null || sealedKey === null)
    return { patients: [], resource: "" };
  const opened = {
    id: rowKeyId,
    deployment: session.keyring.deployment,
    key: keys.open(session, { key, compartment, sealedKey }),
  };
  return fromContent(openEnvelope(opened, recordPlace(stored, stored.version), body).toString("utf8"));
}

interface RecordContent {
  patients: string[];
  resource: string;
}

/** The sealed body: a line with the patients, then the resource; nothing after the line for a deletion. */
export function toContent({ patients, resource }: RecordWrite): string {
  return `${JSON.stringify([...new Set(patients)])}\n${resource ?? ""}`;
}

function fromContent(content: string): RecordContent {
  const end = content.indexOf("\n");
  return { patients: JSON.parse(content.slice(0, end)) as string[], resource: content.slice(end + 1) };
}

export function recordPlace({ type, id }: RecordRef, version: number) {
  return { table: "record_versions", id: `${type}/${id}`, field: "body", version };
}
