import {
  HilumError,
  secretNames,
  withDefaults,
  type ConfigSchema,
  type Context,
  type Manifest,
  type SetupStep,
  type WireErrorData,
} from "@hilum/contract";
import type { Evidence, SetupSession } from "@hilum/contract/api";
import type { InstanceKey, SetupRow, Store } from "@hilum/store";
import { loadInstance } from "./load-instance.ts";
import type { InstanceRunner } from "./runner.ts";
import type { SettingsInput, SettingsService } from "./settings.ts";
import { describeFailure } from "./smoke.ts";

/** What the wizard keeps between two answers, sealed at rest. */
interface Session {
  current: string;
  done: string[];
  values: Record<string, unknown>;
  secrets: Record<string, string | null>;
  checks: Record<string, { ok: boolean; rows: Evidence[] }>;
  /** Settings revision the setup began at. */
  revision: number;
}

export interface SetupService {
  read(context: Context, key: InstanceKey): Promise<SetupSession>;
  answer(
    context: Context,
    key: InstanceKey,
    step: string,
    input: SettingsInput & { option?: string | undefined },
  ): Promise<SetupSession>;
  /** Saves what was gathered. Throws while a step is open. */
  finish(context: Context, key: InstanceKey): Promise<void>;
  restart(context: Context, key: InstanceKey): Promise<SetupSession>;
}

type Parts = {
  store: Store;
  settings: SettingsService;
  runner: InstanceRunner;
  failureData(error: unknown): WireErrorData | undefined;
};

export function createSetupService({ store, settings, runner, failureData }: Parts): SetupService {
  async function open(
    context: Context,
    key: InstanceKey,
  ): Promise<{ manifest: Manifest; row: SetupRow; session: Session; steps: SetupStep[] }> {
    const { manifest } = await loadInstance(store, key);
    const steps = stepsOf(manifest);
    const row = (await store.setup.find(key)) ?? (await begin(context, key, steps));
    return { manifest, row, session: row.session as unknown as Session, steps };
  }

  async function begin(context: Context, key: InstanceKey, steps: readonly SetupStep[]): Promise<SetupRow> {
    const saved = await store.settings.current(key);
    const session: Session = {
      current: steps[0]?.id ?? "summary",
      done: [],
      values: { ...saved?.values },
      secrets: {},
      checks: {},
      revision: saved?.revision ?? 0,
    };
    return await store.setup.start({
      ...key,
      session: { ...session },
      at: context.now().toISOString(),
      by: context.actor.id,
    });
  }

  /** What a step of type check or test finds, with the code itself and the answers so far. */
  async function runCheck(
    context: Context,
    key: InstanceKey,
    step: SetupStep,
    session: Session,
  ): Promise<{ ok: boolean; rows: Evidence[] }> {
    const draft = await settings.draft(key, { values: session.values, secrets: session.secrets });
    const rows = await runner
      .tryOut(
        context,
        key,
        draft,
        async (trial) => (await runner.check(context, trial, "setup.check", { step: step.id, settings: draft })).rows,
      )
      .catch((error: unknown) => [{ ...describeFailure(error, failureData(error)), id: step.id, title: step.title }]);
    return { ok: rows.every(({ status }) => status !== "failed"), rows };
  }

  const present = async (
    key: InstanceKey,
    manifest: Manifest,
    steps: readonly SetupStep[],
    row: SetupRow,
  ): Promise<SetupSession> => presentSession(manifest, steps, row, Object.keys(await store.settings.secretMarks(key)));

  return {
    async read(context, key) {
      const { manifest, row, steps } = await open(context, key);
      return await present(key, manifest, steps, row);
    },
    async answer(context, key, stepId, input) {
      const { manifest, row, session, steps } = await open(context, key);
      const step = steps.find(({ id }) => id === stepId);
      if (step === undefined) throw new HilumError("request.not_found", { detail: "The setup has no such step." });
      takeAnswers(manifest.config, step, session, input);
      if (step.type === "check" || step.type === "test")
        session.checks[step.id] = await runCheck(context, key, step, session);
      else forgetChecks(session);
      const passed = session.checks[step.id]?.ok ?? true;
      session.done = passed ? [...new Set([...session.done, step.id])] : session.done.filter((id) => id !== step.id);
      session.current = passed ? (steps[steps.indexOf(step) + 1]?.id ?? "summary") : step.id;
      const saved = await store.setup.save(key, { ...session }, row.rowVersion);
      return await present(key, manifest, steps, saved);
    },
    async finish(context, key) {
      const { session, steps } = await open(context, key);
      const openStep = steps.find(({ id }) => !session.done.includes(id));
      if (openStep !== undefined)
        throw new HilumError("instance.wrong_state", { detail: `The step "${openStep.title}" is not done yet.` });
      await settings.save(context, key, {
        values: session.values,
        secrets: session.secrets,
        revision: session.revision,
      });
      await store.setup.remove(key);
    },
    async restart(context, key) {
      await store.setup.remove(key);
      return await this.read(context, key);
    },
  };
}

