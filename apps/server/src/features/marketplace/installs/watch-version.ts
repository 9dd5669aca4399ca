import type { InstanceStatus } from "@hilum/host";
import type { InstanceKey, InstanceRow, Store } from "@hilum/store";
import { didNotStart } from "../../plugins/lifecycle.ts";
import type { JobEntry } from "./job.ts";
import type { Verdict } from "./run-jobs.ts";

/** From so many calls on, so large a share of them may fail beyond what failed before the switch. */
const budgets = [
  { callsMin: 20, failedShareMax: 0.2 },
  // A provider that fails five times in a row is left alone, so that there may never be more.
  { callsMin: 6, failedShareMax: 0.5 },
] as const;
const dayMs = 86_400_000;
const minuteMs = 60_000;

type Counted = { total: number; failed: number };
type Parts = {
  store: Pick<Store, "plugins" | "instances" | "health">;
  status(key: InstanceKey): InstanceStatus | undefined;
};

/** A version does not hold where it was stopped, where its smoke tests fail since, or where too many calls do. */
export function createWatch({ store, status }: Parts): (job: JobEntry) => Promise<Verdict> {
  /** By this process's own count of the life that runs, and by what every process wrote down of whole minutes. */
  async function callsSince(key: InstanceKey, since: string): Promise<Counted[]> {
    const running = status(key);
    const own = (running?.startedAt?.toISOString() ?? "") >= since ? running?.calls : undefined;
    const whole = new Date(Math.ceil(Date.parse(since) / minuteMs) * minuteMs).toISOString();
    const [kept] = await store.health.calls(whole, key);
    return [own ?? none, kept === undefined ? none : { total: kept.calls, failed: kept.failed }];
  }

  /** What failed on the day before: a provider that was away then is not the new version's fault. */
  async function shareBefore(key: InstanceKey, since: string): Promise<number> {
    const from = new Date(Date.parse(since) - dayMs).toISOString();
    const whole = new Date(Math.floor(Date.parse(since) / minuteMs) * minuteMs).toISOString();
    const [[all], [after]] = await Promise.all([store.health.calls(from, key), store.health.calls(whole, key)]);
    const calls = (all?.calls ?? 0) - (after?.calls ?? 0);
    return calls < budgets[0].callsMin ? 0 : ((all?.failed ?? 0) - (after?.failed ?? 0)) / calls;
  }

  async function judgeInstance(row: InstanceRow, since: string): Promise<Verdict> {
    const { plugin, instance, state, health, lastSmokeRunAt, problem } = row;
    const key = { plugin, instance };
    // It was stopped by a person or its publisher: that is no fault of the version, and the one before it was not asked for.
    if (problem !== undefined && stopped.has(problem.code)) return fine;
    if (state === "quarantined")
      return bad(problem?.code ?? "plugin.quarantined", problem?.why ?? "It fails again and again.");
    if (state !== "enabled") return fine;
    if (problem !== undefined && problem.since > since && problem.title === didNotStart)
      return bad(problem.code, problem.why);
    if (health === "failing" && (lastSmokeRunAt ?? "") > since)
      return bad("install.smoke", "Its smoke tests fail since the switch.");
    const before = await shareBefore(key, since);
    const over = (await callsSince(key, since)).find(({ total, failed }) =>
      budgets.some(({ callsMin, failedShareMax }) => total >= callsMin && failed / total > failedShareMax + before),
    );
    if (over === undefined) return fine;
    return bad("plugin.failed", `${over.failed} of ${over.total} calls failed since the switch.`);
  }

  return async ({ subject, document }) => {
    if ((await store.plugins.find(subject))?.package !== document.digest) return { fine: true, replaced: true };
    for (const row of await store.instances.list(subject)) {
      const verdict = await judgeInstance(row, document.switchedAt ?? "");
      if (!verdict.fine) return verdict;
    }
    return fine;
  };
}

const stopped: ReadonlySet<string> = new Set(["plugin.cut_off", "package.revoked"]);
const none: Counted = { total: 0, failed: 0 };
const fine: Verdict = { fine: true };
const bad = (code: string, why: string): Verdict => ({ fine: false, code, why });
