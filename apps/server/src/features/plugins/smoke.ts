import { isHilumError, type Context, type Manifest, type WireErrorData } from "@hilum/contract";
import type { Evidence, SmokeRun } from "@hilum/contract/api";
import type { CallContext } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { loadInstance } from "./load-instance.ts";
import type { InstanceRunner } from "./runner.ts";

export interface SmokeRequest {
  trigger: SmokeRun["trigger"];
  /** Only these; all that are not live without it. */
  tests?: readonly string[] | undefined;
  /** Live tests send for real, to this address. */
  recipient?: string | undefined;
}

export interface SmokeService {
  /** Runs, keeps and answers the run; the instance's process must be up. */
  run(
    context: Pick<Context, "now"> & CallContext,
    key: InstanceKey & { trial?: string },
    request: SmokeRequest,
  ): Promise<SmokeRun>;
}

type Parts = { store: Store; runner: InstanceRunner; failureData(error: unknown): WireErrorData | undefined };
type Test = { id: string; title: string; live: boolean };

export function createSmokeService({ store, runner, failureData }: Parts): SmokeService {
  async function runTest(
    context: CallContext,
    key: InstanceKey,
    test: Test,
    recipient: string | undefined,
  ): Promise<SmokeRun["results"][number]> {
    const startedAt = performance.now();
    const base = { id: test.id, test: test.id, title: test.title, live: test.live };
    if (test.live && recipient === undefined)
      return {
        ...base,
        status: "skipped",
        detail: "A live test sends for real and needs a recipient.",
        fix: "Run it from this page and name who may receive it.",
      };
    try {
      const { rows } = await runner.check(context, key, "smoke.run", {
        id: test.id,
        ...(recipient === undefined ? {} : { recipient }),
      });
      return { ...summarise(rows), ...base, durationMs: elapsed(startedAt) };
    } catch (error) {
      return { ...describeFailure(error, failureData(error)), ...base, durationMs: elapsed(startedAt) };
    }
  }

  return {
    async run(context, key, { trigger, tests, recipient }) {
      const { manifest } = await loadInstance(store, key);
      const chosen = chooseTests(manifest, tests);
      const run: SmokeRun = {
        id: makeId(context.now().getTime()),
        trigger,
        by: context.actor.id,
        startedAt: context.now().toISOString(),
        status: chosen.length === 0 ? "no_tests" : "running",
        results: [],
      };
      const place = { plugin: key.plugin, instance: key.instance };
      if (chosen.length === 0) return run;
      await store.smoke.start({ ...run, ...place });
      // One after the other: tests of one provider account must not trip over each other.
      for (const test of chosen) run.results.push(await runTest(context, key, test, recipient));
      run.status = run.results.some(({ status }) => status === "failed") ? "failed" : "passed";
      run.finishedAt = context.now().toISOString();
      await store.smoke.finish(run.id, { status: run.status, results: run.results, finishedAt: run.finishedAt });
      await store.health.recordRun(place, {
        day: run.startedAt.slice(0, 10),
        state: run.status === "failed" ? "failing" : "healthy",
        failed: run.status === "failed",
      });
      await store.instances.change(place, {
        lastSmokeRunAt: run.finishedAt,
        health: run.status === "failed" ? "failing" : "healthy",
      });
      return run;
    },
  };
}

function chooseTests(manifest: Manifest, names: readonly string[] | undefined): Test[] {
  const all = (manifest.smokeTests ?? []).map(({ id, title, live = false }) => ({ id, title, live }));
  return names === undefined ? all.filter(({ live }) => !live) : all.filter(({ id }) => names.includes(id));
}

const worst = ["failed", "warning", "passed", "skipped"] as const;

/** One row for a test: that of its worst step, which is the one a person must read. */
function summarise(rows: readonly Evidence[]): Evidence {
  const row = worst
    .map((status) => rows.find((candidate) => candidate.status === status))
    .find((found) => found !== undefined);
  return (
    row ?? {
      id: "none",
      title: "",
      status: "failed",
      cause: "plugin",
      detail: "The plugin answered without a result.",
      fix: "Report this to its publisher.",
    }
  );
}

export function describeFailure(error: unknown, data: WireErrorData | undefined): Evidence {
  const known = isHilumError(error) ? error : undefined;
  const fix = data?.fix ?? known?.spec.fix;
  const code = data?.code ?? known?.code ?? "";
  return {
    id: "failure",
    title: "",
    status: "failed",
    cause: data?.cause ?? (known?.code === "plugin.timeout" ? "timeout" : "plugin"),
    detail: known?.detail ?? "The check could not be run.",
    ...(fix === undefined ? {} : { fix }),
    ...(data?.field === undefined ? {} : { field: data.field }),
    ...(data?.reply === undefined ? {} : { reply: data.reply }),
    ...(code.startsWith("agreement.") ? { link: "/vendors" } : {}),
  };
}

const elapsed = (startedAt: number): number => Math.round(performance.now() - startedAt);
