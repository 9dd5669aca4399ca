import { HilumError } from "@hilum/contract";
import { createBlobWrites, type BlobSink } from "@hilum/contract/wire";
import type { Link } from "../connection/link.ts";
import type { Fetches } from "../egress/fetch/fetches.ts";
import { createLanes, type LanePorts } from "../lanes/lanes.ts";
import { createPluginLog, type PluginLogLine } from "../logs/plugin-log.ts";
import type { CallContext, Governor } from "../pipeline.ts";
import type { DecidePlugin } from "../plugin-decisions.ts";
import { askToEnd, pause } from "./ask-to-end.ts";
import { createCallStats } from "./call-stats.ts";
import { createCallsInFlight } from "./calls-in-flight.ts";
import { explainEnd, isLasting, problemOf } from "./explain.ts";
import type { InstanceSpec, InstanceStatus, RunProblem, RunState, SandboxBadge } from "./instance-spec.ts";
import type { Live, LiveEnd, LivePorts } from "./live.ts";
import { createPluginCaller, type DecideCall, type PluginCall } from "./plugin-call.ts";
import { createRestartBudget, type RestartBudgetOptions } from "./restart-budget.ts";
import { createRunNotes, supervisorContext } from "./run-notes.ts";
import { createSlots, type Slots } from "./slots.ts";
import { createStarter } from "./starter.ts";

export interface InstancePorts extends Omit<LivePorts, "served" | "log" | "onDropped"> {
  governor: Governor;
  lanes: LanePorts;
  /** Makes the requests of this instance to its destinations. */
  openFetches(spec: InstanceSpec): Fetches;
  decidePlugin: DecidePlugin;
  decideCall: DecideCall;
  nextCall(): string;
  /** Turns for starting, shared by all instances (threat 221). */
  starts: Slots;
  writeLog(line: PluginLogLine): void;
  onChange(status: InstanceStatus): void;
  restarts?: RestartBudgetOptions;
}

export interface Instance {
  readonly spec: InstanceSpec;
  /** One attempt; with `keepTrying` a failure goes on into backoff and, in the end, quarantine. */
  start(context: CallContext, options?: { keepTrying?: boolean }): Promise<void>;
  /** Takes the link of a remote plugin; an older link of it is closed. */
  attach(context: CallContext, link: Link): Promise<void>;
  call(context: CallContext, call: PluginCall): Promise<unknown>;
  /** Lets calls in flight finish within `drainMs`, asks the plugin to end, then ends it. Resolves when nothing of it is left. */
  stop(options: { drainMs: number }): Promise<void>;
  /** Ends it at once: revocation, blocking. */
  cut(why: "revoked" | "stopped"): Promise<void>;
  status(): InstanceStatus;
}

const TIMEOUTS_IN_A_ROW_MAX = 3;
const SHUTDOWN_MS = 2000;
const DROPPED_LINES_EVERY_MS = 1000;

