import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import type { Mount } from "./runtime-files.ts";

const readableByOthers = 0o004;
const readableFolder = 0o005;

/**
 * How the plugin's folder becomes /plugin. A plugin with a user ID of its own reads what others may read; a folder that
 * is private only at its top (as temporary and data folders are) is mounted entry by entry. Throws
 * `plugin.code_unreadable` where the entry file itself stays out of reach.
 */
export async function mountCode(codeDir: string, entry: string, asOwnUser: boolean): Promise<Mount[]> {
  const whole = [{ from: codeDir, to: "/plugin" }];
  if (!asOwnUser) return whole;
  await assertReadable(codeDir, entry);
  if (await hasMode(codeDir, readableFolder)) return whole;
  const names = await readdir(codeDir);
  return names.map((name) => ({ from: join(codeDir, name), to: `/plugin/${name}` }));
}

async function assertReadable(codeDir: string, entry: string): Promise<void> {
  const parts = entry.split("/").filter((part) => part !== "" && part !== ".");
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const part = parts.slice(0, depth).join("/");
    if (await hasMode(join(codeDir, part), depth === parts.length ? readableByOthers : readableFolder)) continue;
    throw new HilumError("plugin.code_unreadable", {
      detail: `The plugin's user may not read ${part}, or it is not there`,
    });
  }
}

async function hasMode(path: string, mode: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & mode) === mode;
}
