import type { Records } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import type { CompartmentKeys } from "./compartments.ts";
import { createHolds } from "./holds.ts";
import { purgeVersions } from "./purge.ts";
import { createReading } from "./read.ts";
import { searchRecords } from "./search.ts";
import { shredPatient } from "./shred.ts";
import { writeRecords } from "./write.ts";

/** `keys` may hold nothing that a transaction made and may undo. */
export function createRecords(session: Session, keys: CompartmentKeys): Records {
  return {
    write: (writes) => writeRecords(session, keys, writes),
    ...createReading(session, keys),
    search: (search) => searchRecords(session, keys, search),
    ...createHolds(session),
    shred: (patient, by) => shredPatient(session, patient, by),
    purge: (before, options) => purgeVersions(session, before, options),
  };
}
