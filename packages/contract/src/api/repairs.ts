/** Open problems of the whole system, and those that somebody put off. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { everyone, operating, Reason, Repair, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/** A problem that is not shown as open until a day. It comes back earlier when it gets worse. */
export const SnoozedRepair = Strict({
  ...Repair.properties,
  snoozed: Strict({ until: Time, reason: Type.String(), at: Time, by: Type.String() }),
});
export type SnoozedRepair = Static<typeof SnoozedRepair>;
export const Repairs = Strict({ open: Type.Array(Repair), snoozed: Type.Array(SnoozedRepair) });
export type Repairs = Static<typeof Repairs>;

const RepairParams = Strict({ repair: Type.String({ minLength: 1, maxLength: 200 }) });
const common = { tag: "repairs", console: { screen: "/repairs" }, responses: { 200: Repairs } } as const;

const list = defineOperation({
  ...common,
  id: "listRepairs",
  method: "GET",
  path: "/api/v1/repairs",
  summary: "List the open problems, worst first, and those that were put off",
  access: everyone,
  audit: "denials",
});
const snooze = defineOperation({
  ...common,
  id: "snoozeRepair",
  method: "PUT",
  path: "/api/v1/repairs/{repair}/snooze",
  summary: "Put a problem off until a day, with a reason",
  access: operating,
  audit: "intent",
  params: RepairParams,
  body: Strict({ until: Time, reason: Reason }),
});
const unsnooze = defineOperation({
  ...common,
  id: "unsnoozeRepair",
  method: "DELETE",
  path: "/api/v1/repairs/{repair}/snooze",
  summary: "Show a problem again that was put off",
  access: operating,
  audit: "intent",
  params: RepairParams,
});

export const repairOperations = [list, snooze, unsnooze] as const;
