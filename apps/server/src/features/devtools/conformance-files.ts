import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conformanceFormat, type ConformanceResult } from "@hilum/contract/api";

const runsKept = 20;

/** Result files of conformance runs, below the data folder. They hold no content: cases are played with made-up messages. */
export interface ConformanceFiles {
  add(result: ConformanceResult): Promise<void>;
  /** Newest first. */
  list(plugin: string): Promise<ConformanceResult[]>;
}

export function createConformanceFiles(dir: string): ConformanceFiles {
  // A plugin's id is letters, digits, dots and hyphens, and a run's id is a ULID: both are names of files.
  const folderOf = (plugin: string): string => join(dir, plugin);
  const names = async (plugin: string): Promise<string[]> =>
    (await readdir(folderOf(plugin)).catch(() => []))
      .filter((name) => /^[0-9A-Z]{26}\.json$/.test(name))
      .toSorted()
      .toReversed();

  return {
    async add(result) {
      const folder = folderOf(result.plugin.id);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${result.id}.json`);
      await writeFile(`${path}.new`, `${JSON.stringify(result, undefined, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
      for (const old of (await names(result.plugin.id)).slice(runsKept)) await rm(join(folder, old), { force: true });
    },
    async list(plugin) {
      const read = (await names(plugin)).map(
        async (name) => JSON.parse(await readFile(join(folderOf(plugin), name), "utf8")) as ConformanceResult,
      );
      return (await Promise.all(read)).filter(({ format }) => format === conformanceFormat);
    },
  };
}
