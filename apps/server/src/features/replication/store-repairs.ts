import type { Repair, ReplicatedStore } from "@hilum/contract/api";

/** Stores that are behind for a reason, and records that they do not have. */
export function listStoreRepairs(stores: readonly ReplicatedStore[]): Repair[] {
  return stores.flatMap((store): Repair[] => {
    const { plugin, instance, title, role, state, behind, faults, refusal } = store;
    if (plugin === undefined || instance === undefined || role === "none") return [];
    const about = { plugin, instance, link: { label: "Open Record stores", to: "/records/stores" } };
    const repairs: Repair[] = [];
    if (refusal !== undefined)
      repairs.push({
        ...{ ...about, id: `store:${plugin}:${instance}:refused`, severity: "error", since: refusal.since },
        title: `${title} does not take records`,
        why: `${refusal.title}. ${changesSaid(behind.changes)} for it, and none is lost.`,
        fix: refusal.fix,
        cause: refusal.cause,
        ...(refusal.field === undefined ? {} : { mend: "reconfigure" }),
      });
    else if (state === "stopped" && behind.changes > 0)
      repairs.push({
        ...{ ...about, id: `store:${plugin}:${instance}:stopped`, severity: "warning" },
        since: behind.since ?? new Date(0).toISOString(),
        title: `${title} does not run, and records are carried to it`,
        why: `${changesSaid(behind.changes)} for it, and none is lost.`,
        fix: "Enable the plugin again, or take its role away.",
      });
    if (faults > 0)
      repairs.push({
        ...{ ...about, id: `store:${plugin}:${instance}:faults`, severity: "warning" },
        since: store.takenAt ?? new Date(0).toISOString(),
        title: faults === 1 ? `${title} refused one record` : `${title} refused ${faults} records`,
        why: "They are here, and the store does not have them as they are.",
        fix: "Read the cause beside each, mend it and hand the record over again, or leave it out with a reason.",
      });
    return repairs;
  });
}

const changesSaid = (changes: number): string =>
  changes === 1 ? "One change waits" : `${changes.toLocaleString("en")} changes wait`;
