import {
  HilumError,
  pointerTo,
  secretNames,
  validateAnswers,
  withDefaults,
  type ConfigSchema,
  type Manifest,
  type Problem,
  type SetupStep,
} from "@hilum/contract";
import type { SettingsInput } from "../settings.ts";
import { addressesOf } from "./oauth/addresses.ts";
import type { Session } from "./session.ts";

export interface StepAnswers extends SettingsInput {
  option?: string | undefined;
}

/** Keeps what was typed in a step, right or wrong; answers the settings that changed. Throws for what the step does not ask. */
export function keepAnswers(manifest: Manifest, step: SetupStep, session: Session, answers: SettingsInput): string[] {
  const { values, secrets = {} } = answers;
  const allowed = new Set(step.fields ?? []);
  const secret = new Set(manifest.config === undefined ? [] : secretNames(manifest.config));
  const unasked = [
    ...Object.keys(values)
      .filter((name) => !allowed.has(name) || secret.has(name))
      .map((name) => pointerTo("/values", name)),
    ...Object.keys(secrets)
      .filter((name) => !allowed.has(name) || !secret.has(name))
      .map((name) => pointerTo("/secrets", name)),
  ];
  if (unasked.length > 0)
    throw new HilumError("request.invalid", {
      problems: unasked.map((pointer) => ({
        pointer,
        message: "this step does not ask for it",
        fix: "Send the fields that the step shows.",
      })),
    });
  const changed = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(session.values[name]) !== JSON.stringify(value),
  );
  Object.assign(session.values, values);
  Object.assign(session.secrets, secrets);
  return [...changed.map(([name]) => name), ...Object.keys(secrets)];
}

/** Takes the answers of a step as given: kept, and right. Answers the settings that changed. */
export function takeAnswers(
  manifest: Manifest,
  step: SetupStep,
  session: Session,
  { option, ...answers }: StepAnswers,
  storedSecrets: readonly string[],
): string[] {
  const changed = keepAnswers(manifest, step, session, answers);
  if (step.type === "menu") return [...changed, ...choose(step, session, option)];
  if (step.type === "form" && manifest.config !== undefined)
    refuseWrong(judge(manifest.config, step.fields ?? [], session, storedSecrets));
  return changed;
}

function choose(step: SetupStep, session: Session, option: string | undefined): string[] {
  const chosen = step.options?.find(({ id }) => id === option);
  if (chosen === undefined)
    throw new HilumError("request.invalid", {
      detail: "Choose one of the options.",
      problems: [{ pointer: "/option", message: "this is none of the options", fix: "Choose one of those shown." }],
    });
  const set = Object.entries(chosen.set ?? {});
  const changed = set.filter(([name, value]) => JSON.stringify(session.values[name]) !== JSON.stringify(value));
  Object.assign(session.values, chosen.set);
  session.chosen[step.id] = chosen.id;
  return changed.map(([name]) => name);
}

function judge(
  schema: ConfigSchema,
  fields: readonly string[],
  session: Session,
  stored: readonly string[],
): Problem[] {
  const given = Object.fromEntries(Object.entries(session.secrets).filter(([, value]) => value !== null));
  const present = stored.filter((name) => session.secrets[name] !== null);
  const secret = new Set(secretNames(schema));
  const values = { ...withDefaults(schema, session.values), ...given };
  return validateAnswers(schema, fields, values, { secretsPresent: present }).map((problem) => {
    const name = problem.pointer.split("/")[1] ?? "";
    return { ...problem, pointer: `${secret.has(name) ? "/secrets" : "/values"}${problem.pointer}` };
  });
}

function refuseWrong(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new HilumError("request.invalid", {
    detail: problems.length === 1 ? `${problems[0]?.message}.` : `${problems.length} answers need a correction.`,
    problems,
  });
}

/** A sign-in was made with an account and at an address: it does not outlive another of either. */
export function forgetSignIns(session: Session, steps: readonly SetupStep[], changed: readonly string[]): void {
  for (const step of steps) {
    if (step.type !== "oauth2") continue;
    const needs = [step.clientId, step.clientSecret, ...addressesOf(step)];
    if (!changed.some((name) => needs.includes(name))) continue;
    // A saved one goes with it when the setup is finished.
    if (step.into !== undefined) session.secrets[step.into] = null;
    delete session.signIns[step.id];
    session.done = session.done.filter((id) => id !== step.id);
  }
}
