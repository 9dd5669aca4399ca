import { readFileSync } from "node:fs";
import { parseManifest, type Destination } from "@hilum/contract";

/** The destinations that a manifest declares. Throws with what is wrong with it, and the mends. */
export function readDestinations(path: string, options: { included?: boolean } = {}): readonly Destination[] {
  const parsed = parseManifest(readFileSync(path, "utf8"), options);
  if (parsed.ok) return parsed.manifest.destinations ?? [];
  const faults = parsed.problems.map(({ pointer, message, fix }) => `${pointer} ${message}: ${fix ?? "correct it"}`);
  throw new Error(`${path} is no manifest.\n${faults.join("\n")}`);
}
