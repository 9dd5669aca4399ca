import { HilumError, type Context } from "@hilum/contract";
import type { Repair, Repairs } from "@hilum/contract/api";
import type { SnoozeRow, Snoozes } from "@hilum/store";

/** One part of the platform that knows of open problems. Fails alone: its failure is itself a problem of the list. */
export type RepairSource = { part: string; list(): Promise<Repair[]> };

export interface RepairsService {
  /** What is open, the worst and the oldest first, without what was put off. */
  open(now: Date): Promise<Repair[]>;
  list(now: Date): Promise<Repairs>;
  /** Throws `repair.not_found`, `repair.critical`, and `request.invalid` for a day that is past or too far away. */
  snooze(context: Context, repair: string, until: string, reason: string): Promise<void>;
  unsnooze(repair: string): Promise<void>;
}

const order = { critical: 0, error: 1, warning: 2, info: 3 } as const;
const snoozeDaysMax = 366;

export function createRepairsService({
  sources,
  snoozes,
}: {
  sources: readonly RepairSource[];
  snoozes: Snoozes;
}): RepairsService {
  async function list(now: Date): Promise<Repairs> {
    const [all, rows] = await Promise.all([listRepairs(sources, now), snoozes.list().catch(() => [])]);
    const open: Repair[] = [];
    const snoozed: Repairs["snoozed"] = [];
    for (const repair of all) {
      const row = rows.find((candidate) => candidate.repair === repair.id && holds(candidate, repair, now));
      if (row === undefined) open.push(repair);
      else snoozed.push({ ...repair, snoozed: { until: row.until, reason: row.reason, at: row.at, by: row.by } });
    }
    return { open, snoozed };
  }

  return {
    list,
    open: async (now) => (await list(now)).open,
    async snooze(context, id, until, reason) {
      const now = context.now();
      const days = (Date.parse(until) - now.getTime()) / 86_400_000;
      if (!(days > 0 && days <= snoozeDaysMax))
        throw new HilumError("request.invalid", {
          problems: [{ pointer: "/until", message: "is not a time within the next year", fix: "Choose another day." }],
        });
      const repair = (await listRepairs(sources, now)).find((candidate) => candidate.id === id);
      if (repair === undefined) throw new HilumError("repair.not_found");
      if (repair.severity === "critical") throw new HilumError("repair.critical");
      await snoozes.set({
        ...{ repair: id, severity: repair.severity, reason, by: context.actor.id },
        until: new Date(until).toISOString(),
        at: now.toISOString(),
      });
    },
    async unsnooze(repair) {
      if (!(await snoozes.remove(repair))) throw new HilumError("repair.not_found");
    },
  };
}

/** A problem comes back when its day has come, or when it is worse than what was put off. */
function holds({ until, severity }: SnoozeRow, repair: Repair, now: Date): boolean {
  const then = order[severity as Repair["severity"]] ?? order.info;
  return until > now.toISOString() && order[repair.severity] >= then && repair.severity !== "critical";
}

/** Every open problem. Derived at each call from the state it speaks of, so none can go stale. */
async function listRepairs(sources: readonly RepairSource[], now: Date): Promise<Repair[]> {
  const lists = await Promise.all(sources.map((source) => source.list().catch(() => [unreadable(source.part, now)])));
  return lists
    .flat()
    .map((repair) => ({ ...repair, id: repair.id.replaceAll("/", ":") }))
    .toSorted((a, b) => order[a.severity] - order[b.severity] || a.since.localeCompare(b.since));
}

function unreadable(part: string, now: Date): Repair {
  return {
    id: `unreadable:${part}`,
    severity: "error",
    title: `The state of ${part} cannot be read`,
    why: "The database did not answer.",
    fix: "Hilum keeps trying; look at the server's log if this stays.",
    since: now.toISOString(),
    link: { label: "Open settings", to: "/settings" },
  };
}
