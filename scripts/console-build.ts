import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./process.ts";

/** What goes into the Admin Console's bundle. */
const sources = [
  "apps/console/src",
  "apps/console/public",
  "apps/console/build",
  "apps/console/index.html",
  "apps/console/vite.config.ts",
  "apps/console/package.json",
  "packages/client/src",
  "packages/contract/src",
  "packages/marketplace/src/sign",
  "packages/sdk/src/ui",
];

export type ConsoleState = "fresh" | "missing" | "stale";

/** Whether the built console is there and younger than everything it is made of. */
export function judgeConsole(root: string): ConsoleState {
  const built = join(root, "apps/console/dist/index.html");
  if (!existsSync(built)) return "missing";
  const builtAtMs = statSync(built).mtimeMs;
  return sources.some((path) => newestMs(join(root, path)) > builtAtMs) ? "stale" : "fresh";
}

/** Builds the console; throws with the whole output when it cannot be built. */
export async function buildConsole(root: string): Promise<void> {
  const { code, output } = await runCommand("vite", ["build"], { cwd: join(root, "apps/console") });
  if (code !== 0) throw new Error(`The Admin Console could not be built:\n${output}`);
}

function newestMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || /\.test\.tsx?$/.test(path)) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
