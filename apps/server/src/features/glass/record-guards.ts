import type { Context, PurposeOfUse } from "@hilum/contract";
import type { ConsentDecision } from "@hilum/policy";
import type { Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Consents } from "../consent/consents.ts";
import type { ProgramDisclosures } from "../disclosures/program-disclosures.ts";
import type { RecordGuards } from "../records/record-guards.ts";
import type { OpenedRecord } from "../records/records-service.ts";
import type { GlassesService } from "./glasses.ts";
import { isWhole } from "./purpose-under-glass.ts";

type Parts = {
  store: Pick<Store, "glasses">;
  glasses: Pick<GlassesService, "covering">;
  consents: Pick<Consents, "decide">;
  disclosures: ProgramDisclosures;
};

/** What glasses and consents say to reads of records, whichever way they come: FHIR API, plugins, import. */
export function createRecordGuards({ store, glasses, consents, disclosures }: Parts): RecordGuards {
  return {
    async covers(context, record) {
      const glass = await glasses.covering(context, record);
      if (glass === undefined || !isWhole(glass)) return false;
      const now = context.now();
      const use = { id: makeId(now.getTime()), at: now.toISOString(), what: "record" as const };
      await store.glasses.addUse(glass.id, { ...use, record: { type: record.type, id: record.id } });
      return true;
    },
    async mayDisclose(context, records, answer = "records") {
      const opened = await Promise.all(records.map((record) => withGlass(context, record, glasses)));
      const byPurpose = Map.groupBy(opened, ({ under }) => under?.purpose ?? purposeOf(context));
      const allowed = new Map<OpenedRecord, ConsentDecision>();
      for (const [purpose, asked] of byPurpose) {
        const decisions = await consents.decide({ crossing: crossingOf(context), purpose }, asked, context.now());
        for (const [index, record] of asked.entries()) {
          const decision = decisions[index];
          if (decision?.allow === true) allowed.set(record, decision);
        }
      }
      const going = opened.filter((record) => allowed.has(record));
      if (answer === "records") {
        const reads = going.map((record) => ({ record, decision: allowed.get(record) }));
        await disclosures.note(context.actor, reads, context.now());
      }
      return going;
    },
  };
}

/** What a program of somebody outside reads leaves the house, and is sent like a message. */
const crossingOf = ({ actor }: Context): "read" | "send" =>
  actor.kind === "token" && actor.recipient !== undefined ? "send" : "read";

/** Chosen by whoever opened the door, never by who walks through it (threat 58): the glass, or who made the token. */
const purposeOf = ({ actor, purpose }: Context): PurposeOfUse =>
  actor.kind === "token" ? (actor.purpose ?? purpose) : purpose;

async function withGlass(
  context: Context,
  record: OpenedRecord,
  glasses: Pick<GlassesService, "covering">,
): Promise<OpenedRecord> {
  if (context.actor.kind !== "user") return record;
  const glass = await glasses.covering(context, record);
  return glass === undefined ? record : { ...record, under: { glass: glass.id, purpose: glass.purpose } };
}
