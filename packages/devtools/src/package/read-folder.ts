import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import type { ArchiveFile } from "@hilum/marketplace";

const filesMax = 5_000;
const fileBytesMax = 20 * 1_048_576;
const folderBytesMax = 200 * 1_048_576;

/** What is a machine's or a tool's own and never part of a plugin. */
const leftOut: ReadonlySet<string> = new Set([
  ...["node_modules", "__pycache__", "venv", "dist-info", "coverage", "htmlcov"],
]);

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * The regular files of a plugin's folder, sorted by path, without hidden ones and what tools leave behind. Throws
 * `package.symlink` for a link (threat 12) and `package.invalid` where there is too much.
 */
export async function readFolder(folder: string): Promise<ArchiveFile[]> {
  const paths = await listFiles(folder, "");
  const files: ArchiveFile[] = [];
  let total = 0;
  for (const path of paths.toSorted()) {
    const bytes = await readOne(folder, path);
    total += bytes.length;
    if (total > folderBytesMax) throw tooMuch(`The folder holds more than ${folderBytesMax / 1_048_576} MiB.`, path);
    files.push({ path, bytes });
  }
  return files;
}

/** The same for the same files with the same content, whatever else is in the folder. */
export function digestFiles(files: readonly ArchiveFile[]): string {
  return sha256(files.map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`).join(""));
}

async function listFiles(folder: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith(".") || leftOut.has(entry.name)) continue;
    if (entry.isSymbolicLink())
      throw new HilumError("package.symlink", {
        detail: `${path} is a symbolic link.`,
        problems: [{ pointer: `/${path}`, message: "is a symbolic link", fix: "Put the file itself into the folder." }],
      });
    if (entry.isDirectory()) found.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) found.push(path);
    if (found.length > filesMax) throw tooMuch(`The folder holds more than ${filesMax} files.`, path);
  }
  return found;
}

/** It may have become a link since the folder was listed. */
async function readOne(folder: string, path: string): Promise<Buffer> {
  const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw new HilumError("package.invalid", { detail: `${path} cannot be read.`, cause });
    },
  );
  try {
    const { size } = await file.stat();
    if (size > fileBytesMax) throw tooMuch(`${path} is larger than ${fileBytesMax / 1_048_576} MiB.`, path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

const tooMuch = (detail: string, path: string): HilumError =>
  new HilumError("package.invalid", {
    detail,
    problems: [{ pointer: `/${path}`, message: "is too much", fix: "Take out what the plugin does not need to run." }],
  });
