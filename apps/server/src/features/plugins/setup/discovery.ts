import {
  HilumError,
  secretNames,
  type Context,
  type Manifest,
  type SetupStep,
  type WireErrorData,
} from "@hilum/contract";
import type { Discovered, Evidence } from "@hilum/contract/api";
import type { InstanceKey } from "@hilum/store";
import type { InstanceRunner } from "../runner.ts";
import type { SettingsService } from "../settings.ts";
import { describeFailure } from "../smoke.ts";
import { redactRows, redactText, spellingsOf } from "./redact-rows.ts";
import type { Session } from "./session.ts";
import { titleOf } from "./steps.ts";

export interface Discovery {
  /** What a setting may be at the provider. Where that cannot be found out, the answer says why, and the value is typed. */
  list(
    context: Context,
    key: InstanceKey,
    manifest: Manifest,
    step: SetupStep,
    field: string,
    session: Session,
    renewSignIns: () => Promise<Evidence[]>,
  ): Promise<Discovered>;
}

type Parts = {
  settings: SettingsService;
  runner: InstanceRunner;
  failureData(error: unknown): WireErrorData | undefined;
};

export function createDiscovery({ settings, runner, failureData }: Parts): Discovery {
  return {
    async list(context, key, manifest, step, field, session, renewSignIns) {
      if (step.discover?.[field] !== true)
        throw new HilumError("request.invalid", {
          problems: [{ pointer: "/field", message: "the plugin does not list values for it", fix: "Type the value." }],
        });
      const at = context.now().toISOString();
      const [ended] = await renewSignIns();
      if (ended !== undefined) return { at, options: [], problem: ended };
      const draft = await settings.tentative(key, { values: session.values, secrets: session.secrets });
      const names = manifest.config === undefined ? [] : secretNames(manifest.config);
      const secrets = names.map((name) => draft[name]).filter((value): value is string => typeof value === "string");
      try {
        const { options } = await runner.tryOut(context, key, draft, (trial) =>
          runner.check(context, trial, "setup.discover", { step: step.id, field, settings: draft }),
        );
        const spellings = spellingsOf(secrets);
        return {
          at,
          options: options.map((option) => ({ ...option, title: redactText(option.title, spellings) })),
          ...(options.length > 0 ? {} : { problem: nothingFound(titleOf(manifest.config, field)) }),
        };
      } catch (error) {
        const row = { ...describeFailure(error, failureData(error)), id: field, title: "The values cannot be listed" };
        const [problem = row] = redactRows([row], secrets);
        return { at, options: [], problem };
      }
    },
  };
}

const nothingFound = (title: string): NonNullable<Discovered["problem"]> => ({
  id: "none",
  title: "The provider lists none",
  status: "warning",
  detail: `There is nothing to choose for ${title}.`,
  fix: "Make one at the provider and list again, or type it.",
});
