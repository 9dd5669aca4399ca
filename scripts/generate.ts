import { generators } from "./generate/generators.ts";
import { staleFiles, writeFiles } from "./generate/generate-files.ts";
import { repository } from "./process.ts";

/** `npm run generate` writes the generated files; with `-- --check` it only tells which are stale. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--check")) {
    const faults = await staleFiles(repository, generators);
    for (const fault of faults) console.error(fault);
    return faults.length === 0 ? 0 : 1;
  }
  const written = await writeFiles(repository, generators);
  console.log(written.length === 0 ? "Every generated file is up to date." : `Wrote ${written.join(", ")}.`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
