import { HilumError, isHilumError, type Log } from "@hilum/contract";
import type { InstallStep } from "@hilum/contract/api";
import type { Repositories, Store } from "@hilum/store";
import type { HoldLease } from "../hold-lease.ts";
import { openStates, type JobDocument, type JobEntry, type Right, type StepId } from "./job.ts";

export type StepOutcome =
  | { state: "passed" | "warning" | "skipped"; detail?: string }
  | { state: "waiting"; approval: Right[] };
/** `replaced`: another version was switched to since, so that this one is watched no more. */
export type Verdict = { fine: true; replaced?: boolean } | { fine: false; code: string; why: string };

/** What the steps do. Each may be done again: a crash can come after its effect and before it was written down. */
export interface JobActs {
  /** Whether its bytes are with another process of the deployment alone: that one goes on with it. */
  isElsewhere(job: JobEntry): Promise<boolean>;
  perform(step: Exclude<StepId, "switch" | "watch">, job: JobEntry): Promise<StepOutcome>;
  /** In one transaction with the job's own row. */
  switchTo(repositories: Repositories, job: JobEntry): Promise<void>;
  switchBack(repositories: Repositories, job: JobEntry): Promise<void>;
  /** Lets what is enabled run with the code as it is now. */
  apply(job: JobEntry): Promise<void>;
  /** How long the new version is watched; 0 where nothing runs. */
  watchMs(job: JobEntry): Promise<number>;
  judge(job: JobEntry): Promise<Verdict>;
  /** Removes what was kept for the job alone. */
  clean(job: JobEntry): Promise<void>;
}

export interface JobRunner {
  /** Goes on with a job until it ends or waits for somebody. Never rejects. */
  run(id: string): Promise<void>;
  /** Ends a job that has not switched yet. */
  cancel(job: JobEntry): Promise<JobEntry>;
  /** After a start of the process: goes on with every job that was under way. */
  resume(): Promise<void>;
  /** Looks at the versions that are watched, and goes on with jobs whose process is gone. */
  tick(): Promise<void>;
  /** The process ends: what breaks from now on is left as it is, for the next one to go on with. */
  stop(): void;
}

type Parts = {
  store: Store;
  acts: JobActs;
  /** One process at a time goes on with a job. */
  hold: HoldLease;
  log: Log;
  now?: () => Date;
  /** Hears of each point at which a crash must leave the old or the new. */
  reached?(point: string): void;
};

