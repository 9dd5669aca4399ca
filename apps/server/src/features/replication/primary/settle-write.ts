import { HilumError, isHilumError } from "@hilum/contract";
import type { InstanceKey, PrimaryWriteRow, PrimaryWrites, RecordRow, Records, RecordWrite } from "@hilum/store";
import { nameOf } from "../../records/open-record.ts";
import type { CarryGuard } from "../carry-guard.ts";
import type { HandOver, LookUp } from "../hand-over.ts";

export interface SettleParts {
  records: Pick<Records, "write" | "findMany">;
  primaryWrites: Pick<PrimaryWrites, "end">;
  handOver: HandOver;
  lookUp: LookUp;
  guard: Pick<CarryGuard, "carried">;
}

/** What a write of somebody comes to once it is settled. */
export type Settled = "stored" | "undone";

/**
 * Brings a write to its end, wherever it stopped: what the primary store has whole, and nobody was told is not done, is committed
 * here; else what the store has of it is taken back. Committed here already, the store is made to have it. Rejects where the store
 * cannot be asked; it can be repeated at any instruction.
 */
export async function settleWrite(write: PrimaryWriteRow, parts: SettleParts): Promise<Settled> {
  const { records, primaryWrites } = parts;
  const key = { plugin: write.plugin, instance: write.instance };
  const handed = write.writes.filter((_one, index) => write.handed.includes(index));
  const here = await currentOf(records, write.writes);
  const there = await versionsThere(parts.lookUp, key, handed);
  const isCommitted = write.writes.some((one) => (here.get(nameOf(one))?.version ?? 0) > one.expected);
  if (isCommitted || (write.state === "begun" && isWhole(handed, there) && (await commit(records, write.writes)))) {
    const now = isCommitted ? here : await currentOf(records, write.writes);
    const rows = handed.flatMap((one) => now.get(nameOf(one)) ?? []);
    for (const row of rows) await makeCurrent(key, row, there.get(nameOf(row)), parts.handOver);
    await parts.guard.carried(key, rows);
    await primaryWrites.end(write.id);
    return "stored";
  }
  // In reverse: what refers to another record goes before it.
  for (const one of handed.toReversed()) await takeBack(key, one, here.get(nameOf(one)), there, parts.handOver);
  demandTakenBack(handed, here, await versionsThere(parts.lookUp, key, handed));
  await primaryWrites.end(write.id);
  return "undone";
}

type Versions = ReadonlyMap<string, string>;

async function currentOf(
  records: Pick<Records, "findMany">,
  writes: readonly RecordWrite[],
): Promise<Map<string, RecordRow>> {
  const rows = await records.findMany(writes.map(({ type, id }) => ({ type, id })));
  return new Map(rows.map((row) => [nameOf(row), row]));
}

/** Ids in one search. */
const lookUpMax = 50;

async function versionsThere(lookUp: LookUp, key: InstanceKey, writes: readonly RecordWrite[]): Promise<Versions> {
  const found = new Map<string, string>();
  for (const [type, some] of Map.groupBy(writes, (one) => one.type))
    for (let from = 0; from < some.length; from += lookUpMax) {
      const ids = some.slice(from, from + lookUpMax).map(({ id }) => id);
      for (const [id, version] of await lookUp(key, type, ids)) found.set(nameOf({ type, id }), version);
    }
  return found;
}

const versionOf = ({ expected }: RecordWrite): string => String(expected + 1);

const isWhole = (handed: readonly RecordWrite[], there: Versions): boolean =>
  handed.every((one) => there.get(nameOf(one)) === (one.resource === undefined ? undefined : versionOf(one)));

/** False where what is here does not allow it any more: a condition matches, a hold was set. */
async function commit(records: Pick<Records, "write">, writes: readonly RecordWrite[]): Promise<boolean> {
  try {
    await records.write(writes);
    return true;
  } catch (error) {
    if (isHilumError(error) && refusals.has(error.code)) return false;
    throw error;
  }
}
const refusals: ReadonlySet<string> = new Set(["record.conflict", "record.exists", "record.held", "blob.not_found"]);

async function makeCurrent(key: InstanceKey, row: RecordRow, version: string | undefined, handOver: HandOver) {
  if (version === (row.resource === undefined ? undefined : String(row.version))) return;
  await handOver(key, row);
}

/** What somebody else wrote there meanwhile is left: a comparison tells of it. */
async function takeBack(
  key: InstanceKey,
  write: RecordWrite,
  row: RecordRow | undefined,
  there: Versions,
  handOver: HandOver,
): Promise<void> {
  const version = there.get(nameOf(write));
  if (version !== undefined && version !== versionOf(write)) return;
  // A store keeps the later of two versions, so the earlier one comes back by way of a deletion.
  if (version !== undefined) await handOver(key, deletionOf(write));
  if (row?.resource !== undefined) await handOver(key, row);
}

/** A store that does not give up what it took is not believed to have. Throws `record.unsettled`. */
function demandTakenBack(handed: readonly RecordWrite[], here: ReadonlyMap<string, RecordRow>, there: Versions): void {
  const isLeft = (one: RecordWrite): boolean => {
    const version = there.get(nameOf(one));
    return version === undefined ? here.get(nameOf(one))?.resource !== undefined : version === versionOf(one);
  };
  if (handed.some(isLeft)) throw new HilumError("record.unsettled");
}

/** A write as the row that it is to become. */
export const rowOf = ({ type, id, expected, at, by, resource, patients, via }: RecordWrite): RecordRow => ({
  ...{ type, id, version: expected + 1, at, by, patients: [...patients], hold: false, seq: 0 },
  ...(resource === undefined ? {} : { resource }),
  ...(via === undefined ? {} : { via }),
});

const deletionOf = (write: RecordWrite): RecordRow => {
  const { resource: _resource, ...row } = rowOf(write);
  return row;
};
