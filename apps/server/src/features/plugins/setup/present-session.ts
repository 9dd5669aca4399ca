import { withDefaults, type Manifest, type SetupStep } from "@hilum/contract";
import type { SetupSession, SetupSignIn } from "@hilum/contract/api";
import type { SettingChange, SetupRow } from "@hilum/store";
import { isReachable, type Session } from "./session.ts";
import { titleOf, titleOfHook } from "./steps.ts";

export interface Presented {
  manifest: Manifest;
  steps: readonly SetupStep[];
  row: SetupRow;
  session: Session;
  /** Names of secrets that are saved. */
  stored: readonly string[];
  changes: readonly SettingChange[];
  signIns: Record<string, SetupSignIn>;
}

/** The setup as a person sees it. Secrets by name alone. */
export function presentSession(parts: Presented): SetupSession {
  const { manifest, steps, row, session, stored, changes, signIns } = parts;
  const { minutes, have = [] } = manifest.setup ?? {};
  const set = [...stored, ...Object.keys(session.secrets)].filter((name) => session.secrets[name] !== null);
  return {
    mode: session.mode,
    steps: [...steps.map((step) => presentStep(parts, step)), presentStep(parts, summary)],
    current: session.current,
    schema: manifest.config === undefined ? null : { ...manifest.config },
    values: manifest.config === undefined ? {} : withDefaults(manifest.config, session.values),
    secretsSet: [...new Set(set)],
    checks: session.checks,
    discovered: session.discovered,
    signIns,
    changes: changes.map((change) => ({ ...change, title: titleOf(manifest.config, change.name) })),
    startedAt: row.startedAt,
    startedBy: row.startedBy,
    ...(manifest.setup === undefined
      ? {}
      : { prepare: { have: [...have], ...(minutes === undefined ? {} : { minutes }) } }),
  };
}

type Shown = Omit<SetupStep, "type"> & { type: SetupStep["type"] | "summary" };
const summary: Shown = { id: "summary", type: "summary", title: "Summary" };

function presentStep({ manifest, session, steps }: Presented, step: Shown): SetupSession["steps"][number] {
  const { id, type, title, text, help, link, fields = [], options = [], discover = {}, check = false } = step;
  const answered = session.answered[id];
  const chosen = session.chosen[id] ?? (session.mode === "setup" ? undefined : chosenBefore(options, session.values));
  const state = id === session.current ? "current" : session.done.includes(id) ? "done" : "open";
  return {
    ...{ id, type, title, state, check },
    reachable: isReachable(session, steps, id),
    fields: step.into === undefined ? [...fields] : [step.into],
    options: options.map((option) => ({
      id: option.id,
      title: option.title,
      ...(option.text === undefined ? {} : { text: option.text }),
    })),
    sets: [...new Set(options.flatMap((option) => Object.keys(option.set ?? {})))],
    discover: Object.keys(discover),
    ...(text === undefined ? {} : { text }),
    ...(help === undefined ? {} : { help }),
    ...(link === undefined ? {} : { link }),
    ...(chosen === undefined ? {} : { chosen }),
    ...(step.waitsForHook === undefined ? {} : { waitsForHook: titleOfHook(manifest, step.waitsForHook) }),
    ...(answered === undefined ? {} : { answeredAt: answered.at, answeredBy: answered.by }),
  };
}

/** The choice that the saved settings come from, where one says all of them. */
function chosenBefore(
  options: NonNullable<SetupStep["options"]>,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  return options.find(({ set }) =>
    Object.entries(set ?? {}).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value)),
  )?.id;
}
