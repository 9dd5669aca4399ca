import { HilumError, storageBrowserOf, type Context, type Manifest } from "@hilum/contract";
import type { ReplicatedStore, StoreFault } from "@hilum/contract/api";
import type {
  InstanceKey,
  InstanceRow,
  Page,
  PageRequest,
  RecordRow,
  Records,
  RecordStoreRow,
  Store,
} from "@hilum/store";
import type { RequestOf } from "../../http/request.ts";
import { manifestOf } from "../plugins/load-instance.ts";
import { carriedTypes, requireCarried } from "../records/carried-types.ts";
import { presentEmbedded, presentFault, presentStore } from "./present-store.ts";
import { demandOnlyPrimary } from "./primary/primary-role.ts";
import type { Rehearse } from "./primary/rehearse.ts";
import type { Settler } from "./primary/settler.ts";
import { beginReconciliation, isRunning, reconcile, type ReconcileParts } from "./reconcile.ts";
import { createReplicator, type Replicator, type ReplicatorParts } from "./replicator.ts";

export interface ReplicationParts
  extends Omit<ReplicatorParts, "stores" | "typesOf" | "records">, Pick<ReconcileParts, "lookUp" | "takeIn"> {
  store: Pick<Store, "plugins" | "instances" | "recordStores" | "leases">;
  records: Pick<Records, "changes" | "findMany" | "history">;
  /** Names this process; one process at a time carries records. */
  owner: string;
  rehearse: Rehearse;
  /** Makes what ends the writes that are left, as long as this process has the lease. */
  settling(holds: () => boolean): Settler;
}

