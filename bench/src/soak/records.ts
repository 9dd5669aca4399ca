import { existsSync, statSync } from "node:fs";
import { parseSearch, patientsOf, termsOf } from "@hilum/contract/search";
import { createFileKeyProvider, openStore, type RecordWrite, type Store } from "@hilum/store";
import { createTempDir } from "@hilum/testkit";
import { percentile } from "../row.ts";
import { makeResource, patientId, recordNumber } from "./record-samples.ts";
import type { SoakPart, SoakRun } from "./part.ts";

const batch = 100;
const batchesInFlight = 4;
const asked = 2_000;

/** Grows a store of records and shows whether one costs more, to write and to find, when many are stored. */
export const records: SoakPart = {
  about: "stores FHIR records (2 GB per million); the cost of one, and of finding it by its identifier, stays flat",
  unit: "records",
  count: 1_000_000,
  run,
};

async function run({ count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-records");
  const path = dir.join("hilum.db");
  const store = await openStore({
    url: `sqlite:${path}`,
    keyProvider: createFileKeyProvider(dir.join("hilum.key")),
    blobDir: dir.join("blobs"),
  });
  try {
    let stored = 0;
    for (const until of decadesTo(count)) {
      const beganMs = performance.now();
      const { bytes, terms } = await writeUntil(store, stored, until, signal, (done) =>
        progress(`${done} of ${count}`),
      );
      const writtenMs = performance.now() - beganMs;
      if (signal.aborted) return;
      const added = until - stored;
      stored = until;
      const found = await time(asked, () => findPatient(store, stored));
      const read = await time(asked, () => readOne(store, stored));
      const chart = await time(200, () => listAbout(store, stored));
      const broad = await time(50, () => listBroad(store));
      report({
        records: stored,
        "write us": (writtenMs * 1000) / added,
        "identifier p50 ms": percentile(found, 0.5),
        "p99 ms": percentile(found, 0.99),
        "read p50 ms": percentile(read, 0.5),
        "read p99": percentile(read, 0.99),
        "patient's p50 ms": percentile(chart, 0.5),
        "of half p50 ms": percentile(broad, 0.5),
        "terms each": terms / added,
        "JSON bytes each": bytes / added,
        "disk bytes each": sizeOf(path) / stored,
      });
    }
  } finally {
    await store.close();
  }
}

/** 1,000, 10,000 ... and the count itself. */
function* decadesTo(count: number): Generator<number> {
  for (let until = 1_000; until < count; until *= 10) yield until;
  yield count;
}

interface Written {
  bytes: number;
  terms: number;
}

async function writeUntil(
  store: Store,
  from: number,
  until: number,
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<Written> {
  const written: Written = { bytes: 0, terms: 0 };
  let next = from;
  const write = async (): Promise<void> => {
    while (next < until && !signal.aborted) {
      const first = next;
      next = Math.min(next + batch, until);
      const writes = Array.from({ length: next - first }, (_, index) => makeWrite(first + index));
      await store.records.write(writes);
      for (const { resource = "", terms } of writes) {
        written.bytes += Buffer.byteLength(resource);
        written.terms += terms.length;
      }
      if (first % 10_000 === 0) tell(first);
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, write));
  return written;
}

function makeWrite(number: number): RecordWrite {
  const resource = makeResource(number);
  const { resourceType: type, id } = resource;
  const at = resource.meta.lastUpdated;
  const terms = termsOf(resource);
  const patients = patientsOf(resource);
  return { type, id, expected: 0, at, by: "system:soak", resource: JSON.stringify(resource), terms, patients };
}

/** Durations in milliseconds, one after the other. */
async function time(count: number, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const beganMs = performance.now();
    await work();
    times.push(performance.now() - beganMs);
  }
  return times;
}

async function findPatient(store: Store, stored: number): Promise<void> {
  const patient = Math.floor((Math.random() * stored) / 10);
  const { groups } = parseSearch("Patient", [["identifier", `${recordNumber}|${1_000_000 + patient}`]]);
  const { rows } = await store.records.search({ type: "Patient", groups, limit: 2 });
  if (rows.length !== 1 || rows[0]?.id !== patientId(patient)) throw new Error(`patient ${patient} is not found`);
}

async function readOne(store: Store, stored: number): Promise<void> {
  const { resourceType, id } = makeResource(Math.floor(Math.random() * stored));
  if ((await store.records.find(resourceType, id))?.resource === undefined) throw new Error(`${id} is not found`);
}

async function listAbout(store: Store, stored: number): Promise<void> {
  const patient = patientId(Math.floor((Math.random() * stored) / 10));
  const { rows } = await store.records.search({ groups: [], patient, limit: 50 });
  if (rows.length !== 10) throw new Error(`${rows.length} records are about a patient`);
}

async function listBroad(store: Store): Promise<void> {
  const { groups } = parseSearch("Observation", [
    ["code", "8867-4"],
    ["status", "final,amended"],
  ]);
  const { rows } = await store.records.search({ type: "Observation", groups, limit: 50 });
  if (rows.length !== 50) throw new Error(`${rows.length} records are found`);
}

function sizeOf(path: string): number {
  return statSync(path).size + (existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0);
}
