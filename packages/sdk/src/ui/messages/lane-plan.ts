import type { TimelineEntry } from "@hilum/contract/api";
import type { Lane } from "./lane-row.tsx";

/** One event of a message's way. A page of a plugin knows less of it than the console. */
export interface TimelineStep extends Omit<TimelineEntry, "kind"> {
  kind: string;
}

export interface PlannedRow {
  entry: TimelineStep;
  lane: Lane;
  up: Lane[];
  down: Lane[];
  branch: Lane | undefined;
}

const providerKinds: ReadonlySet<string> = new Set(["attempt", "sent", "delivered", "refused", "failed"]);
const takenKinds: ReadonlySet<string> = new Set(["sent", "delivered"]);

/**
 * Puts each event on a lane: Hilum's own decisions on lane 0, what a provider did on lane 2 where it took the message
 * and on lane 1 where it did not. A provider's lane branches off where Hilum decided, and ends with its last event.
 */
export function planLanes(timeline: readonly TimelineStep[]): PlannedRow[] {
  const lanes = timeline.map((entry, at) => laneOf(timeline, entry, at));
  const firstOwn = lanes.indexOf(0);
  const lastOwn = lanes.lastIndexOf(0);
  return timeline.map((entry, at) => {
    const lane = lanes[at] ?? 0;
    const before = lanes[at - 1];
    const after = lanes[at + 1];
    const up: Lane[] = at > firstOwn && at <= lastOwn ? [0] : [];
    const down: Lane[] = at >= firstOwn && at < lastOwn ? [0] : [];
    if (lane !== 0 && before !== undefined) up.push(lane);
    if (lane !== 0 && after === lane && sameAttempt(entry, timeline[at + 1])) down.push(lane);
    return { entry, lane, up, down, branch: lane === 0 && after !== undefined && after !== 0 ? after : undefined };
  });
}

function laneOf(timeline: readonly TimelineStep[], entry: TimelineStep, at: number): Lane {
  if (!providerKinds.has(entry.kind)) return 0;
  const taken = timeline.some(
    (other, place) => takenKinds.has(other.kind) && (sameAttempt(entry, other) || place === at),
  );
  return taken ? 2 : 1;
}

function sameAttempt(entry: TimelineStep, other: TimelineStep | undefined): boolean {
  return (
    other !== undefined &&
    entry.attempt === other.attempt &&
    entry.plugin === other.plugin &&
    entry.instance === other.instance
  );
}
