import { stopCluster } from "../postgres/cluster.ts";
import { abandonedRunDirectories, openRunDirectory, removeRunDirectory } from "./run-directory.ts";

/**
 * Begins a run of tests, and clears away what a killed one left. Vitest calls this once before the workers start; what it
 * returns runs after the last one has ended.
 */
export function setup(): () => void {
  for (const path of abandonedRunDirectories()) release(path);
  const path = openRunDirectory();
  return () => release(path);
}

function release(path: string): void {
  stopCluster(path);
  removeRunDirectory(path);
}
