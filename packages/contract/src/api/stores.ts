/** Record stores: the embedded one, and plugins to which its records are carried. Shown on /records/stores. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { administering, CauseClass, InstanceId, operating, Page, PluginId, Reason, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/** Who may see where records are carried to; it shows ids of records and nothing of their content. */
const reading = ["administrator", "operator", "auditor"] as const;

/**
 * `primary`: where records are read and written, the embedded store. `replica`: gets every change as it is. `archive`: gets
 * documents and files once per version, and no deletion takes them away. `none`: is handed nothing.
 */
export const replicationRoles = ["primary", "replica", "archive", "none"] as const;
export const StoreRole = Type.Enum(replicationRoles);
export type StoreRole = Static<typeof StoreRole>;

/**
 * `current`: has everything. `catching_up`: is being handed what it lacks. `waiting`: could not be reached or refused, and is
 * tried again. `stopped`: not running, so nothing is handed over. `idle`: without a role.
 */
export const storeStates = ["current", "catching_up", "waiting", "stopped", "idle"] as const;
export const StoreState = Type.Enum(storeStates);
export type StoreState = Static<typeof StoreState>;

/** Why a store, or one record of it, is behind. */
export const StoreRefusal = Strict({
  /** Code of the error catalogue. */
  code: Type.String(),
  title: Type.String(),
  cause: CauseClass,
  fix: Type.String(),
  /** The provider's own words, without patient data. */
  reply: Type.Optional(Type.String()),
  /** Setting of the plugin where it is mended. */
  field: Type.Optional(Type.String()),
});
export type StoreRefusal = Static<typeof StoreRefusal>;

/** A comparison of ids and versions, record by record. */
export const Reconciliation = Strict({
  state: Type.Enum(["running", "done", "failed"]),
  startedAt: Time,
  startedBy: Type.String(),
  endedAt: Type.Optional(Time),
  /** Whether what differed was handed over again. */
  mend: Type.Boolean(),
  checked: Type.Integer(),
  /** Records that the store did not have. */
  missing: Type.Integer(),
  /** Records of which it had an older version. */
  older: Type.Integer(),
  /** Records that it still had although they are deleted here. */
  deleted: Type.Integer(),
  /** Records that somebody else changed there: their version is none of this Hilum's. */
  foreign: Type.Integer(),
  mended: Type.Integer(),
  refusal: Type.Optional(StoreRefusal),
});
export type Reconciliation = Static<typeof Reconciliation>;

export const ReplicatedStore = Strict({
  /** Absent for the embedded store. */
  plugin: Type.Optional(PluginId),
  instance: Type.Optional(InstanceId),
  title: Type.String(),
  role: StoreRole,
  state: StoreState,
  /** Types that the store takes; absent where it takes all. */
  types: Type.Optional(Type.Array(Type.String())),
  /** Changes that it does not have yet. */
  behind: Strict({
    /** About: changes that were purged since are counted as well. */
    changes: Type.Integer(),
    /** When the first of them was made. */
    since: Type.Optional(Time),
  }),
  /** Changes it took since the role was given. */
  taken: Type.Integer(),
  takenAt: Type.Optional(Time),
  /** Changes that were held back because patient's consent or an agreement does not allow them. */
  withheld: Type.Integer(),
  /** Records that it does not have and that are not tried by themselves any more. */
  faults: Type.Integer(),
  refusal: Type.Optional(Strict({ ...StoreRefusal.properties, since: Time, nextAttemptAt: Time })),
  reconciliation: Type.Optional(Reconciliation),
});
export type ReplicatedStore = Static<typeof ReplicatedStore>;

export const StoreFault = Strict({
  id: Type.String(),
  type: Type.String(),
  record: Type.String(),
  version: Type.Integer(),
  change: Type.Enum(["create", "update", "delete"]),
  at: Time,
  attempts: Type.Integer(),
  lastAttemptAt: Time,
  ...StoreRefusal.properties,
});
export type StoreFault = Static<typeof StoreFault>;

const StoreParams = Strict({ plugin: PluginId, instance: InstanceId });
const FaultParams = Strict({ plugin: PluginId, instance: InstanceId, fault: Type.String({ maxLength: 60 }) });
const screen = { screen: "/records/stores" } as const;

const list = defineOperation({
  id: "listStores",
  method: "GET",
  path: "/api/v1/stores",
  tag: "stores",
  summary: "List the record stores with their role, how far behind they are and what they refused",
  access: reading,
  console: screen,
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(ReplicatedStore) }) },
});
const setRole = defineOperation({
  id: "setStoreRole",
  method: "PUT",
  path: "/api/v1/stores/{plugin}/{instance}/role",
  tag: "stores",
  summary: "Say which records are carried to a store; without a role it is handed nothing",
  access: administering,
  console: screen,
  audit: "intent",
  stepUp: true,
  params: StoreParams,
  body: Strict({
    role: Type.Enum(["replica", "archive", "none"]),
    /** `everything`: what is stored already goes there too. `now`: only what changes from now on. Default `everything`. */
    from: Type.Optional(Type.Enum(["everything", "now"])),
  }),
  responses: { 200: ReplicatedStore },
});
const reconcile = defineOperation({
  id: "reconcileStore",
  method: "POST",
  path: "/api/v1/stores/{plugin}/{instance}/reconcile",
  tag: "stores",
  summary: "Compare a store with this Hilum, record by record, and hand over what it lacks",
  access: operating,
  console: screen,
  audit: "intent",
  params: StoreParams,
  body: Strict({
    /** False: only report. Default true. */
    mend: Type.Optional(Type.Boolean()),
  }),
  responses: { 202: ReplicatedStore },
});
const faults = defineOperation({
  id: "listStoreFaults",
  method: "GET",
  path: "/api/v1/stores/{plugin}/{instance}/faults",
  tag: "stores",
  summary: "List the records that a store refused, each with its cause and mend",
  access: reading,
  console: screen,
  audit: "denials",
  params: StoreParams,
  query: Strict({ ...Page }),
  responses: { 200: Strict({ items: Type.Array(StoreFault), next: Type.Optional(Type.String()) }) },
});
const retry = defineOperation({
  id: "retryStoreFault",
  method: "POST",
  path: "/api/v1/stores/{plugin}/{instance}/faults/{fault}/retry",
  tag: "stores",
  summary: "Hand a record that was refused to the store again, as it is now",
  access: operating,
  console: screen,
  audit: "intent",
  params: FaultParams,
  responses: {
    200: Strict({
      /** Whether the store took it. */
      taken: Type.Boolean(),
      /** The fault as it is now, where it did not. */
      fault: Type.Optional(StoreFault),
    }),
  },
});
const dismiss = defineOperation({
  id: "dismissStoreFault",
  method: "POST",
  path: "/api/v1/stores/{plugin}/{instance}/faults/{fault}/dismiss",
  tag: "stores",
  summary: "Leave a record out of a store for good, with a reason",
  access: administering,
  console: screen,
  audit: "intent",
  params: FaultParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Strict({ ok: Type.Literal(true) }) },
});

export const storeOperations = [list, setRole, reconcile, faults, retry, dismiss] as const;
