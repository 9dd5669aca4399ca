import { readFileSync } from "node:fs";
import { parseManifest, storageBrowserOf, type Destination, type Manifest } from "@hilum/contract";
import type { Knowledge } from "./case.ts";

/** Reads `hilum.json`. Throws with what is wrong with it, and the mends. */
export function readManifest(path: string, options: { included?: boolean } = {}): Manifest {
  const parsed = parseManifest(readFileSync(path, "utf8"), options);
  if (parsed.ok) return parsed.manifest;
  const faults = parsed.problems.map(({ pointer, message, fix }) => `${pointer} ${message}: ${fix ?? "correct it"}`);
  throw new Error(`${path} is no manifest.\n${faults.join("\n")}`);
}

/** The destinations that a manifest declares. */
export function readDestinations(path: string, options: { included?: boolean } = {}): readonly Destination[] {
  return readManifest(path, options).destinations ?? [];
}

/** What a manifest tells the cases of its plugin. */
export function knowledgeOf(
  manifest: Manifest,
): Pick<Knowledge, "capabilities" | "smokeTest" | "destinations" | "storage"> {
  const { capabilities, smokeTests = [], destinations } = manifest;
  const smokeTest = smokeTests.find(({ live = false }) => !live)?.id;
  const storage = storageBrowserOf(manifest);
  return {
    capabilities,
    ...(smokeTest === undefined ? {} : { smokeTest }),
    ...(destinations === undefined ? {} : { destinations }),
    ...(storage === undefined ? {} : { storage }),
  };
}
