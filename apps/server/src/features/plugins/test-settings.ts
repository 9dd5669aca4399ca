import type { Context, WireErrorData } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import type { InstanceKey } from "@hilum/store";
import type { InstanceRunner } from "./runner.ts";
import type { SettingsInput, SettingsService } from "./settings.ts";
import type { TrialSignIns } from "./setup/oauth/trial-sign-ins.ts";
import { describeFailure } from "./smoke.ts";

export type SettingsTest = (
  context: Context,
  key: InstanceKey,
  input: SettingsInput,
) => Promise<{ ok: boolean; rows: Evidence[] }>;

/** Tries settings with the plugin and its provider without saving them: the plugin's own judgement, then its live checks. */
export function createSettingsTest({
  settings,
  runner,
  signIns,
  failureData,
}: {
  settings: SettingsService;
  runner: InstanceRunner;
  signIns: TrialSignIns;
  failureData(error: unknown): WireErrorData | undefined;
}): SettingsTest {
  return async (context, key, input) => {
    await settings.draft(key, input);
    const ended = await signIns.renew(context, key);
    if (ended.length > 0) return { ok: false, rows: ended };
    const draft = await settings.draft(key, input);
    const rows = await runner
      .tryOut(context, key, draft, async (trial) => {
        const judged = (await runner.check(context, trial, "config.validate", {})).rows;
        if (judged.some(({ status }) => status === "failed")) return judged;
        return [...judged, ...(await runner.check(context, trial, "health.check", {})).rows];
      })
      .catch((error: unknown) => [
        { ...describeFailure(error, failureData(error)), id: "start", title: "The plugin can be asked" },
      ]);
    return { ok: rows.every(({ status }) => status !== "failed"), rows };
  };
}
