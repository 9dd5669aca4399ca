/** Long runs by hand: `npm run soak -- <part> [--count N]`. Ctrl-C ends a part at its next step and shows what it has. */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { readable } from "../table.ts";
import { attachments } from "./attachments.ts";
import { audit } from "./audit.ts";
import { kills } from "./kills.ts";
import { messages } from "./messages.ts";
import type { SoakPart } from "./part.ts";
import { plugin, python } from "./plugin.ts";
import { records } from "./records.ts";
import { update } from "./update.ts";

const parts: Readonly<Record<string, SoakPart>> = {
  messages,
  records,
  attachments,
  kills,
  plugin,
  python,
  update,
  audit,
};

const { positionals, values } = parseArgs({ options: { count: { type: "string" } }, allowPositionals: true });
const chosen = positionals[0] === "all" ? Object.keys(parts) : positionals;
const unknown = chosen.find((name) => parts[name] === undefined);
if (chosen.length === 0 || unknown !== undefined) {
  process.stdout.write(describeParts());
  process.exit(unknown === undefined ? 0 : 2);
}

const cancelled = new AbortController();
process.once("SIGINT", () => {
  process.stderr.write("\nending after this step; Ctrl-C again ends at once\n");
  cancelled.abort();
  process.once("SIGINT", () => process.exit(130));
});
for (const name of chosen) if (!cancelled.signal.aborted) await soak(name);

async function soak(name: string): Promise<void> {
  const part = parts[name];
  if (part === undefined) return;
  const lines: Readonly<Record<string, string | number>>[] = [];
  const count = Number(values.count ?? part.count);
  const beganMs = performance.now();
  process.stdout.write(`${name}: ${part.about}; ${count} ${part.unit}\n`);
  try {
    await part.run({ count, signal: cancelled.signal, progress: showProgress, report: (line) => lines.push(line) });
  } catch (error) {
    // Ctrl-C also reaches the processes that a part talks to.
    if (!cancelled.signal.aborted) {
      process.exitCode = 1;
      process.stderr.write(`\n${name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  showProgress("");
  const minutes = (performance.now() - beganMs) / 60_000;
  process.stdout.write(
    `${renderLines(lines)}${readable(minutes)} minutes, load average ${loadavg()[0]?.toFixed(2)}\n\n`,
  );
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}

function renderLines(lines: readonly Readonly<Record<string, string | number>>[]): string {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const cells = lines.map((line) => names.map((name) => cellOf(line[name])));
  const widths = names.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const draw = (row: readonly string[]): string =>
    `${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")}\n`;
  return [names, ...cells].map(draw).join("");
}

function cellOf(value: string | number | undefined): string {
  if (typeof value !== "number") return value ?? "";
  return Number.isInteger(value) ? value.toLocaleString("en") : readable(value);
}

function describeParts(): string {
  const lines = Object.entries(parts).map(
    ([name, { about, unit, count }]) =>
      `  ${name.padEnd(10)} ${about}\n${" ".repeat(13)}--count N ${unit}, ${count.toLocaleString("en")} unless told\n`,
  );
  return `npm run soak -- <part> [--count N]\n\n${lines.join("")}  all        one after the other\n`;
}
