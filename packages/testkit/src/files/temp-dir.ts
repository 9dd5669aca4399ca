import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forgetFolder, rememberFolder } from "../run/run-directory.ts";

/** A private folder under the system's temporary folder. */
export interface TempDir {
  readonly path: string;
  /** A path inside the folder; nothing is created. */
  join(...parts: string[]): string;
  remove(): void;
  [Symbol.dispose](): void;
}

const open = new Set<string>();
let removesAtExit = false;

/**
 * Makes a folder that goes away with `remove()`, at the end of its `using` block, or when the process ends, whichever
 * comes first. Where the process is ended from outside, it goes away at the end of the run.
 */
export function createTempDir(label = "test"): TempDir {
  const path = mkdtempSync(join(tmpdir(), `hilum-${label}-`));
  open.add(path);
  rememberFolder(path);
  removeAllAtExit();
  const remove = (): void => {
    open.delete(path);
    rmSync(path, { recursive: true, force: true });
    forgetFolder(path);
  };
  return { path, join: (...parts) => join(path, ...parts), remove, [Symbol.dispose]: remove };
}

function removeAllAtExit(): void {
  if (removesAtExit) return;
  removesAtExit = true;
  process.once("exit", () => {
    for (const path of open) rmSync(path, { recursive: true, force: true });
  });
}
