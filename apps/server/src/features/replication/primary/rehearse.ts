import { HilumError } from "@hilum/contract";
import { testLabel } from "@hilum/contract/fhir";
import type { InstanceKey, RecordRow } from "@hilum/store";
import type { HandOver, LookUp } from "../hand-over.ts";
import type { JudgedRefusal } from "../judge-refusal.ts";
import { refusedWrite } from "./refuse-write.ts";

export interface RehearsalParts {
  handOver: HandOver;
  lookUp: LookUp;
  judge(error: unknown): JudgedRefusal;
  nextId(): string;
  now(): Date;
}

/** Lets a store take a made-up record and give it up again, as it must when a write is cut off. Rejects with why it cannot be primary. */
export type Rehearse = (key: InstanceKey) => Promise<void>;

export function createRehearsal({ handOver, lookUp, judge, nextId, now }: RehearsalParts): Rehearse {
  return async (key) => {
    const row = madeUp(`hilum-rehearsal-${nextId().toLowerCase()}`, now());
    const found = await rehearse(key, row).catch((error: unknown) => Promise.reject(refusedWrite(judge(error))));
    if (found === "1") return;
    throw new HilumError("instance.wrong_state", {
      detail:
        "The store did not give up a made-up record that it had taken, so a write that is cut off could not be taken back. It can be a replica or an archive.",
    });
  };

  async function rehearse(key: InstanceKey, row: RecordRow): Promise<string | undefined> {
    const first = withVersion(row, 1);
    const second = withVersion(row, 2);
    await handOver(key, first);
    await handOver(key, second, { newest: true });
    await handOver(key, withVersion(row, 2, false));
    await handOver(key, first);
    const found = await lookUp(key, row.type, [row.id]);
    await handOver(key, withVersion(row, 2, false));
    return found.get(row.id);
  }
}

const madeUp = (id: string, at: Date): RecordRow => ({
  ...{ type: "Organization", id, version: 1, at: at.toISOString(), by: "system:replication" },
  ...{ patients: [], hold: false, seq: 0 },
});

function withVersion(row: RecordRow, version: number, isThere = true): RecordRow {
  const meta = { versionId: String(version), lastUpdated: row.at, security: [testLabel] };
  const resource = { resourceType: "Organization", id: row.id, meta, name: `Rehearsal ${version}` };
  return { ...row, version, ...(isThere ? { resource: JSON.stringify(resource) } : {}) };
}
