import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface GeneratedFile {
  /** From the root, with forward slashes. */
  path: string;
  content: string;
}

/** Makes committed files from a source of truth. */
export interface Generator {
  name: string;
  generate(root: string): Promise<GeneratedFile[]>;
}

/** Writes what differs and answers the paths that it wrote. */
export async function writeFiles(root: string, generators: readonly Generator[]): Promise<string[]> {
  const written: string[] = [];
  for (const generator of generators) {
    for (const { path, content } of await generator.generate(root)) {
      const target = join(root, path);
      if (existsSync(target) && readFileSync(target, "utf8") === content) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      written.push(path);
    }
  }
  return written;
}

/** One sentence for each file that is missing or is not what its generator makes. */
export async function staleFiles(root: string, generators: readonly Generator[]): Promise<string[]> {
  const faults: string[] = [];
  for (const generator of generators) {
    for (const { path, content } of await generator.generate(root)) {
      const target = join(root, path);
      if (!existsSync(target)) faults.push(`${path} is missing; run \`npm run generate\``);
      else if (readFileSync(target, "utf8") !== content)
        faults.push(`${path} is not what its sources make it; run \`npm run generate\``);
    }
  }
  return faults;
}
