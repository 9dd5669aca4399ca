import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const variable = "HILUM_TEST_RUN_DIRECTORY";
const prefix = "hilum-test-run-";

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
  process.env[variable] = path;
  return path;
}

export function removeRunDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
  if (process.env[variable] === path) delete process.env[variable];
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