/** Carries records to the stores that have a role. */
export interface ReplicationService {
  list(): Promise<ReplicatedStore[]>;
  setRole(context: Context, key: InstanceKey, role: SetRole): Promise<ReplicatedStore>;
  reconcile(context: Context, key: InstanceKey, options: { mend?: boolean | undefined }): Promise<ReplicatedStore>;
  faults(key: InstanceKey, page: PageRequest): Promise<Page<StoreFault>>;
  retry(key: InstanceKey, fault: string): Promise<{ taken: boolean; fault?: StoreFault }>;
  dismiss(key: InstanceKey, fault: string): Promise<void>;
  /** Somebody wrote records. */
  wake(): void;
  /** An instance runs: what waits for it is tried. */
  onInstanceRunning(key: InstanceKey): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

type SetRole = RequestOf<"setStoreRole">["body"];

const leaseName = "replication";
const leaseMs = 30_000;

export function createReplicationService(parts: ReplicationParts): ReplicationService {
  const { store, records, owner, standing, handOver, guard, judge, nextId, now } = parts;
  const stores = store.recordStores;
  const replicators = new Map<string, Replicator>();
  const comparing = new Map<string, Promise<void>>();
  let closing = false;
  let holds = false;
  let upkeep: NodeJS.Timeout | undefined;
  const settler = parts.settling(() => holds && !closing);
  const typesOf = async (key: InstanceKey): Promise<readonly string[] | undefined> =>
    typesKept((await loadStore(key)).manifest);

  async function loadStore(key: InstanceKey): Promise<{ manifest: Manifest; instance: InstanceRow }> {
    const [plugin, instance] = await Promise.all([store.plugins.find(key.plugin), store.instances.find(key)]);
    const manifest = plugin === undefined ? undefined : manifestOf(plugin);
    if (instance === undefined || manifest?.capabilities.includes("store_records") !== true)
      throw new HilumError("instance.not_found", { detail: "There is no such store of records." });
    return { manifest, instance };
  }

  async function present(key: InstanceKey): Promise<ReplicatedStore> {
    const [{ manifest, instance }, row, counts, head, waiting] = await Promise.all([
      loadStore(key),
      stores.find(key),
      stores.countFaults(),
      headOf(records),
      settler.waiting(),
    ]);
    return await view(key, { manifest, instance, row, head, ...countsOf(key, counts, waiting) });
  }

  async function view(
    key: InstanceKey,
    known: { manifest: Manifest; instance: InstanceRow; row: RecordStoreRow | undefined; head: number } & Counts,
  ): Promise<ReplicatedStore> {
    const { manifest, instance, row, faults, unsettled, head } = known;
    const types = typesKept(manifest);
    const changes = row === undefined ? 0 : Math.max(0, head - row.cursor);
    const [first] = row === undefined || changes === 0 ? [] : await records.changes(row.cursor, 1);
    const nextAttemptAt = replicators.get(nameOf(key))?.nextAttemptAt();
    return presentStore(
      {
        ...{ plugin: key.plugin, instance: key.instance, title: titleOf(manifest, instance), faults, unsettled },
        running: standing(key) !== "stopped",
        behind: first === undefined ? { changes: 0 } : { changes, since: first.at },
        ...(types === undefined ? {} : { types }),
        ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      },
      row,
    );
  }

  async function requireRole(key: InstanceKey): Promise<RecordStoreRow> {
    await loadStore(key);
    const row = await stores.find(key);
    if (row !== undefined) return row;
    throw new HilumError("instance.wrong_state", { detail: "Nothing is carried to this store. Give it a role first." });
  }

  async function demandPrimary(key: InstanceKey): Promise<void> {
    demandOnlyPrimary(await stores.list(), key);
    if (standing(key) !== undefined) throw new HilumError("plugin.not_running");
    await parts.rehearse(key);
  }

  /** Begins and ends what carries, as the rows say and as long as this process has the lease. */
  async function align(): Promise<void> {
    if (closing || !holds) return;
    const rows = await stores.list();
    const wanted = new Map(rows.map((row) => [nameOf(row), row]));
    for (const [name, replicator] of replicators)
      if (!wanted.has(name)) {
        replicators.delete(name);
        await replicator.close();
      }
    for (const [name, row] of wanted) {
      const key = { plugin: row.plugin, instance: row.instance };
      if (!replicators.has(name)) replicators.set(name, createReplicator(key, { ...parts, stores, typesOf }));
      if (isRunning(row)) compare(key);
    }
  }

  function compare(key: InstanceKey): void {
    const name = nameOf(key);
    if (comparing.has(name) || closing || !holds) return;
    const work = reconcile(key, { ...parts, stores, typesOf }, () => closing || !holds)
      .catch(() => undefined)
      .finally(() => comparing.delete(name));
    comparing.set(name, work);
  }

  async function keepLease(): Promise<void> {
    const lease = await store.leases.acquire(leaseName, owner, leaseMs);
    holds = lease?.holder === owner;
    if (holds) return await align();
    await Promise.all([...replicators.values()].map((replicator) => replicator.close()));
    replicators.clear();
  }

  return {
    async list() {
      const [plugins, instances, rows, counts, head, waiting] = await Promise.all([
        store.plugins.list(),
        store.instances.list(),
        stores.list(),
        stores.countFaults(),
        headOf(records),
        settler.waiting(),
      ]);
      const keeping = new Map(
        plugins
          .map((plugin) => ({ id: plugin.id, manifest: manifestOf(plugin) }))
          .filter(({ manifest }) => manifest.capabilities.includes("store_records"))
          .map(({ id, manifest }) => [id, manifest]),
      );
      const others = instances.flatMap((instance) => {
        const manifest = keeping.get(instance.plugin);
        return manifest === undefined ? [] : [{ manifest, instance }];
      });
      const shown = others.map(({ manifest, instance }) => {
        const key = { plugin: instance.plugin, instance: instance.instance };
        const row = rows.find((one) => nameOf(one) === nameOf(key));
        return view(key, { manifest, instance, row, head, ...countsOf(key, counts, waiting) });
      });
      return [presentEmbedded(rows, carriedTypes), ...(await Promise.all(shown))];
    },
    async setRole(context, key, { role, from = "everything", primaryOf }) {
      const { manifest } = await loadStore(key);
      if (role === "none") await stores.remove(key);
      else {
        const types = demandTypes(manifest, role, primaryOf);
        demandSettled((await settler.waiting()).get(nameOf(key)) ?? 0);
        if (role === "primary") await demandPrimary(key);
        const cursor = from === "now" ? await headOf(records) : 0;
        await stores.setRole(key, role, {
          ...{ cursor, at: context.now().toISOString(), by: context.actor.id },
          ...(types === undefined ? {} : { primaryOf: types }),
        });
      }
      const running = replicators.get(nameOf(key));
      replicators.delete(nameOf(key));
      await running?.close();
      await align();
      return await present(key);
    },
    async reconcile(context, key, { mend = true }) {
      const row = await requireRole(key);
      if (standing(key) !== undefined) throw new HilumError("plugin.not_running");
      if (!isRunning(row))
        await stores.setReconciliation(key, beginReconciliation(context.now(), context.actor.id, mend));
      compare(key);
      return await present(key);
    },
    async faults(key, page) {
      await loadStore(key);
      const { items, next } = await stores.faults(key, page);
      return { items: items.map(presentFault), ...(next === undefined ? {} : { next }) };
    },
    async retry(key, id) {
      const fault = await stores.fault(key, id);
      if (fault === undefined) throw new HilumError("fault.not_found");
      const refs = [{ type: fault.type, id: fault.record }];
      // It was purged, or destroyed with its patient's key: the store should not have it either.
      const [row = gone(fault)] = await records.findMany(refs);
      const [decision] = await guard.mayCarry(key, [row]);
      if (decision?.allow !== true) throw new HilumError("consent.denied");
      try {
        await handOver(key, row);
      } catch (error) {
        const { refusal } = judge(error);
        const { fix: _fix, reply: _reply, field: _field, ...rest } = fault;
        const again = {
          ...{ ...rest, id: nextId(), version: row.version, attempts: fault.attempts + 1 },
          ...{ lastAttemptAt: now().toISOString(), ...refusal },
        };
        await stores.putFault(again);
        return { taken: false, fault: presentFault(again) };
      }
      await guard.carried(key, [row]);
      await stores.removeFault(key, id);
      return { taken: true };
    },
    async dismiss(key, id) {
      if (!(await stores.removeFault(key, id))) throw new HilumError("fault.not_found");
    },
    wake() {
      for (const replicator of replicators.values()) replicator.wake();
    },
    onInstanceRunning(key) {
      replicators.get(nameOf(key))?.tryAgain();
      settler.wake();
    },
    async start() {
      await keepLease();
      upkeep = setInterval(() => void keepLease().catch(() => (holds = false)), leaseMs / 3).unref();
    },
    async close() {
      closing = true;
      clearInterval(upkeep);
      await settler.close();
      await Promise.all([...replicators.values()].map((replicator) => replicator.close()));
      await Promise.all(comparing.values());
      if (holds) await store.leases.release(leaseName, owner);
    },
  };
}

/** The newest change. */
async function headOf({ history }: Pick<Records, "history">): Promise<number> {
  return (await history({ limit: 1 })).rows[0]?.seq ?? 0;
}

const nameOf = ({ plugin, instance }: InstanceKey): string => `${plugin}/${instance}`;

const typesKept = (manifest: Manifest): readonly string[] | undefined => storageBrowserOf(manifest)?.types;

const titleOf = ({ name }: Manifest, { instance, title }: InstanceRow): string =>
  instance === "default" ? name : `${name}: ${title}`;

interface Counts {
  faults: number;
  unsettled: number;
}

const countsOf = (
  key: InstanceKey,
  faults: ReadonlyMap<string, number>,
  waiting: ReadonlyMap<string, number>,
): Counts => ({ faults: faults.get(nameOf(key)) ?? 0, unsettled: waiting.get(nameOf(key)) ?? 0 });

/**
 * A replica is the whole of what is here: half a copy would be taken for one. A primary store must take back what it took, and one that
 * takes some types alone is made to keep what it has. Answers the types of a primary store, undefined for all.
 */
function demandTypes(
  manifest: Manifest,
  role: "primary" | "replica" | "archive",
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (role !== "archive" && typesKept(manifest) !== undefined)
    throw new HilumError("instance.wrong_state", {
      detail: "This store takes some types of records only, so it can be an archive, and neither replica nor primary.",
    });
  return role === "primary" ? wanted?.map(requireCarried) : undefined;
}

/** What is on its way into a primary store is known by its role. */
function demandSettled(waiting: number): void {
  if (waiting === 0) return;
  throw new HilumError("instance.wrong_state", {
    detail: `It is not known yet what became of ${waiting} writes there. Wait until the store answers, or take its role away: then what is here is what holds.`,
  });
}

const gone = ({
  type,
  record,
  version,
  at,
}: {
  type: string;
  record: string;
  version: number;
  at: string;
}): RecordRow => ({
  ...{ type, id: record, version, at, by: "system:replication", patients: [], hold: false, seq: 0 },
});
