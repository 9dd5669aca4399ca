import { HilumError, isHilumError, type Context, type Log, type WireErrorData } from "@hilum/contract";
import type { Evidence, SmokeRun } from "@hilum/contract/api";
import type { CallContext, InstanceStatus, SandboxReport } from "@hilum/host";
import type { InstanceKey, InstanceRow, Store } from "@hilum/store";
import { checkDisclosures } from "../egress/check-disclosures.ts";
import type { Disclosures } from "../egress/disclosures.ts";
import type { PagesService } from "../pages/pages.ts";
import { checkNeeds } from "./check-needs.ts";
import { checkSdk } from "./check-sdk.ts";
import { checkGate, isHard } from "./gate.ts";
import { loadConfigured, loadPlugin, openSettings } from "./load-instance.ts";
import type { InstanceRunner } from "./runner.ts";
import { isReviewed, scopesOf } from "./scopes-of.ts";
import { describeFailure, type SmokeService } from "./smoke.ts";

/** Title of the problem of an instance that could not be brought up. */
export const didNotStart = "It did not start";

export interface GateResult {
  ready: boolean;
  rows: Evidence[];
}

export interface LifecycleService {
  gate(key: InstanceKey): Promise<GateResult>;
  /** Runs the whole gate: the checks, the start, the settings with the plugin, the smoke tests. Enabled only if all hold, or a reason overrides what may be overridden. */
  enable(context: Context, key: InstanceKey, override: string | undefined): Promise<GateResult & { enabled: boolean }>;
  disable(context: Context, key: InstanceKey): Promise<void>;
  /** Starts the process anew; lifts a quarantine. */
  restart(context: Context, key: InstanceKey): Promise<void>;
  /** After settings, grants, test mode or the manifest changed: an enabled instance runs with the new ones, or stops and says why. */
  apply(context: CallContext, key: InstanceKey): Promise<void>;
  /** At the start of the process: brings up what is enabled. */
  resume(): Promise<void>;
  /** What the host says of a running instance, written down. */
  note(status: InstanceStatus): Promise<void>;
}

type Parts = {
  store: Store;
  runner: InstanceRunner;
  smoke: SmokeService;
  disclosures: Pick<Disclosures, "foresee">;
  pages: Pick<PagesService, "accept" | "present">;
  sandbox: { report(): SandboxReport; ready(): Promise<SandboxReport> };
  failureData(error: unknown): WireErrorData | undefined;
  log: Log;
  now?: () => Date;
};

const systemContext: CallContext = { actor: { id: "system:lifecycle" }, purpose: "HSYSADMIN" };

