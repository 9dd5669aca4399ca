import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

const filesMax = 5_000;
const fileBytesMax = 1_048_576;
const looked = /(?:\.(?:[cm]?[jt]s|[jt]sx|py)|(?:^|\/)(?:hilum|package)\.json|(?:^|\/)pyproject\.toml)$/;
/** What tools made, and what they brought. */
const leftOut: ReadonlySet<string> = new Set(["node_modules", "__pycache__", "venv", "dist", "build", "coverage"]);

export interface Sources {
  files: Map<string, string>;
  /** What would be looked at and is not, with the reason. */
  skipped: { path: string; why: string }[];
}

/**
 * The texts of a folder that an upgrade looks at: code, manifest, declarations of dependencies. Hidden files and what tools made
 * are no source; links are not followed, so nothing outside of the folder is read; large and binary files are skipped.
 */
export async function readSources(folder: string): Promise<Sources> {
  const sources: Sources = { files: new Map(), skipped: [] };
  await readBelow(folder, "", sources);
  return sources;
}

async function readBelow(folder: string, below: string, sources: Sources): Promise<void> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const skip = (why: string): void => void sources.skipped.push({ path, why });
    if (entry.name.startsWith(".") || leftOut.has(entry.name)) continue;
    if (entry.isSymbolicLink()) skip("It is a link.");
    else if (entry.isDirectory()) await readBelow(folder, path, sources);
    else if (entry.isFile() && looked.test(path)) {
      if (sources.files.size >= filesMax) return skip(`There are more than ${filesMax} files.`);
      const text = await readText(join(folder, path));
      if (typeof text === "string") sources.files.set(path, text);
      else skip(text.why);
    }
  }
}

/** The text of a file that is a file and no link, or why there is none: it may have become another one since the folder was listed. */
export async function readText(path: string): Promise<string | { why: string }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (file === undefined) return { why: "It cannot be read." };
  try {
    const { size } = await file.stat();
    if (size > fileBytesMax) return { why: `It is larger than ${fileBytesMax / 1_048_576} MiB.` };
    const bytes = await file.readFile();
    if (bytes.includes(0)) return { why: "It is binary." };
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { why: "It is not UTF-8." };
  } finally {
    await file.close();
  }
}
