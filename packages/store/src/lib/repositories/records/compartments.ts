import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { sql } from "kysely";
import type { SealRequest, StatementResult } from "../../engine/statement.ts";
import type { RecordWrite } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import { prepareShapes, prepareSql } from "./sql.ts";
import type { Step } from "./steps.ts";

/** A set of patients whose records share a key, which is kept in a row of `record_keys`, sealed by the keyring. */
export interface Compartment {
  patients: readonly string[];
  /** Blind index of the patients. */
  name: Uint8Array;
  key: KeyObject;
  /** Of the row; absent while the key is made with the write that is the first to need it. */
  row?: number;
}

/** What a query gives of a key's row. */
export interface KeyRow {
  key: number;
  compartment: Uint8Array;
  sealedKey: Uint8Array;
}

/** Opened keys that were used of late. */
export interface CompartmentKeys {
  open(session: Session, row: KeyRow): KeyObject;
  /** The compartments that seal the writes, in their order. */
  ofWrites(session: Session, writes: readonly RecordWrite[]): Promise<Compartment[]>;
  keep(compartment: Compartment, row: number): void;
  /** After a key was destroyed, or made by somebody else. */
  forget(compartment: Compartment): void;
}

const keptMax = 20_000;

export function createCompartmentKeys(): CompartmentKeys {
  const byRow = createRecent<number, KeyObject>();
  const byName = createRecent<string, Compartment>();

  const open = (session: Session, row: KeyRow): KeyObject => {
    const known = byRow.get(row.key);
    if (known !== undefined) return known;
    const key = createSecretKey(session.keyring.open(keyPlace(row.compartment), row.sealedKey));
    byRow.set(row.key, key);
    return key;
  };

  const find = async (session: Session, wanted: Map<string, Compartment>): Promise<void> => {
    const names = [...wanted.values()].map(({ name }) => name);
    const rows = (await session.rows(findKeys(session.dialect, ...namesOf(names)))) as unknown as KeyRow[];
    for (const row of rows) {
      const compartment = wanted.get(hex(row.compartment));
      if (compartment === undefined) continue;
      compartment.key = open(session, row);
      compartment.row = row.key;
      byName.set(hex(row.compartment), compartment);
    }
  };

  return {
    open,
    ofWrites: async (session, writes) => {
      const named = writes.map((write) => nameCompartment(session, write));
      const wanted = new Map<string, Compartment>();
      for (const { patients, name } of named) {
        const id = hex(name);
        if (wanted.has(id) || byName.get(id) !== undefined) continue;
        wanted.set(id, { patients, name, key: createSecretKey(randomBytes(keyBytes)) });
      }
      if (wanted.size > 0) await find(session, wanted);
      return named.flatMap(({ name }) => wanted.get(hex(name)) ?? byName.get(hex(name)) ?? []);
    },
    keep: (compartment, row) => {
      byRow.set(row, compartment.key);
      byName.set(hex(compartment.name), { ...compartment, row });
    },
    forget: ({ name }) => byName.delete(hex(name)),
  };
}

const keyBytes = 32;

type Names = Record<string, Uint8Array | null>;

const findKeys = prepareShapes<number, Names>((count, names) => {
  const list = Array.from({ length: count }, (_, at) => sql`${names[`name${at}`] ?? null}`);
  return sql`SELECT key, compartment, sealed_key FROM record_keys WHERE compartment IN (${sql.join(list)})`;
});

/** As many as the next power of two, those beyond NULL, which is like none: few shapes do for all counts. */
function namesOf(names: readonly Uint8Array[]): [count: number, names: Names] {
  const count = 2 ** Math.ceil(Math.log2(names.length));
  return [
    count,
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`name${at}`, names[at] ?? null] as const)),
  ];
}

/** What a record is about decides; a Patient is about itself, to whom else it may be linked. */
function nameCompartment({ keyring }: Session, { type, id, patients }: RecordWrite): Omit<Compartment, "key"> {
  const about = type === "Patient" ? [id] : [...new Set(patients)].toSorted();
  return { patients: about, name: keyring.blind("record_keys.compartment", JSON.stringify(about)) };
}

/** Blind index by which the keys of a patient are found. */
export function blindPatient({ keyring }: Session, patient: string): Uint8Array {
  return keyring.blind(patientDomain, patient);
}

export const patientDomain = "record_key_patients.patient";

const checkKey = prepareSql<{ name: Uint8Array; row: number }>(
  ({ name, row }) => sql`SELECT key FROM record_keys WHERE compartment = ${name} AND key = ${row}`,
  1,
);

const insertKey = prepareSql<{ name: Uint8Array; sealedKey: SealRequest; at: string }>(
  ({ name, sealedKey, at }) =>
    sql`INSERT INTO record_keys (compartment, sealed_key, created_at) VALUES (${name}, ${sealedKey}, ${at}) RETURNING key`,
  1,
);

const insertPatient = prepareSql<{ patient: Uint8Array; name: Uint8Array }>(
  ({ patient, name }) => sql`INSERT INTO record_key_patients (patient, key)
    VALUES (${patient}, (SELECT key FROM record_keys WHERE compartment = ${name}))`,
  1,
);

/** The compartment's key is there and stays until the commit, or is made now. */
export function keySteps(session: Session, compartment: Compartment): Step[] {
  const { dialect } = session;
  const { name, patients, key, row } = compartment;
  const step = (statement: Step["statement"]): Step => ({ statement, about: "key", compartment });
  if (row !== undefined) return [step(checkKey(dialect, { name, row }))];
  const sealedKey = { seal: key.export(), place: keyPlace(name) };
  return [
    step(insertKey(dialect, { name, sealedKey, at: session.now() })),
    ...patients.map((patient) => step(insertPatient(dialect, { patient: blindPatient(session, patient), name }))),
  ];
}

/** Number of the row that `keySteps` found or made. */
export function keyOf(result: StatementResult | undefined): number | undefined {
  const key = result?.rows[0]?.["key"];
  return typeof key === "number" ? key : undefined;
}

function keyPlace(compartment: Uint8Array) {
  return { table: "record_keys", id: hex(compartment), field: "key", version: 1 };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

interface Recent<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
}

/** A map of the entries that were used last. */
function createRecent<K, V>(): Recent<K, V> {
  const entries = new Map<K, V>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= keptMax) return;
      for (const oldest of entries.keys()) return void entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
  };
}