/** Supervises one instance: start, calls, failure, backoff, quarantine, drain. */
export function createInstance(spec: InstanceSpec, ports: InstancePorts): Instance {
  const { governor, ticker, nextCall } = ports;
  const stats = createCallStats();
  const calls = createCallsInFlight();
  const slots = createSlots({ concurrency: spec.concurrency ?? 16, queueMax: spec.queueMax ?? 256 });
  const budget = createRestartBudget(ports.restarts);
  const log = createPluginLog({ sink: ports.writeLog, known: calls.contacts, now: ticker.now });
  const notes = createRunNotes(spec, { governor, nextCall, log });
  const fetches = ports.openFetches(spec);
  const writes = createBlobWrites({ openBlob: () => openBlob(spec, ports.lanes), has: calls.has });
  const served = createLanes({
    ...{ key: spec, lanes: ports.lanes, log, calls, writes, governor, nextCall },
    fetch: fetches.serve,
    decide: ports.decidePlugin,
  });
  const starter = createStarter({ spec, ...ports, live: { ...ports, served, log, onDropped: notes.dropped } });
  let state: RunState = "stopped";
  let live: Live | undefined;
  let problem: RunProblem | undefined;
  let restart: NodeJS.Timeout | undefined;
  let sweptAtMs = 0;
  const unsubscribe = ticker.subscribe(sweep);

  return {
    spec,
    start,
    attach,
    call: createPluginCaller({ key: spec, ...ports, slots, stats, calls, writes, current, onTimeout }),
    stop,
    cut,
    status,
  };

  async function start(context: CallContext, { keepTrying = false } = {}): Promise<void> {
    if (state === "running" || state === "starting") return;
    clearTimeout(restart);
    problem = undefined;
    if (spec.runner.kind === "remote") return enter("awaiting_link");
    await bringUp(context, keepTrying);
  }

  async function attach(context: CallContext, link: Link): Promise<void> {
    if (state !== "awaiting_link" && state !== "running") {
      link.close();
      throw new HilumError(state === "quarantined" ? "plugin.quarantined" : "plugin.not_running");
    }
    enter("awaiting_link");
    const older = live;
    live = undefined;
    await older?.end("replaced");
    await bringUp(context, true, link);
  }

  async function bringUp(context: CallContext, keepTrying: boolean, link?: Link): Promise<void> {
    enter("starting");
    try {
      const begun = await starter.begin(context, link);
      if (state !== "starting") {
        await begun.end("stopped");
        throw new HilumError("plugin.not_running", { detail: "The plugin was stopped while it was starting" });
      }
      live = begun;
      enter("running");
      void watch(begun);
    } catch (error) {
      failStart(error, keepTrying);
      throw error;
    }
  }

  function failStart(error: unknown, keepTrying: boolean): void {
    if (state !== "starting") return;
    problem = problemOf(error, ports.now());
    log.write({ level: "error", source: "host", text: `The plugin did not start: ${problem.why}` });
    if (spec.runner.kind === "remote") return enter("awaiting_link");
    if (!keepTrying || isLasting(error)) return enter("stopped");
    retryLater(problem);
  }

  /** From the moment that the link is closed no call goes there; what is next is decided when nothing of it is left. */
  async function watch(begun: Live): Promise<void> {
    await begun.closed;
    if (live !== begun) return;
    live = undefined;
    const after: RunState = spec.runner.kind === "remote" ? "awaiting_link" : "waiting";
    enter(after);
    const end = await begun.ended;
    if (state === after) recover(end);
  }

  function recover(end: LiveEnd): void {
    const why = explainEnd(end);
    notes.ended(end, why);
    log.write({ level: "error", source: "host", text: why.why });
    if (spec.runner.kind === "remote" && end.close.kind !== "protocol") return;
    retryLater({ ...why, at: ports.now() });
  }

  function retryLater(cause: RunProblem): void {
    const delayMs = budget.spend(ticker.now());
    if (delayMs === undefined) return quarantine(cause);
    problem = cause;
    if (spec.runner.kind === "remote") return enter("awaiting_link");
    enter("waiting");
    restart = setTimeout(() => void bringUp(supervisorContext, true).catch(() => undefined), delayMs);
    restart.unref();
  }

  function quarantine({ reason, why, at }: RunProblem): void {
    problem = {
      code: "plugin.quarantined",
      reason,
      why: `${why} It was started ${budget.limit} times and failed each time.`,
      at,
    };
    notes.quarantined(reason, budget.spent);
    enter("quarantined");
  }

  function onTimeout(late: Live, inARow: number, kill: boolean): void {
    if (!kill && inARow < TIMEOUTS_IN_A_ROW_MAX) return;
    void late.end("hung");
  }

  async function stop({ drainMs }: { drainMs: number }): Promise<void> {
    const endAtMs = ticker.now() + drainMs;
    clearTimeout(restart);
    const leaving = live;
    if (state !== "stopped") enter("stopping");
    slots.refuseAll(new HilumError("plugin.not_running"));
    if (leaving !== undefined) {
      await Promise.race([slots.idle(), leaving.ended, pause(drainMs)]);
      await askToEnd(leaving, spec, {
        deadlineMs: Math.min(SHUTDOWN_MS, Math.max(10, endAtMs - ticker.now())),
        governor,
        ticker,
        call: nextCall(),
      });
    }
    await cut("stopped");
  }

  async function cut(why: "revoked" | "stopped"): Promise<void> {
    clearTimeout(restart);
    const leaving = live;
    live = undefined;
    if (state !== "stopped") enter("stopping");
    slots.refuseAll(new HilumError("plugin.not_running"));
    await starter.abandon();
    await leaving?.end(why);
    unsubscribe();
    fetches.close();
    enter("stopped");
  }

  function current(): Live {
    if (state === "quarantined") throw new HilumError("plugin.quarantined");
    if (live === undefined || state !== "running") throw new HilumError("plugin.not_running");
    return live;
  }

  function sweep(nowMs: number): void {
    slots.sweep(nowMs);
    if (nowMs - sweptAtMs < DROPPED_LINES_EVERY_MS) return;
    sweptAtMs = nowMs;
    const dropped = log.takeDropped();
    if (dropped > 0)
      log.write({ level: "warn", source: "host", text: `${dropped} log lines were over the rate and were dropped` });
  }

  function enter(next: RunState): void {
    if (next === "running") problem = undefined;
    state = next;
    ports.onChange(status());
  }

  function status(): InstanceStatus {
    return describe(spec, {
      state,
      live,
      problem,
      restarts: budget.spent,
      restartBudget: budget.limit,
      inFlight: slots.inside,
      waiting: slots.waiting,
      calls: stats.read(),
    });
  }
}

async function openBlob(spec: InstanceSpec, { records }: LanePorts): Promise<BlobSink> {
  if (records === undefined) throw new HilumError("request.not_found");
  return await records.openBlob(spec);
}

type Described = Pick<InstanceStatus, "state" | "restarts" | "restartBudget" | "inFlight" | "waiting" | "calls"> & {
  live: Live | undefined;
  problem: RunProblem | undefined;
};

function describe(
  { plugin, instance, trial, runner }: InstanceSpec,
  { live, problem, ...rest }: Described,
): InstanceStatus {
  return {
    key: { plugin, instance, ...(trial === undefined ? {} : { trial }) },
    level: badges[runner.kind],
    controls: live?.controls ?? [],
    ...rest,
    ...(live === undefined ? {} : { startedAt: live.startedAt, ...live.usage() }),
    ...(live?.pid === undefined ? {} : { pid: live.pid }),
    ...(live?.sdk === undefined ? {} : { sdk: live.sdk }),
    ...(problem === undefined ? {} : { problem }),
  };
}

const badges: Record<InstanceSpec["runner"]["kind"], SandboxBadge> = {
  sandboxed: "isolated",
  host: "host_code",
  remote: "remote",
};
