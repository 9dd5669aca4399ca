import {
  HilumError,
  hooksOf,
  secretNames,
  withDefaults,
  type ConfigSchema,
  type Manifest,
  type SetupStep,
} from "@hilum/contract";
import type { SetupMode } from "@hilum/contract/api";
import { isCheck } from "./session.ts";

/**
 * The steps of a mode, those left out that make no sense of the answers so far. A renewed sign-in asks only for what the provider
 * no longer accepts, and tries it.
 */
export function stepsOf(manifest: Manifest, mode: SetupMode, values: Readonly<Record<string, unknown>>): SetupStep[] {
  const filled = manifest.config === undefined ? values : withDefaults(manifest.config, { ...values });
  const steps = allSteps(manifest).filter(
    ({ when }) => when === undefined || when.in.some((choice) => choice === filled[when.setting]),
  );
  if (mode !== "reauthenticate") return steps;
  const secrets = new Set(manifest.config === undefined ? [] : secretNames(manifest.config));
  return steps.filter(
    (step) => step.type === "oauth2" || isCheck(step) || (step.fields ?? []).some((name) => secrets.has(name)),
  );
}

/** One of the steps; throws `request.not_found`. */
export function stepOf(steps: readonly SetupStep[], id: string): SetupStep {
  const step = steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new HilumError("request.not_found", { detail: "The setup has no such step." });
  return step;
}

/** The manifest's steps; without any, one form of all settings. */
function allSteps({ setup, config }: Manifest): SetupStep[] {
  if (setup !== undefined && setup.steps.length > 0) return setup.steps;
  const fields = Object.keys(config?.properties ?? {});
  return fields.length === 0 ? [] : [{ id: "settings", type: "form", title: "Settings", fields }];
}

/** What a person calls a setting. */
export const titleOf = (schema: ConfigSchema | undefined, name: string): string =>
  schema?.properties[name]?.title ?? name;

/** What a person calls an entrance. */
export const titleOfHook = (manifest: Manifest, id: string): string =>
  hooksOf(manifest).find((hook) => hook.id === id)?.title ?? id;
