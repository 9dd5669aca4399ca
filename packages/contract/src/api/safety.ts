/** The kill switch, and what a plugin could have reached. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { administering, Ok, PluginId, PluginParams, Reason, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/** What a plugin had in its hands, counted from what is kept; never what it was. */
export const BlastRadius = Strict({
  plugin: PluginId,
  /** Since when it runs here, over all instances. */
  since: Type.Optional(Time),
  data: Type.Array(
    Strict({
      kind: Type.Enum(["messages", "attachments", "records"]),
      title: Type.String(),
      count: Type.Integer(),
      /** Different patients among them, or recipients where they are about no patient; absent where that is not kept. */
      people: Type.Optional(Type.Integer()),
      first: Type.Optional(Time),
      last: Type.Optional(Time),
    }),
  ),
  /** Different patients of whom the accounting of disclosures says that something went out through it. */
  patients: Type.Integer(),
  hosts: Type.Array(Strict({ host: Type.String(), requests: Type.Integer(), bytesOut: Type.Integer(), lastAt: Time })),
  scopes: Type.Array(Strict({ instance: Type.String(), scope: Type.String(), plain: Type.String() })),
  /** Names of secrets that it holds itself, which have to be changed at the provider. */
  secrets: Type.Array(Strict({ instance: Type.String(), name: Type.String() })),
  /** Links and tokens that were open. */
  tokens: Type.Integer(),
  /** Days of receipts that are kept: hosts before that are not known. */
  receiptDays: Type.Integer(),
});
export type BlastRadius = Static<typeof BlastRadius>;

/** What the kill switch did, with what was kept as evidence. */
export const KillReport = Strict({
  plugin: PluginId,
  at: Time,
  by: Type.String(),
  reason: Type.String(),
  steps: Type.Array(
    Strict({
      id: Type.Enum(["tokens", "egress", "drain", "quarantine", "evidence"]),
      title: Type.String(),
      done: Type.Boolean(),
      detail: Type.String(),
    }),
  ),
  radius: BlastRadius,
  liftedAt: Type.Optional(Time),
  liftedBy: Type.Optional(Type.String()),
});
export type KillReport = Static<typeof KillReport>;

const screen = { screen: "/plugins/{id}/kill" } as const;
const radius = defineOperation({
  id: "getBlastRadius",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/blast-radius",
  tag: "marketplace",
  summary: "Count what a plugin could have reached: data, people, hosts, rights, secrets, since when",
  access: ["administrator", "operator", "auditor"],
  console: screen,
  audit: "intent",
  params: PluginParams,
  responses: { 200: BlastRadius },
});
const kill = defineOperation({
  id: "killPlugin",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/kill",
  tag: "marketplace",
  summary: "Stop a plugin for good: revokes its tokens, cuts its egress, ends its processes, keeps the evidence",
  access: ["administrator", "operator"],
  console: screen,
  audit: "intent",
  stepUp: true,
  params: PluginParams,
  body: Strict({ reason: Reason }),
  responses: { 200: KillReport },
});
const report = defineOperation({
  id: "getKillReport",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/kill",
  tag: "marketplace",
  summary: "Read what the kill switch did, and what the plugin could have reached by then",
  access: ["administrator", "operator", "auditor"],
  console: screen,
  audit: "intent",
  params: PluginParams,
  responses: { 200: KillReport },
});
const lift = defineOperation({
  id: "liftKill",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/kill/lift",
  tag: "marketplace",
  summary: "Let a killed plugin be enabled again; what was revoked stays so",
  access: administering,
  console: screen,
  audit: "intent",
  stepUp: true,
  params: PluginParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Ok },
});

export const safetyOperations = [radius, kill, report, lift] as const;
