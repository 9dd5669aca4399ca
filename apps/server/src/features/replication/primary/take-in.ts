import type { WireResource } from "@hilum/contract";
import { patientsOf, termsOf } from "@hilum/contract/search";
import type { Host } from "@hilum/host";
import type { InstanceKey, RecordRow } from "@hilum/store";
import { invalid, judgeRecord, refuseLarge } from "../../records/judge-record.ts";
import { replicating } from "../hand-over.ts";
import type { WriteThrough } from "./write-through.ts";

export interface TakeInParts {
  host(): Host;
  write: WriteThrough["write"];
  now(): Date;
}

/** Takes in what somebody else made of a record in the primary store. Rejects with why not. */
export type TakeIn = (from: InstanceKey, row: RecordRow) => Promise<void>;

/** A person waits for none of it. */
const deadlineMs = 60_000;

/**
 * It is judged as if a client had sent it, becomes the next version here, and the store gets it back under that version: from then
 * on both agree.
 */
export function createTakeIn({ host, write, now }: TakeInParts): TakeIn {
  return async (from, row) => {
    const { type, id } = row;
    const { plugin, instance } = from;
    if (type === "Binary")
      throw invalid([{ pointer: "", message: "A file that was replaced in the primary store is not taken in." }]);
    const answer = (await host().call(replicating, {
      ...{ ...from, method: "records.read", params: { type, id }, deadlineMs, resource: type },
    })) as { resource: WireResource };
    const resource = await judgeRecord(answer.resource, { type, id });
    const at = now().toISOString();
    const whole = { ...resource, meta: { ...resource.meta, versionId: String(row.version + 1), lastUpdated: at } };
    const text = JSON.stringify(whole);
    refuseLarge(text, type);
    const made = {
      ...{ type, id, expected: row.version, at, by: `plugin:${plugin}/${instance}`, via: { plugin, instance } },
      ...{ resource: text, terms: termsOf(whole), patients: patientsOf(whole) },
    };
    await write([made], { over: true });
  };
}
