import type { Context, PurposeOfUse } from "@hilum/contract";
import { fieldGroups } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Consents } from "../consent/consents.ts";
import type { RecordGuards } from "../records/record-guards.ts";
import type { OpenedRecord } from "../records/records-service.ts";
import type { GlassesService } from "./glasses.ts";

type Parts = {
  store: Pick<Store, "glasses">;
  glasses: Pick<GlassesService, "covering">;
  consents: Pick<Consents, "decide">;
};

/** What glasses and consents say to reads of records, whichever way they come: FHIR API, plugins, import. */
export function createRecordGuards({ store, glasses, consents }: Parts): RecordGuards {
  return {
    async covers(context, record) {
      const glass = await glasses.covering(context, record);
      // The FHIR API answers whole records; a glass for a part of them is for the Storage Browser, which can show a part.
      if (glass === undefined || !fieldGroups.every((group) => glass.fields.includes(group))) return false;
      const now = context.now();
      const use = { id: makeId(now.getTime()), at: now.toISOString(), what: "record" as const };
      await store.glasses.addUse(glass.id, { ...use, record: { type: record.type, id: record.id } });
      return true;
    },
    async mayDisclose(context, records) {
      const byPurpose = new Map<PurposeOfUse, OpenedRecord[]>();
      for (const record of records) {
        const purpose = await purposeOf(context, record, glasses);
        byPurpose.set(purpose, [...(byPurpose.get(purpose) ?? []), record]);
      }
      const allowed = new Set<OpenedRecord>();
      for (const [purpose, asked] of byPurpose) {
        const decisions = await consents.decide({ crossing: "read", purpose }, asked, context.now());
        for (const [index, record] of asked.entries()) if (decisions[index]?.allow === true) allowed.add(record);
      }
      return records.filter((record) => allowed.has(record));
    },
  };
}

/** Chosen by whoever opened the door, never by who walks through it (threat 58): the glass, or who made the token. */
async function purposeOf(
  context: Context,
  record: OpenedRecord,
  glasses: Pick<GlassesService, "covering">,
): Promise<PurposeOfUse> {
  const { actor, purpose } = context;
  if (actor.kind === "token") return actor.purpose ?? purpose;
  if (actor.kind !== "user") return purpose;
  return (await glasses.covering(context, record))?.purpose ?? purpose;
}
