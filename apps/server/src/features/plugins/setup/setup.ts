import { HilumError, type Context, type Manifest, type SetupStep, type WireErrorData } from "@hilum/contract";
import type { Evidence, SetupMode, SetupSession } from "@hilum/contract/api";
import type { InstanceKey, SetupRow, Store } from "@hilum/store";
import { loadInstance } from "../load-instance.ts";
import type { InstanceRunner } from "../runner.ts";
import type { SettingsInput, SettingsService } from "../settings.ts";
import { forgetSignIns, keepAnswers, takeAnswers, type StepAnswers } from "./answers.ts";
import { amendSession, tryAgain } from "./change-session.ts";
import { createStepChecks } from "./checks.ts";
import { createDiscovery } from "./discovery.ts";
import type { HookPort } from "./hooks.ts";
import type { SignInStates } from "./oauth/sign-in-state.ts";
import type { TrialSignIns } from "./oauth/trial-sign-ins.ts";
import { presentSession } from "./present-session.ts";
import { beginSession, forgetChecks, isReachable, readSession, settle, tries, type Session } from "./session.ts";
import { stepOf, stepsOf } from "./steps.ts";

/** A setup in hand: what the store holds of it, read. */
export interface OpenSetup {
  manifest: Manifest;
  steps: SetupStep[];
  row: SetupRow;
  session: Session;
}

export interface SetupService {
  read(context: Context, key: InstanceKey): Promise<SetupSession>;
  /** Throws `setup.in_progress` when one of another mode has answers and is not to be replaced. */
  begin(context: Context, key: InstanceKey, mode: SetupMode, replace: boolean): Promise<SetupSession>;
  /** Throws `instance.wrong_state` for a step that is not open yet. */
  goTo(
    context: Context,
    key: InstanceKey,
    step: string,
    kept: (SettingsInput & { step: string }) | undefined,
  ): Promise<SetupSession>;
  answer(
    context: Context,
    key: InstanceKey,
    step: string,
    answers: StepAnswers & { recipient?: string | undefined },
  ): Promise<SetupSession>;
  discover(context: Context, key: InstanceKey, step: string, field: string, kept: SettingsInput): Promise<SetupSession>;
  /** Saves what was gathered. Throws while a step is open. */
  finish(context: Context, key: InstanceKey, testMode: boolean | undefined): Promise<void>;
  restart(context: Context, key: InstanceKey): Promise<SetupSession>;
  /** The settings with which an awaited call of the provider is judged, while nothing is saved. */
  awaitedHook(key: InstanceKey, hook: string): Promise<Record<string, unknown> | undefined>;
  /** The setup as it is stored. */
  peek(context: Context, key: InstanceKey): Promise<OpenSetup>;
  /** For what comes to the session from elsewhere: changes it, whoever else did meanwhile. */
  change(context: Context, key: InstanceKey, work: (setup: OpenSetup) => void): Promise<SetupSession>;
}

export type SetupParts = {
  store: Store;
  settings: SettingsService;
  runner: InstanceRunner;
  hooks: HookPort;
  signIns: SignInStates;
  trialSignIns: TrialSignIns;
  failureData(error: unknown): WireErrorData | undefined;
};

