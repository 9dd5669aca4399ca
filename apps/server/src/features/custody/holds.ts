import { HilumError, type Context } from "@hilum/contract";
import type { GlassTarget, Hold } from "@hilum/contract/api";
import type { Hold as HoldRow, HoldTarget, Records } from "@hilum/store";
import { createPermit } from "../browser/permissions.ts";
import { titleOfTarget } from "../glass/present-glass.ts";

/** Legal holds: what is under one is not deleted, purged or shredded by anybody. */
export interface HoldsService {
  list(context: Context): Promise<Hold[]>;
  /** Answers how many records it covers. Throws `record.not_found`. */
  set(context: Context, hold: { target: GlassTarget; reason: string; on: boolean }): Promise<number>;
}

type Parts = { records: Pick<Records, "find" | "search" | "holds" | "setHold"> };

export function createHolds({ records }: Parts): HoldsService {
  return {
    async list({ actor }) {
      const permit = createPermit(actor);
      const can = [permit("liftHold", ["administrator"])];
      return await Promise.all((await records.holds()).map(async (row) => await present(row, can)));
    },
    async set(context, { target, reason, on }) {
      const of = toHoldTarget(target);
      if (on && "patient" in of) await requirePatient(of.patient);
      return await records.setHold(of, { on, reason, by: context.actor.id });
    },
  };

  async function present({ target, ...hold }: HoldRow, can: Hold["can"]): Promise<Hold> {
    const of = "patient" in target ? target : { record: { type: target.type, id: target.id } };
    return { ...hold, target: of, title: await titleOfTarget(records, of), can };
  }

  async function requirePatient(patient: string): Promise<void> {
    const own = await records.find("Patient", patient);
    const any = own ?? (await records.search({ groups: [], patient, limit: 1 })).rows[0];
    if (any === undefined) throw new HilumError("record.not_found");
  }
}

function toHoldTarget(target: GlassTarget): HoldTarget {
  return "patient" in target ? { patient: target.patient } : { type: target.record.type, id: target.record.id };
}
