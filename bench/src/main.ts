/**
 * `npm run bench`: every figure of the budgets in one run, beside its peers. Writes reports/bench.json.
 *
 *   --quick        one round each, fewer rows
 *   --rows N       messages stored before the second latency measurement (default 100,000)
 *   --only a,b     only these parts: call, audit, store, accept, start, plugins, console,
 *                  pages, developer, fetches, hooks, records, marketplace
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTempDir } from "@hilum/testkit";
import { measureAcceptance } from "./acceptance.ts";
import { measureAudit } from "./audit.ts";
import { measureCall } from "./call.ts";
import { besidePeers } from "./call-peers.ts";
import { measureConsole } from "./console-page.ts";
import { measureDeveloper } from "./developer.ts";
import { measureFetches } from "./fetches.ts";
import { measureHooks } from "./hooks.ts";
import { measureMarketplace } from "./marketplace.ts";
import { measurePages } from "./pages.ts";
import { measureRecords } from "./records.ts";
import { isMet, type Row, type Skipped } from "./row.ts";
import { measureSandboxedPlugins } from "./sandboxed-plugins.ts";
import { measureStarting } from "./starting.ts";
import { measureStore } from "./store.ts";
import { renderTable } from "./table.ts";

interface Part {
  rows: Row[];
  skipped?: Skipped[];
}

interface Scale {
  rounds: number;
  seconds: number;
  rows: number;
  quick: boolean;
  compileCache: string;
}

/** In this order: what is most easily disturbed by a hot machine comes first. */
const parts: Record<string, (scale: Scale) => Promise<Part>> = {
  start: async ({ rounds, quick }) => ({ rows: await measureStarting({ rounds, idleSeconds: quick ? 3 : 10 }) }),
  plugins: measureSandboxedPlugins,
  console: measureConsole,
  pages: measurePages,
  developer: measureDeveloper,
  fetches: measureFetches,
  hooks: measureHooks,
  call: async ({ rounds }) => ({ rows: besidePeers(await measureCall({ rounds })) }),
  audit: async ({ quick }) => ({ rows: await measureAudit(quick ? 50_000 : 400_000) }),
  store: async ({ quick, rows }) => ({ rows: await measureStore(quick ? 150_000 : Math.max(rows, 150_000)) }),
  marketplace: async (scale) => ({ rows: await measureMarketplace(scale) }),
  records: measureRecords,
  accept: async (scale) => ({ rows: await measureAcceptance(scale) }),
};

const { values } = readOptions();
const chosen = values.only?.split(",") ?? Object.keys(parts);
const unknown = chosen.find((name) => parts[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}. The parts: ${Object.keys(parts).join(", ")}.\n`);
  process.exit(2);
}

using cache = createTempDir("bench-compiled");
const scale: Scale = {
  rounds: values.quick ? 1 : 3,
  seconds: values.quick ? 3 : 8,
  rows: Number(values.rows ?? (values.quick ? 20_000 : 100_000)),
  quick: values.quick,
  compileCache: cache.path,
};
const startedAt = new Date();
const loadBefore = loadavg()[0] ?? 0;
const rows: Row[] = [];
const skipped: Skipped[] = [];
for (const name of chosen) {
  process.stderr.write(`measuring ${name} …\n`);
  try {
    const part = await parts[name]?.(scale);
    rows.push(...(part?.rows ?? []));
    skipped.push(...(part?.skipped ?? []));
  } catch (error) {
    skipped.push({ figure: name, reason: error instanceof Error ? error.message : String(error) });
  }
}

const machine = {
  node: process.version,
  system: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 1e9),
  loadBefore,
  loadAfter: loadavg()[0] ?? 0,
};
process.stdout.write(`\n${renderTable(rows, skipped)}`);
process.stdout.write(
  `${machine.cores} cores of ${machine.processor}, Node ${machine.node}; load average ${loadBefore.toFixed(2)} before, ${machine.loadAfter.toFixed(2)} after\n`,
);
const reports = join(import.meta.dirname, "../../reports");
mkdirSync(reports, { recursive: true });
const judged = rows.map((row) => ({ ...row, met: isMet(row) }));
writeFileSync(
  join(reports, "bench.json"),
  `${JSON.stringify({ startedAt, quick: values.quick, machine, rows: judged, skipped }, undefined, 2)}\n`,
);
process.exitCode = skipped.some(({ figure }) => parts[figure] !== undefined) ? 1 : 0;

function readOptions() {
  try {
    return parseArgs({
      options: { quick: { type: "boolean", default: false }, rows: { type: "string" }, only: { type: "string" } },
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `${said}\nThe options are --quick, --rows N and --only a,b of: ${Object.keys(parts).join(", ")}.\n`,
    );
    process.exit(2);
  }
}