export function createJobRunner({
  store,
  acts,
  hold,
  log,
  now = () => new Date(),
  reached = () => {},
}: Parts): JobRunner {
  let stopping = false;
  const load = async (id: string): Promise<JobEntry | undefined> =>
    (await store.marketplace.find<JobDocument>("job", id)) as JobEntry | undefined;
  const put = async (job: JobEntry, repositories: Repositories = store): Promise<JobEntry> =>
    (await repositories.marketplace.put(job)) as JobEntry;

  async function runStep(job: JobEntry, step: InstallStep): Promise<JobEntry> {
    const startedAt = now();
    const begun = await put(withStep(job, { ...step, state: "running", startedAt: startedAt.toISOString() }));
    reached(`${step.id}:begun`);
    const finish = (entry: JobEntry, change: Partial<InstallStep>): JobEntry =>
      withStep(entry, {
        ...step,
        startedAt: startedAt.toISOString(),
        durationMs: now().getTime() - startedAt.getTime(),
        ...change,
      });
    if (step.id === "switch") return await doSwitch(finish(begun, { state: "passed" }));
    if (step.id === "watch") return await beginWatch(begun, startedAt);
    const outcome = await acts.perform(step.id, begun);
    reached(`${step.id}:done`);
    if (outcome.state === "waiting")
      return await put({
        ...finish(begun, { state: "waiting" }),
        state: "awaiting_approval",
        document: { ...finish(begun, { state: "waiting" }).document, approval: outcome.approval },
      });
    return await put(finish(begun, outcome));
  }

  async function doSwitch(job: JobEntry): Promise<JobEntry> {
    const next = { ...job, document: { ...job.document, switchedAt: now().toISOString() } };
    const kept = await store.transaction(async (repositories) => {
      await acts.switchTo(repositories, job);
      await endWatches(repositories, job.subject);
      reached("switch:within");
      return await put(next, repositories);
    });
    reached("switch:done");
    await applyOrSay(kept);
    reached("switch:applied");
    return kept;
  }

  /** What was watched until now is watched no more: another version takes its place. */
  async function endWatches(repositories: Repositories, subject: string): Promise<void> {
    const { items } = await repositories.marketplace.list<JobDocument>("job", { subject, states: ["watching"] });
    for (const watched of items as JobEntry[]) {
      const { document } = replaced(watched);
      await put(
        { ...watched, state: "succeeded", document: { ...document, finishedAt: now().toISOString() } },
        repositories,
      );
    }
  }

  /** Once it is switched there is no way forward but the watch, which sees what does not run. */
  async function applyOrSay(job: JobEntry): Promise<void> {
    await acts.apply(job).catch((error: unknown) => {
      log.warn("install.not_applied", { plugin: job.subject, code: isHilumError(error) ? error.code : "unknown" });
    });
  }

  async function beginWatch(job: JobEntry, at: Date): Promise<JobEntry> {
    const ms = await acts.watchMs(job);
    if (ms === 0) {
      const step = { ...stepOf(job, "watch"), state: "skipped" as const, detail: "No instance runs." };
      return await put(withStep(job, step));
    }
    const watchUntil = new Date(at.getTime() + ms).toISOString();
    return await put({ ...job, state: "watching", document: { ...job.document, watchUntil } });
  }

  async function end(job: JobEntry, state: JobEntry["state"], change: Partial<JobDocument> = {}): Promise<JobEntry> {
    const ended = await put({
      ...job,
      state,
      document: { ...job.document, ...change, finishedAt: now().toISOString() },
    });
    await acts.clean(ended);
    return ended;
  }

  async function fail(id: string, error: unknown): Promise<void> {
    if (stopping) return;
    const job = await load(id);
    if (job?.state === "cancelled") await acts.clean(job);
    // Another process goes on with it.
    if (job?.state !== "running") return;
    if (job.document.switchedAt !== undefined) throw error;
    const { code, detail, spec } = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
    if (!isHilumError(error)) log.error("install.failed", { plugin: job.subject, code });
    const problem = { code, title: spec.title, why: detail, fix: spec.fix };
    const step = job.document.steps.find(({ state }) => state === "running");
    const failed = step === undefined ? job : withStep(job, { ...step, state: "failed", detail, code, fix: spec.fix });
    await end(failed, "failed", { problem });
  }

  async function advance(id: string): Promise<void> {
    for (;;) {
      const job = await load(id);
      if (job?.state !== "running" || stopping || (await acts.isElsewhere(job))) return;
      const step = job.document.steps.find(({ state }) => state === "waiting" || state === "running");
      if (step === undefined) {
        await end(job, "succeeded");
        return;
      }
      await runStep(job, step);
      reached(`${step.id}:kept`);
    }
  }

  const run = async (id: string): Promise<void> => {
    try {
      await hold(`install:${id}`, () => advance(id).catch((error: unknown) => fail(id, error)));
    } catch (error) {
      log.warn("install.not_continued", { code: isHilumError(error) ? error.code : "unknown" });
    }
  };

  async function look(job: JobEntry): Promise<void> {
    const verdict = await acts.judge(job);
    const step = stepOf(job, "watch");
    if (!verdict.fine) return await goBack(job, step, verdict);
    if (verdict.replaced === true) return void (await end(replaced(job), "succeeded"));
    if (now().toISOString() < (job.document.watchUntil ?? "")) return;
    const passed = withStep(job, { ...step, state: "passed", ...spent(step, now()) });
    await end(passed, "succeeded");
  }

  async function goBack(job: JobEntry, step: InstallStep, { code, why }: Verdict & { fine: false }): Promise<void> {
    const problem = {
      code,
      title: "The new version did not hold",
      why,
      fix: "Read its log, and report it to its publisher.",
    };
    const failed = withStep(job, { ...step, state: "failed", detail: why, code, ...spent(step, now()) });
    if (job.document.previous === undefined) return void (await end(failed, "failed", { problem }));
    const back: JobEntry = {
      ...failed,
      state: "rolled_back",
      document: { ...failed.document, problem, finishedAt: now().toISOString() },
    };
    reached("back:begun");
    const kept = await store.transaction(async (repositories) => {
      await acts.switchBack(repositories, job);
      reached("back:within");
      return await put(back, repositories);
    });
    reached("back:done");
    await applyOrSay(kept);
    await acts.clean(kept);
  }

  const open = async (states: readonly string[]): Promise<JobEntry[]> =>
    (await store.marketplace.list<JobDocument>("job", { states, limit: 200 })).items as JobEntry[];

  async function goOn(): Promise<void> {
    for (const { id } of await open(["running"])) await run(id);
  }

  return {
    run,
    stop: () => void (stopping = true),
    async cancel(job) {
      const ended = await put({
        ...job,
        state: "cancelled",
        document: { ...job.document, finishedAt: now().toISOString() },
      });
      // Whoever is at a step of it finds it cancelled, and cleans up after that step.
      if (job.state === "awaiting_approval") await acts.clean(ended);
      return ended;
    },
    async resume() {
      // It may have ended between the switch and what follows from it.
      for (const job of await open(["running"])) if (job.document.switchedAt !== undefined) await applyOrSay(job);
      await goOn();
    },
    async tick() {
      for (const job of await open(["watching"]))
        await hold(`install:${job.id}`, () => look(job)).catch((error: unknown) =>
          log.warn("install.not_watched", { plugin: job.subject, code: isHilumError(error) ? error.code : "unknown" }),
        );
      await goOn();
    },
  };
}

export const isOpen = (state: string): boolean => openStates.some((one) => one === state);

function withStep(job: JobEntry, step: InstallStep): JobEntry {
  const steps = job.document.steps.map((one) => (one.id === step.id ? step : one));
  return { ...job, document: { ...job.document, steps } };
}

function stepOf({ document }: JobEntry, id: StepId): InstallStep {
  const step = document.steps.find((one) => one.id === id);
  if (step === undefined) throw new TypeError(`the job has no step ${id}`);
  return step;
}

const replaced = (job: JobEntry): JobEntry =>
  withStep(job, { ...stepOf(job, "watch"), state: "skipped", detail: "Another version was switched to." });

const spent = ({ startedAt }: InstallStep, now: Date): Pick<InstallStep, "durationMs"> =>
  startedAt === undefined ? {} : { durationMs: now.getTime() - Date.parse(startedAt) };
