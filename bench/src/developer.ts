/** What somebody waits for who writes a plugin: the changed code, and the verdict of its cases. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requires } from "@hilum/testkit";
import { openInstallation } from "./installation.ts";
import { median, type Row, type Skipped } from "./row.ts";
import type { Client } from "./server-client.ts";

const languages = [
  { language: "node", words: "TypeScript", file: "plugin.ts", comment: "//" },
  { language: "python", words: "Python", file: "plugin.py", comment: "#" },
] as const;
const pollMs = 5;
const patienceMs = 10_000;

interface Reloads {
  reloads: { at: string; outcome: string; detail?: string }[];
}

export async function measureDeveloper(options: {
  rounds: number;
  compileCache: string;
}): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  const sandbox = requires("bubblewrap");
  if (!sandbox.available)
    return { rows: [], skipped: [{ figure: "developer", reason: sandbox.reason ?? "there is no sandbox" }] };
  const rows: Row[] = [];
  const { client, close } = await openInstallation(options);
  try {
    for (const language of languages) rows.push(...(await measureLanguage(client, language, options.rounds * 8)));
  } finally {
    await close();
  }
  return { rows, skipped: [] };
}

async function measureLanguage(
  client: Client,
  { language, words, file, comment }: (typeof languages)[number],
  edits: number,
): Promise<Row[]> {
  const id = `com.example.bench-${language}`;
  const place = `/api/v1/plugins/${id}`;
  const choice = { language, id, name: `Bench ${words}`, capabilities: ["send_messages"], pages: false };
  const { path } = await client.expect<{ path: string }>(201, "POST", "/api/v1/dev/scaffolds", choice);
  const { enabled } = await client.expect<{ enabled: boolean }>(200, "POST", `${place}/enable`, {});
  if (!enabled) throw new Error(`${id} was not enabled`);
  await client.expect(200, "PUT", `${place}/live-reload`, { on: true });
  const source = findFile(path, file);
  const times: number[] = [];
  for (let edit = 0; edit < edits; edit += 1)
    times.push(await timeReload(client, place, source, `${comment} ${edit}\n`));
  const verdicts: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const { durationMs } = await client.expect<{ durationMs: number }>(200, "POST", `${place}/conformance-runs`, {});
    verdicts.push(durationMs / 1000);
  }
  return [
    {
      figure: `reload of an edited plugin in ${words}, from the write to the new code's answer`,
      value: median(times),
      unit: "ms",
      budget: "< 500",
    },
    { figure: `the same, the slowest of ${edits}`, value: Math.max(...times), unit: "ms" },
    { figure: `conformance of a plugin in ${words}`, value: median(verdicts), unit: "s", budget: "< 10" },
  ];
}

/** Adds a line to the source and waits until the newest reload is a later one. */
async function timeReload(client: Client, place: string, source: string, line: string): Promise<number> {
  const read = async () => (await client.expect<Reloads>(200, "GET", `${place}/live-reload`)).reloads[0];
  const before = (await read())?.at;
  // An edit that follows at once would be part of the one before.
  await sleep(300);
  const beganMs = performance.now();
  writeFileSync(source, readFileSync(source, "utf8") + line);
  while (performance.now() - beganMs < patienceMs) {
    const newest = await read();
    if (newest !== undefined && newest.at !== before) {
      if (newest.outcome !== "reloaded") throw new Error(`the reload ${newest.outcome}: ${newest.detail ?? ""}`);
      return performance.now() - beganMs;
    }
    await sleep(pollMs);
  }
  throw new Error(`${source} was not reloaded within ${patienceMs} ms`);
}

function findFile(folder: string, name: string): string {
  const found = readdirSync(folder, { recursive: true })
    .map(String)
    .find((path) => path.endsWith(name) && !path.includes("test"));
  if (found === undefined) throw new Error(`${folder} has no ${name}`);
  return join(folder, found);
}
