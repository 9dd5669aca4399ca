import { sql } from "kysely";
import { HilumError } from "@hilum/contract/errors";
import type { Hold, HoldTarget, Records } from "../../ports/records.ts";
import { openJson, sealJson, type Session } from "../../session.ts";
import { blindPatient, hex } from "./compartments.ts";
import { lock, statementOf } from "./sql.ts";

/** Of a version `v`: its record, or a patient that it is about, is under a hold. */
export const held = sql`(EXISTS (SELECT 1 FROM record_holds h WHERE h.record = v.record)
  OR EXISTS (SELECT 1 FROM record_key_patients p JOIN record_holds h ON h.patient = p.patient WHERE p.key = v.key))`;
export const notHeld = sql`NOT ${held}`;

export function createHolds(session: Session): Pick<Records, "setHold" | "holds"> {
  return {
    setHold: async (wanted, { on, reason, by }) => {
      // What else the caller's object holds is not kept.
      const target: HoldTarget =
        "patient" in wanted ? { patient: wanted.patient } : { type: wanted.type, id: wanted.id };
      const name = blindTarget(session, target);
      if (!("patient" in target) && !(await isThere(session, target))) throw new HilumError("record.not_found");
      const hold: Hold = { target, reason, by, at: session.now() };
      await session.commit([
        ...lock(session.dialect, "alone"),
        on ? insertHold(session, name, hold) : removeHold(session, name),
      ]);
      return "patient" in target ? countAbout(session, target.patient) : 1;
    },
    holds: async () => {
      const { sql: db } = session;
      const rows = await session.scan(
        db.selectFrom("recordHolds").select(["target", "sealedHold"]).orderBy("at", "desc"),
      );
      return rows.map(({ target, sealedHold }) => openJson<Hold>(session, holdPlace(target), sealedHold));
    },
  };
}

function insertHold(session: Session, name: Uint8Array, hold: Hold) {
  const { target, at } = hold;
  const sealed = sealJson(holdPlace(name), hold);
  const patient = "patient" in target ? blindPatient(session, target.patient) : null;
  const record =
    "patient" in target
      ? sql`NULL`
      : sql`(SELECT record FROM records WHERE type = ${target.type} AND id = ${target.id})`;
  const insert = sql`INSERT INTO record_holds (target, record, patient, at, sealed_hold)
    VALUES (${name}, ${record}, ${patient}, ${at}, ${sealed})
    ON CONFLICT (target) DO UPDATE SET at = excluded.at, sealed_hold = excluded.sealed_hold`;
  return statementOf(session.dialect, insert, 1);
}

function removeHold({ dialect }: Session, name: Uint8Array) {
  return statementOf(dialect, sql`DELETE FROM record_holds WHERE target = ${name}`);
}

async function isThere({ sql: db, ...session }: Session, target: { type: string; id: string }): Promise<boolean> {
  const query = db.selectFrom("records").select("record").where("type", "=", target.type).where("id", "=", target.id);
  return (await session.first(query)) !== undefined;
}

/** Records that have a version about the patient. */
async function countAbout(session: Session, patient: string): Promise<number> {
  const count = sql`SELECT count(DISTINCT v.record) AS records FROM record_key_patients p
    JOIN record_versions v ON v.key = p.key WHERE p.patient = ${blindPatient(session, patient)}`;
  const [row] = await session.rows(statementOf(session.dialect, count));
  return Number(row?.["records"] ?? 0);
}

function blindTarget({ keyring }: Session, target: HoldTarget): Uint8Array {
  const name = "patient" in target ? ["patient", target.patient] : ["record", target.type, target.id];
  return keyring.blind("record_holds.target", JSON.stringify(name));
}

function holdPlace(name: Uint8Array) {
  return { table: "record_holds", id: hex(name), field: "hold", version: 1 };
}
