import { hooksOf, secretNames, type Context, type Manifest, type SetupStep, type WireErrorData } from "@hilum/contract";
import type { Evidence, SetupCheck } from "@hilum/contract/api";
import { keySetting } from "@hilum/host";
import type { InstanceKey } from "@hilum/store";
import type { InstanceRunner } from "../runner.ts";
import type { SettingsService } from "../settings.ts";
import { describeFailure } from "../smoke.ts";
import { destinationRows } from "./destination-rows.ts";
import { destinationsOf, type SetupDestination } from "./destinations-of.ts";
import type { HookPort } from "./hooks.ts";
import { redactRows } from "./redact-rows.ts";
import { isCheck, type Session } from "./session.ts";
import { titleOfHook } from "./steps.ts";

export interface StepChecks {
  /** Tries the answers so far: host's rows for each destination, sign-ins that hold no more, then the plugin's own rows. */
  run(
    context: Context,
    key: InstanceKey,
    manifest: Manifest,
    step: SetupStep,
    session: Session,
    options: { recipient: string | undefined; waiting: SetupCheck["waiting"]; renewSignIns(): Promise<Evidence[]> },
  ): Promise<SetupCheck>;
  /** For a step that a call of the provider ends: the check before it runs, for the call may be faster than its answer. */
  begin(context: Context, key: InstanceKey, manifest: Manifest, step: SetupStep): SetupCheck | undefined;
  /** The check with the call that it waited for, or its end; the same object while nothing has changed. */
  awaitHook(key: InstanceKey, setup: Awaiting, check: SetupCheck, now: Date): Promise<SetupCheck>;
}

type Awaiting = { manifest: Manifest; session: Session };
type Parts = {
  settings: SettingsService;
  runner: InstanceRunner;
  hooks: HookPort;
  failureData(error: unknown): WireErrorData | undefined;
};

/** How long a call of the provider is awaited. */
const hookMs = 10 * 60_000;

export function createStepChecks({ settings, runner, hooks, failureData }: Parts): StepChecks {
  /** What the host itself can tell: whether the provider is in reach, and its sign-ins hold. */
  async function hostRows(
    context: Context,
    key: InstanceKey,
    destinations: readonly SetupDestination[],
    renewSignIns: () => Promise<Evidence[]>,
  ): Promise<Evidence[]> {
    const found = await runner.probe(context, key, destinations);
    const rows = found.flatMap((lookedAt) => destinationRows(lookedAt, context.now()));
    return hasFailed(rows) ? rows : [...rows, ...(await renewSignIns())];
  }

  async function pluginRows(
    context: Context,
    key: InstanceKey,
    step: SetupStep,
    draft: Record<string, unknown>,
    recipient: string | undefined,
  ): Promise<Evidence[]> {
    return await runner
      .tryOut(context, key, draft, async (trial) => {
        const params = { step: step.id, settings: draft, ...(recipient === undefined ? {} : { recipient }) };
        return (await runner.check(context, trial, "setup.check", params)).rows;
      })
      .catch((error: unknown) => [{ ...describeFailure(error, failureData(error)), id: step.id, title: step.title }]);
  }

  return {
    begin(context, key, manifest, step) {
      const hook = step.waitsForHook;
      if (hook === undefined) return undefined;
      const at = context.now();
      const since = at.toISOString();
      const until = new Date(at.getTime() + hookMs).toISOString();
      const waiting = { hook, title: titleOfHook(manifest, hook), since, until, address: hooks.address(key, hook) };
      return { ok: false, rows: [], at: since, durationMs: 0, waiting };
    },
    async run(context, key, manifest, step, session, { recipient, waiting, renewSignIns }) {
      const begunAt = performance.now();
      const read = () => settings.tentative(key, { values: session.values, secrets: session.secrets });
      const draft = await read();
      const destinations = destinationsOf(manifest, draft, isCheck(step) ? undefined : (step.fields ?? []));
      const own = await hostRows(context, key, destinations, renewSignIns);
      const renewed = await read();
      // Where the host can tell that the provider will not answer, the plugin is not asked.
      const more = hasFailed(own) ? [waits(step)] : await pluginRows(context, key, step, renewed, recipient);
      const rows = redactRows(
        [...own, ...more],
        [draft, renewed].flatMap((values) => secretsOf(manifest, values)),
      );
      const at = context.now();
      const ok = !hasFailed(rows);
      const check: SetupCheck = { ok, rows, at: at.toISOString(), durationMs: Math.round(performance.now() - begunAt) };
      return waiting === undefined || !ok ? check : { ...check, ok: false, waiting };
    },
    async awaitHook(key, { manifest, session }, check, now) {
      const { waiting, ...rest } = check;
      // Without rows it is still under way, and whoever runs it writes down what came of it.
      if (waiting === undefined || check.rows.length === 0) return check;
      const hook = hooksOf(manifest).find(({ id }) => id === waiting.hook);
      if (hook === undefined) return rest;
      const field = keySetting(hook.signature);
      const draft = await settings.tentative(key, { values: session.values, secrets: session.secrets });
      const signingKey = typeof draft[field] === "string" ? draft[field] : undefined;
      const arrival = await hooks.arrivedSince(key, { hook, signingKey }, waiting.since);
      const row = { id: `hook:${waiting.hook}`, title: waiting.title };
      if (arrival?.signed === true)
        return {
          ...rest,
          ok: true,
          rows: [
            ...check.rows,
            {
              ...row,
              status: "passed",
              detail: "The provider's call arrived, signed as it must be.",
              durationMs: Math.max(0, Date.parse(arrival.at) - Date.parse(waiting.since)),
            },
          ],
        };
      if (arrival !== undefined) return { ...rest, rows: [...check.rows, { ...row, ...unsigned, field: `/${field}` }] };
      if (now.toISOString() > waiting.until) return { ...rest, rows: [...check.rows, { ...row, ...nothingCame }] };
      return check;
    },
  };
}

const hasFailed = (rows: readonly Evidence[]): boolean => rows.some(({ status }) => status === "failed");

const waits = ({ id, title }: SetupStep): Evidence => ({
  ...{ id, title },
  status: "skipped",
  detail: "Waits for what failed above.",
});

const unsigned: Pick<Evidence, "status" | "cause" | "detail" | "fix"> = {
  status: "failed",
  cause: "wrong_credential",
  detail: "A call arrived whose signature does not fit the secret that was entered.",
  fix: "Copy the signing secret from the provider once more, and check that the address there is the one that Hilum shows.",
};
const nothingCame: Pick<Evidence, "status" | "cause" | "detail" | "fix"> = {
  status: "failed",
  cause: "network",
  detail: "No call of the provider arrived within ten minutes.",
  fix: "Check that the provider has the address shown here, and that it can reach this machine from outside.",
};

/** Values that no row may show. */
function secretsOf(manifest: Manifest, draft: Readonly<Record<string, unknown>>): string[] {
  const names = manifest.config === undefined ? [] : secretNames(manifest.config);
  return names.map((name) => draft[name]).filter((value): value is string => typeof value === "string" && value !== "");
}