export function createLifecycleService({
  store,
  runner,
  smoke,
  disclosures,
  pages,
  sandbox,
  failureData,
  log,
  now = () => new Date(),
}: Parts): LifecycleService {
  async function staticRows(key: InstanceKey): Promise<Evidence[]> {
    const configured = await loadConfigured(store, key);
    return [
      ...checkGate(
        configured,
        await sandbox.ready(),
        (await store.registrations.revisionOf(key.plugin)) !== undefined,
        pages.present(configured.plugin),
      ),
      ...(await checkSdk(configured)),
      ...(await checkNeeds(configured, store)),
      ...(await checkDisclosures(configured, disclosures)),
    ];
  }

  /** The part of the gate that needs the process: start, handshake, settings as the plugin sees them, smoke tests. */
  async function liveRows(context: Context, key: InstanceKey): Promise<Evidence[]> {
    const { manifest, plugin } = await loadConfigured(store, key);
    const started = await timed({ id: "start", title: "It starts and answers every method of its capabilities" }, () =>
      runner.start(context, key),
    );
    if (started.status === "failed") return [started];
    // A remote plugin is asked when it connects.
    if (plugin.code === "remote" && runner.status(key)?.state !== "running")
      return [{ ...started, status: "warning", detail: "It has not connected yet; its tests run when it does." }];
    const settings = await openSettings(store, key, manifest);
    const accepted = await timed({ id: "validate", title: "The plugin accepts its settings" }, async () =>
      firstFault((await runner.check(context, key, "config.validate", { settings })).rows),
    );
    if (accepted.status === "failed") return [started, accepted];
    const run = await smoke.run(context, key, { trigger: "enable" });
    return [started, accepted, presentRun(run)];
  }

  async function timed(
    row: Pick<Evidence, "id" | "title">,
    work: () => Promise<Evidence | undefined | void>,
  ): Promise<Evidence> {
    const startedAt = performance.now();
    const fault = await work().catch((error: unknown) => describeFailure(error, failureData(error)));
    return {
      ...(fault ?? { status: "passed" as const }),
      ...row,
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  async function stopWith(
    key: InstanceKey,
    problem: Omit<NonNullable<InstanceRow["problem"]>, "since">,
    state: "configured" | "disabled",
  ): Promise<void> {
    await runner.stop(key);
    await store.instances.change(key, { state, problem: { ...problem, since: now().toISOString() } });
  }

  /** Brings an enabled instance up. What keeps it down is written beside it: whoever saved a setting has saved it all the same. */
  async function startOrExplain(context: CallContext, key: InstanceKey): Promise<boolean> {
    try {
      await runner.start(context, key, { keepTrying: true });
      return true;
    } catch (error) {
      const { code, detail, spec } = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
      log.warn("plugin.not_started", { plugin: key.plugin, instance: key.instance, code });
      if (runner.status(key)?.state !== "running")
        await store.instances.change(key, {
          health: "failing",
          problem: { code, title: didNotStart, why: detail, fix: spec.fix, since: now().toISOString() },
        });
      return false;
    }
  }

  return {
    async gate(key) {
      const rows = await staticRows(key);
      return { rows, ready: rows.every(({ status }) => status !== "failed") };
    },
    async enable(context, key, override) {
      await pages.accept(await loadPlugin(store, key.plugin));
      const rows = await staticRows(key);
      const blocked = rows.some((row) => isHard(row) || (row.status === "failed" && override === undefined));
      if (rows.some(({ id, status }) => id === "remote" && status === "failed") && override !== undefined)
        requireAdministrator(context);
      if (!blocked) rows.push(...(await liveRows(context, key)));
      const ready = rows.every(({ status }) => status !== "failed");
      const startFailed = rows.some(({ id, status }) => id === "start" && status === "failed");
      const enabled = ready || (!blocked && override !== undefined && !startFailed);
      if (!enabled) {
        await runner.stop(key);
        return { enabled, ready, rows };
      }
      const at = context.now();
      const { smokeEveryMinutes } = await store.instances.change(key, {
        state: "enabled",
        enabledAt: at.toISOString(),
        problem: null,
      });
      if (smokeEveryMinutes > 0)
        await store.instances.change(key, {
          nextSmokeAt: new Date(at.getTime() + smokeEveryMinutes * 60_000).toISOString(),
        });
      return { enabled, ready, rows };
    },
    async disable(_context, key) {
      await store.instances.change(
        key,
        { state: "disabled", problem: null, nextSmokeAt: null },
        { from: ["enabled", "quarantined"] },
      );
      await runner.stop(key);
    },
    async restart(context, key) {
      const instance = await store.instances.change(
        key,
        { state: "enabled", problem: null },
        { from: ["enabled", "quarantined"] },
      );
      await pages.accept(await loadPlugin(store, key.plugin));
      await runner.start(context, instance, { keepTrying: true });
    },
    async apply(context, key) {
      const { instance, manifest, values, grants, problems } = await loadConfigured(store, key);
      if (instance.state !== "enabled") return;
      if (problems.length > 0)
        return await stopWith(
          key,
          {
            code: "instance.wrong_state",
            title: "Stopped: the settings are not valid any more",
            why: problems[0]?.message ?? "",
            fix: "Correct the settings and enable it again.",
          },
          "disabled",
        );
      if (!isReviewed(scopesOf(manifest, values, grants)))
        return await stopWith(
          key,
          {
            code: "policy.denied",
            title: "Stopped: access must be reviewed",
            why: "A setting or the manifest changed what the plugin may reach.",
            fix: "Review access and enable it again.",
          },
          "configured",
        );
      if (!(await startOrExplain(context, key))) return;
      void smoke.run({ ...systemContext, now }, key, { trigger: "change" }).catch((error: unknown) =>
        log.warn("smoke.not_run", {
          plugin: key.plugin,
          instance: key.instance,
          code: error instanceof HilumError ? error.code : "unknown",
        }),
      );
    },
    async resume() {
      const enabled = (await store.instances.list()).filter(({ state }) => state === "enabled");
      await Promise.all(enabled.map((key) => startOrExplain(systemContext, key)));
    },
    async note({ key, state, problem }) {
      if (key.trial !== undefined) return;
      if (state === "quarantined" && problem !== undefined) {
        await store.instances.change(key, {
          state: "quarantined",
          health: "failing",
          problem: {
            code: problem.code,
            title: "Stopped after it failed again and again",
            why: problem.why,
            fix: "Read its log, correct the cause, then restart it.",
            since: problem.at.toISOString(),
          },
        });
      } else if (state === "waiting" && problem !== undefined) {
        await store.instances.change(key, {
          health: "failing",
          problem: {
            code: problem.code,
            title: "It failed and is started again",
            why: problem.why,
            fix: "Read its log if this comes back.",
            since: problem.at.toISOString(),
          },
        });
      } else if (state === "running") {
        const row = await store.instances.find(key);
        if (row?.problem !== undefined && row.state === "enabled") await store.instances.change(key, { problem: null });
      }
    },
  };
}

function requireAdministrator({ actor }: Context): void {
  if ((actor.kind === "user" || actor.kind === "token") && actor.role === "administrator") return;
  throw new HilumError("request.forbidden", {
    detail: "Giving patient data to a plugin on another machine needs the role administrator.",
  });
}

function firstFault(rows: readonly Evidence[]): Evidence | undefined {
  return rows.find(({ status }) => status === "failed") ?? rows.find(({ status }) => status === "warning");
}

function presentRun(run: SmokeRun): Evidence {
  const row = { id: "smoke", title: "Smoke tests pass now" };
  if (run.status === "no_tests")
    return { ...row, status: "warning", detail: "The plugin has no smoke tests, so nothing is known of its provider." };
  const failed = run.results.find(({ status }) => status === "failed");
  if (failed === undefined)
    return { ...row, status: "passed", detail: `${run.results.length} of ${run.results.length} passed.` };
  const { detail, cause, fix, field, reply } = failed;
  return {
    ...row,
    status: "failed",
    detail: `${failed.title}: ${detail ?? "failed"}`,
    ...(cause === undefined ? {} : { cause }),
    ...(fix === undefined ? {} : { fix }),
    ...(field === undefined ? {} : { field }),
    ...(reply === undefined ? {} : { reply }),
  };
}
