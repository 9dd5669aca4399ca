import type { TimelineEntry } from "@hilum/contract/api";
import type { LaneTone } from "./lane-row.tsx";

/** One event of a message's way. A page of a plugin knows less of it than the console. */
export interface TimelineStep extends Omit<TimelineEntry, "kind"> {
  kind: string;
}

/** One provider of a message's way, in the order of their appearance. */
export interface PlannedProvider {
  lane: number;
  plugin: string;
  instance: string | undefined;
  tone: LaneTone;
  /** `undefined` where there was one provider alone. */
  role: "first" | "backup" | undefined;
}

export interface PlannedRow {
  entry: TimelineStep;
  /** 0: Hilum; 1 and up: the providers. */
  lane: number;
  tone: LaneTone;
  up: { lane: number; tone: LaneTone }[];
  down: { lane: number; tone: LaneTone }[];
  /** The provider's lane that branches off here, where Hilum decided. */
  branch: { lane: number; tone: LaneTone } | undefined;
}

export interface LanePlan {
  providers: PlannedProvider[];
  rows: PlannedRow[];
}

/** What a provider did. That it was asked is Hilum's decision, and stands on Hilum's lane. */
const providerKinds: ReadonlySet<string> = new Set(["sent", "delivered", "refused", "failed", "uncertain"]);
const tones: Readonly<Record<string, LaneTone>> = { refused: "bad", failed: "bad", uncertain: "warn" };

/**
 * Puts each event on a lane: Hilum's decisions on lane 0, what a provider did on the lane of that provider. A provider's
 * lane branches off where Hilum decided, and ends with its last event.
 */
export function planLanes(timeline: readonly TimelineStep[]): LanePlan {
  const entries = withoutRepeats(timeline);
  const lanes = new Map<string, number>();
  let current = 0;
  const placed = entries.map((entry) => {
    if (!providerKinds.has(entry.kind)) return { entry, lane: 0 };
    const key = keyOf(entry);
    if (key !== undefined && !lanes.has(key)) lanes.set(key, lanes.size + 1);
    current = (key === undefined ? undefined : lanes.get(key)) ?? Math.max(1, current);
    return { entry, lane: current };
  });
  const toneAt = (at: number): LaneTone => tones[placed[at]?.entry.kind ?? "sent"] ?? "ok";
  const firstOwn = placed.findIndex(({ lane }) => lane === 0);
  const lastOwn = placed.findLastIndex(({ lane }) => lane === 0);
  const rows = placed.map(({ entry, lane }, at): PlannedRow => {
    const next = placed[at + 1];
    const tone = lane === 0 ? "none" : toneAt(at);
    const own = { lane: 0, tone: "none" } as const;
    const up: PlannedRow["up"] = at > firstOwn && at <= lastOwn ? [own] : [];
    const down: PlannedRow["down"] = at >= firstOwn && at < lastOwn ? [own] : [];
    if (lane !== 0 && at > 0) up.push({ lane, tone });
    if (lane !== 0 && next?.lane === lane) down.push({ lane, tone: toneAt(at + 1) });
    const branches = lane === 0 && next !== undefined && next.lane !== 0;
    return { entry, lane, tone, up, down, branch: branches ? { lane: next.lane, tone: toneAt(at + 1) } : undefined };
  });
  return { providers: describeProviders(entries, lanes, rows), rows };
}

/** That a message is handed to the provider it was just failed over to is one event, not two. */
function withoutRepeats(timeline: readonly TimelineStep[]): TimelineStep[] {
  return timeline.filter((entry, at) => {
    const before = timeline[at - 1];
    return !(entry.kind === "attempt" && before?.kind === "failed_over" && keyOf(before) === keyOf(entry));
  });
}

function describeProviders(
  entries: readonly TimelineStep[],
  lanes: ReadonlyMap<string, number>,
  rows: readonly PlannedRow[],
): PlannedProvider[] {
  const backups = new Set(entries.filter(({ kind }) => kind === "failed_over").map(keyOf));
  return [...lanes].map(([key, lane]): PlannedProvider => {
    const [plugin = "", instance] = key.split(" ");
    const role = backups.has(key) ? "backup" : "first";
    return {
      lane,
      plugin,
      instance,
      tone: rows.findLast((row) => row.lane === lane)?.tone ?? "none",
      role: backups.size === 0 ? undefined : role,
    };
  });
}

const keyOf = ({ plugin, instance }: TimelineStep): string | undefined =>
  plugin === undefined ? undefined : `${plugin}${instance === undefined ? "" : ` ${instance}`}`;