/** The manifest's steps; without any, one form of all settings, then the plugin's own judgement of them. */
function stepsOf(manifest: Manifest): SetupStep[] {
  if (manifest.setup !== undefined && manifest.setup.steps.length > 0) return manifest.setup.steps;
  const fields = Object.keys(manifest.config?.properties ?? {});
  return fields.length === 0 ? [] : [{ id: "settings", type: "form", title: "Settings", fields }];
}

function takeAnswers(
  schema: ConfigSchema | undefined,
  step: SetupStep,
  session: Session,
  { values, secrets = {}, option }: SettingsInput & { option?: string | undefined },
): void {
  const allowed = new Set(step.fields ?? []);
  const secret = new Set(schema === undefined ? [] : secretNames(schema));
  for (const [name, value] of Object.entries(values)) {
    if (!allowed.has(name) || secret.has(name))
      throw new HilumError("request.invalid", {
        problems: [
          {
            pointer: `/values/${name}`,
            message: `This step does not ask for ${name}.`,
            fix: "Send the fields that the step shows.",
          },
        ],
      });
    session.values[name] = value;
  }
  for (const [name, value] of Object.entries(secrets)) {
    if (!allowed.has(name) || !secret.has(name))
      throw new HilumError("request.invalid", {
        problems: [{ pointer: `/secrets/${name}`, message: `This step does not ask for ${name}.` }],
      });
    session.secrets[name] = value;
  }
  if (step.type !== "menu") return;
  const chosen = step.options?.find(({ id }) => id === option);
  if (chosen === undefined)
    throw new HilumError("request.invalid", {
      detail: "Choose one of the options.",
      problems: [{ pointer: "/option", message: "This is none of the options.", fix: "Choose one of those shown." }],
    });
  Object.assign(session.values, chosen.set);
}

/** A check speaks of the answers it saw; other answers need another one. */
function forgetChecks(session: Session): void {
  session.done = session.done.filter((id) => session.checks[id] === undefined);
  session.checks = {};
}

function presentSession(
  manifest: Manifest,
  steps: readonly SetupStep[],
  row: SetupRow,
  stored: readonly string[],
): SetupSession {
  const session = row.session as unknown as Session;
  const state = (id: string) =>
    id === session.current ? ("current" as const) : session.done.includes(id) ? ("done" as const) : ("open" as const);
  const shown = steps.map(({ id, type, title, text, fields = [], options = [] }) => ({
    id,
    type,
    title,
    state: state(id),
    fields: [...fields],
    options: options.map((option) => ({
      id: option.id,
      title: option.title,
      ...(option.text === undefined ? {} : { text: option.text }),
    })),
    ...(text === undefined ? {} : { text }),
  }));
  const { minutes, have = [] } = manifest.setup ?? {};
  return {
    steps: [
      ...shown,
      { id: "summary", type: "summary", title: "Summary", state: state("summary"), fields: [], options: [] },
    ],
    current: session.current,
    schema: manifest.config === undefined ? null : { ...manifest.config },
    values: manifest.config === undefined ? {} : withDefaults(manifest.config, session.values),
    secretsSet: [
      ...new Set([
        ...stored.filter((name) => session.secrets[name] !== null),
        ...Object.keys(session.secrets).filter((name) => session.secrets[name] !== null),
      ]),
    ],
    checks: session.checks,
    startedAt: row.startedAt,
    startedBy: row.startedBy,
    finished: false,
    ...(manifest.setup === undefined
      ? {}
      : { prepare: { have: [...have], ...(minutes === undefined ? {} : { minutes }) } }),
  };
}