export function createSetupService(parts: SetupParts): SetupService {
  const { store, settings, runner, hooks, signIns, trialSignIns, failureData } = parts;
  const checks = createStepChecks({ settings, runner, hooks, failureData });
  const discovery = createDiscovery({ settings, runner, failureData });

  async function open(context: Context, key: InstanceKey): Promise<OpenSetup> {
    const { manifest } = await loadInstance(store, key);
    const row = (await store.setup.find(key)) ?? (await draft(context, key, manifest, undefined));
    const session = readSession(row.session);
    return { manifest, row, session, steps: stepsOf(manifest, session.mode, session.values) };
  }

  /** A setup as it would begin. It is stored with its first answer: looking at one leaves nothing behind. */
  async function draft(
    context: Context,
    key: InstanceKey,
    manifest: Manifest,
    asked: SetupMode | undefined,
  ): Promise<SetupRow> {
    const saved = await store.settings.current(key);
    const mode = asked ?? (saved === undefined ? "setup" : "reconfigure");
    const steps = stepsOf(manifest, mode, saved?.values ?? {});
    const session = beginSession(mode, steps, saved);
    const stored = Object.keys(await store.settings.secretMarks(key));
    session.done = session.done.filter((id) => holds(manifest, steps, session, id, stored));
    return {
      plugin: key.plugin,
      instance: key.instance,
      session: { ...session },
      startedAt: context.now().toISOString(),
      startedBy: context.actor.id,
      rowVersion: 0,
    };
  }

  async function keep(key: InstanceKey, { session, row }: OpenSetup): Promise<SetupRow> {
    const { startedAt: at, startedBy: by, rowVersion } = row;
    return rowVersion === 0
      ? await store.setup.start({ ...key, session: { ...session }, at, by })
      : await store.setup.save(key, { ...session }, rowVersion);
  }

  const save = async (key: InstanceKey, setup: OpenSetup): Promise<SetupSession> =>
    await present(key, { ...setup, row: await keep(key, setup) });

  async function present(key: InstanceKey, setup: OpenSetup): Promise<SetupSession> {
    const { manifest, session, steps } = setup;
    const [marks, changes, shown] = await Promise.all([
      store.settings.secretMarks(key),
      settings.changes(key, { values: session.values, secrets: session.secrets }),
      signIns.present(key, steps, session),
    ]);
    return presentSession({
      ...setup,
      ...{ manifest, stored: Object.keys(marks), changes, signIns: shown },
    });
  }

  const service: SetupService = {
    async read(context, key) {
      const setup = await open(context, key);
      return (await settleWaiting(context, key, setup)) ? await save(key, setup) : await present(key, setup);
    },
    async begin(context, key, mode, replace) {
      const { manifest } = await loadInstance(store, key);
      const other = await store.setup.find(key);
      if (other !== undefined) {
        const { mode: now, answered } = readSession(other.session);
        if (now === mode) return await service.read(context, key);
        if (Object.keys(answered).length > 0 && !replace)
          throw new HilumError("setup.in_progress", {
            detail: `${modeWords[now]} was begun by ${other.startedBy.replace(/^user:/, "")} and has answers.`,
          });
        await drop(key);
      }
      await begin(context, key, manifest, mode);
      return await service.read(context, key);
    },
    async goTo(context, key, stepId, kept) {
      const setup = await open(context, key);
      const { manifest, session } = setup;
      if (kept !== undefined) {
        const left = stepOf(setup.steps, kept.step);
        const changed = keepAnswers(manifest, left, session, kept);
        note(setup, left, changed);
      }
      if (stepId !== "summary") stepOf(setup.steps, stepId);
      if (!isReachable(session, setup.steps, stepId))
        throw new HilumError("instance.wrong_state", { detail: "A step before this one is still open." });
      session.current = stepId;
      return await save(key, setup);
    },
    async answer(context, key, stepId, { recipient, ...answers }) {
      const setup = await open(context, key);
      const { manifest, session } = setup;
      const step = stepOf(setup.steps, stepId);
      const stored = Object.keys(await store.settings.secretMarks(key));
      note(setup, step, takeAnswers(manifest, step, session, answers, stored));
      session.answered[step.id] = { at: context.now().toISOString(), by: context.actor.id };
      if (step.type === "oauth2") signIns.settle(step, session, stored);
      const begun = checks.begin(context, key, manifest, step);
      if (begun !== undefined) session.checks[step.id] = begun;
      // What was typed is kept, whatever the check will say and however long it takes.
      const kept = { ...setup, row: await keep(key, setup) };
      if (tries(step))
        session.checks[step.id] = await checks.run(context, key, manifest, step, session, {
          ...{ recipient, waiting: begun?.waiting, renewSignIns: () => renewSignIns(context, key, kept) },
        });
      settle(session, setup.steps, step, session.checks[step.id]?.ok ?? true);
      return await save(key, kept);
    },
    async discover(context, key, stepId, field, kept) {
      const setup = await open(context, key);
      const { manifest, session, steps } = setup;
      const step = stepOf(steps, stepId);
      note(setup, step, keepAnswers(manifest, step, session, kept));
      session.discovered[field] = await discovery.list(context, key, manifest, step, field, session, () =>
        renewSignIns(context, key, setup),
      );
      return await save(key, setup);
    },
    async finish(context, key, testMode) {
      const { session, steps } = await open(context, key);
      const openStep = steps.find(({ id }) => !session.done.includes(id));
      if (openStep !== undefined)
        throw new HilumError("instance.wrong_state", { detail: `The step "${openStep.title}" is not done yet.` });
      await settings.save(context, key, {
        values: session.values,
        secrets: session.secrets,
        revision: session.revision,
        testMode,
      });
      for (const step of steps)
        if (step.into !== undefined && step.into in session.secrets) await store.signIns.clearFault(key, step.id);
      await drop(key);
    },
    async restart(context, key) {
      const before = await store.setup.find(key);
      const { manifest } = await loadInstance(store, key);
      await drop(key);
      if (before !== undefined) await begin(context, key, manifest, readSession(before.session).mode);
      return await service.read(context, key);
    },
    async awaitedHook(key, hook) {
      const row = await store.setup.find(key);
      if (row === undefined) return undefined;
      const { checks: found, values, secrets } = readSession(row.session);
      const awaited = Object.values(found).some(({ waiting }) => waiting?.hook === hook);
      return awaited ? await settings.tentative(key, { values, secrets }) : undefined;
    },
    peek: open,
    async change(context, key, work) {
      return await tryAgain(async () => {
        const setup = await open(context, key);
        work(setup);
        return await save(key, setup);
      });
    },
  };
  return service;

  /** Other answers make what was found before worthless, and may ask other steps. */
  function note(setup: OpenSetup, step: SetupStep, changed: readonly string[]): void {
    if (changed.length === 0) return;
    const { manifest, session, steps } = setup;
    setup.steps = stepsOf(manifest, session.mode, session.values);
    forgetChecks(session, steps, step);
    forgetSignIns(session, steps, changed);
    for (const field of Object.keys(session.discovered)) if (!changed.includes(field)) delete session.discovered[field];
  }

  /** What a renewal brings is kept before it is used, whatever becomes of the request: a refresh token is good for one use. */
  async function renewSignIns(context: Context, key: InstanceKey, setup: OpenSetup): Promise<Evidence[]> {
    const amend = (work: (session: Session) => void): Promise<void> => amendSession(store, key, setup, work);
    return await trialSignIns.renew(context, key, { session: setup.session, amend });
  }

  /** True when a call of the provider that was awaited has come, or its time is over. */
  async function settleWaiting(context: Context, key: InstanceKey, setup: OpenSetup): Promise<boolean> {
    const { session, steps } = setup;
    let changed = false;
    for (const step of steps) {
      const check = session.checks[step.id];
      if (check?.waiting === undefined) continue;
      const now = await checks.awaitHook(key, setup, check, context.now());
      if (now === check) continue;
      changed = true;
      session.checks[step.id] = now;
      if (now.ok) session.done = [...new Set([...session.done, step.id])];
    }
    return changed;
  }

  async function begin(context: Context, key: InstanceKey, manifest: Manifest, mode: SetupMode): Promise<void> {
    const { session, startedAt: at, startedBy: by } = await draft(context, key, manifest, mode);
    await store.setup.start({ ...key, session, at, by });
  }

  async function drop(key: InstanceKey): Promise<void> {
    await store.signIns.giveUp(key);
    await store.setup.remove(key);
  }
}

const modeWords: Record<SetupMode, string> = {
  setup: "A setup",
  reconfigure: "A reconfiguration",
  reauthenticate: "A renewed sign-in",
};

/** Whether what is saved answers a step. */
function holds(
  manifest: Manifest,
  steps: readonly SetupStep[],
  session: Session,
  id: string,
  stored: readonly string[],
): boolean {
  const step = stepOf(steps, id);
  if (step.type === "oauth2") return step.into !== undefined && stored.includes(step.into);
  if (step.type !== "form") return true;
  try {
    takeAnswers(manifest, step, structuredClone(session), { values: {} }, stored);
    return true;
  } catch {
    return false;
  }
}
