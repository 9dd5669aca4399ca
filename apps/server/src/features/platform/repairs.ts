import type { Repair } from "@hilum/contract/api";

/** One part of the platform that knows of open problems. Fails alone: its failure is itself a problem of the list. */
export type RepairSource = { part: string; list(): Promise<Repair[]> };

const order = { critical: 0, error: 1, warning: 2, info: 3 } as const;

/** Every open problem, the worst and the oldest first. Derived at each call from the state it speaks of, so none can go stale. */
export async function listRepairs(sources: readonly RepairSource[], now: Date): Promise<Repair[]> {
  const lists = await Promise.all(sources.map((source) => source.list().catch(() => [unreadable(source.part, now)])));
  return lists.flat().toSorted((a, b) => order[a.severity] - order[b.severity] || a.since.localeCompare(b.since));
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
