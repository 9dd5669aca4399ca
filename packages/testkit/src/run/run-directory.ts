import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const variable = "HILUM_TEST_RUN_DIRECTORY";
const prefix = "hilum-test-run-";
/** Below the run's folder: one empty file for each folder that was made in the system's, by its name. */
const made = "made";

/**
 * The folder that all workers of one Vitest run share, or undefined outside a run. Its name carries the process id of
 * the run, so that the next run can tell what a killed one left behind.
 */
export function runDirectory(): string | undefined {
  return process.env[variable];
}

/** Makes the shared folder and hands its path to the workers by the environment. */
export function openRunDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  mkdirSync(join(path, made));
  process.env[variable] = path;
  return path;
}

/** Remembers a folder for the end of the run: a worker that is ended from outside removes none of its own. */
export function rememberFolder(path: string): void {
  const run = runDirectory();
  if (run !== undefined) writeFileSync(join(run, made, basename(path)), "");
}

export function forgetFolder(path: string): void {
  const run = runDirectory();
  if (run !== undefined) rmSync(join(run, made, basename(path)), { force: true });
}

/** Removes the folder of a run, and the folders that were made in it and are still there. */
export function removeRunDirectory(path: string): void {
  const list = join(path, made);
  for (const name of existsSync(list) ? readdirSync(list) : []) removeFolder(join(tmpdir(), name));
  rmSync(path, { recursive: true, force: true });
  if (process.env[variable] === path) delete process.env[variable];
}

function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The small disk of a test that was ended still hangs there.
    spawnSync("umount", ["-l", path]);
    rmSync(path, { recursive: true, force: true });
  }
}

/** Folders of runs whose process is gone. */
export function abandonedRunDirectories(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix))
    .filter((name) => !isAlive(Number.parseInt(name.slice(prefix.length), 10)))
    .map((name) => join(tmpdir(), name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
