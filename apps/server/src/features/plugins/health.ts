import type { Context, Log, WireErrorData } from "@hilum/contract";
import { callBuckets, type InstanceKey, type InstanceRow, type Store } from "@hilum/store";
import type { Health } from "@hilum/contract/api";
import type { CallContext } from "@hilum/host";
import { loadInstance } from "./load-instance.ts";
import type { InstanceRunner } from "./runner.ts";
import { describeFailure, type SmokeService } from "./smoke.ts";

const dayMs = 86_400_000;
const daysShown = 90;
/** How often the schedules are looked at, and how long the right to do so is held. */
const tickMs = 5_000;
const leaseMs = 20_000;

export interface HealthService {
  read(context: Context, key: InstanceKey): Promise<Health>;
  /** Asks the plugin now and keeps what it says. */
  check(context: CallContext, key: InstanceKey): Promise<void>;
  schedule(context: Context, key: InstanceKey, everyMinutes: number): Promise<void>;
  /** Runs health checks and smoke tests when they are due, in one process of a deployment. */
  start(): void;
  close(): Promise<void>;
}

type Parts = {
  store: Store;
  runner: InstanceRunner;
  smoke: SmokeService;
  failureData(error: unknown): WireErrorData | undefined;
  owner: string;
  log: Log;
  now?: () => Date;
};

const scheduler: CallContext = { actor: { id: "system:scheduler" }, purpose: "HSYSADMIN" };

export function createHealthService({
  store,
  runner,
  smoke,
  failureData,
  owner,
  log,
  now = () => new Date(),
}: Parts): HealthService {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const checkedAt = new Map<string, number>();

  async function check(context: CallContext, key: InstanceKey): Promise<void> {
    const answer = await runner.check(context, key, "health.check", {}).catch((error: unknown) => ({
      state: "failing" as const,
      rows: [{ ...describeFailure(error, failureData(error)), title: "The plugin answers" }],
    }));
    // A failed smoke test speaks of the provider; a process that answers does not take that back.
    const last = await store.smoke.last(key);
    const state = answer.state === "healthy" && last?.status === "failed" ? "failing" : answer.state;
    await store.health.record({
      plugin: key.plugin,
      instance: key.instance,
      state,
      checkedAt: now().toISOString(),
      checks: answer.rows,
    });
  }

  async function tick(): Promise<void> {
    if ((await store.leases.acquire("schedules", owner, leaseMs)) === undefined) return;
    for (const row of await store.instances.smokeDue(now().toISOString())) await runDue(row);
    for (const row of await store.instances.list()) if (row.state === "enabled") await checkDue(row);
  }

  async function runDue(row: InstanceRow): Promise<void> {
    const key = { plugin: row.plugin, instance: row.instance };
    // First, so that a test that kills the process is not run again at once by the next one.
    await store.instances.change(key, {
      nextSmokeAt: new Date(now().getTime() + row.smokeEveryMinutes * 60_000).toISOString(),
    });
    await smoke.run({ ...scheduler, now }, key, { trigger: "schedule" });
  }

  async function checkDue({ plugin, instance }: InstanceRow): Promise<void> {
    const key = { plugin, instance };
    const { manifest } = await loadInstance(store, key);
    const everyMs = (manifest.health?.intervalSeconds ?? 60) * 1000;
    const name = `${plugin}/${instance}`;
    if (now().getTime() - (checkedAt.get(name) ?? 0) < everyMs || runner.status(key)?.state !== "running") return;
    checkedAt.set(name, now().getTime());
    await check(scheduler, key);
  }

  return {
    check,
    async read(context, key) {
      const { plugin, instance } = await loadInstance(store, key);
      const sinceDay = new Date(context.now().getTime() - daysShown * dayMs).toISOString().slice(0, 10);
      const [snapshot, lastRun, days, totals] = await Promise.all([
        store.health.snapshot(key),
        store.smoke.last(key),
        store.health.days(key, sinceDay),
        store.health.calls(new Date(context.now().getTime() - dayMs).toISOString(), key),
      ]);
      const status = runner.status(key);
      const [calls] = totals;
      return {
        state: instance.health,
        sentence: describe(instance, plugin.name, status?.state === "running"),
        running: status?.state === "running",
        checks: snapshot?.checks ?? [],
        schedule: {
          everyMinutes: instance.smokeEveryMinutes,
          ...(instance.nextSmokeAt === undefined ? {} : { nextAt: instance.nextSmokeAt }),
        },
        days: days.map((day) => ({ ...day })),
        restarts: status?.restarts ?? 0,
        restartBudget: status?.restartBudget ?? 0,
        calls: {
          total: calls?.calls ?? 0,
          failed: calls?.failed ?? 0,
          ...(calls?.p50Ms === undefined ? {} : { p50Ms: calls.p50Ms }),
          ...(calls?.p95Ms === undefined ? {} : { p95Ms: calls.p95Ms }),
        },
        ...(snapshot === undefined ? {} : { checkedAt: snapshot.checkedAt }),
        ...(lastRun === undefined
          ? {}
          : {
              lastRun: {
                id: lastRun.id,
                trigger: lastRun.trigger,
                by: lastRun.by,
                startedAt: lastRun.startedAt,
                status: lastRun.status,
                results: lastRun.results,
                ...(lastRun.finishedAt === undefined ? {} : { finishedAt: lastRun.finishedAt }),
              },
            }),
        ...(status?.startedAt === undefined ? {} : { startedAt: status.startedAt.toISOString() }),
        ...(status?.memoryBytes === undefined ? {} : { memoryBytes: Math.round(status.memoryBytes) }),
      };
    },
    async schedule(context, key, everyMinutes) {
      const nextSmokeAt =
        everyMinutes === 0 ? null : new Date(context.now().getTime() + everyMinutes * 60_000).toISOString();
      await store.instances.change(key, { smokeEveryMinutes: everyMinutes, nextSmokeAt });
    },
    start() {
      timer = setInterval(() => {
        round = round
          .then(tick)
          .catch((error: unknown) =>
            log.warn("schedules.skipped", { code: error instanceof Error ? error.name : "unknown" }),
          );
      }, tickMs).unref();
    },
    async close() {
      clearInterval(timer);
      await round;
      await store.leases.release("schedules", owner).catch(() => undefined);
    },
  };
}

function describe(row: InstanceRow, name: string, running: boolean): string {
  if (row.problem !== undefined) return `${row.problem.title}. ${row.problem.why}`;
  if (row.state !== "enabled") return `${name} is not enabled.`;
  if (!running) return `${name} is enabled and not running.`;
  const words = {
    healthy: "works",
    degraded: "works with trouble",
    failing: "does not work",
    not_tested: "runs; no test has said whether it works",
  } as const;
  return `${name} ${words[row.health]}.`;
}

/** Which bucket of `callBuckets` a duration falls into; the last has no upper bound. */
export function bucketOf(durationMs: number): number {
  const at = callBuckets.findIndex((upper) => durationMs <= upper);
  return at === -1 ? callBuckets.length : at;
}
