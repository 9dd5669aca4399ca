import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError } from "@hilum/contract";
import { readArchive, type ArchiveLimits } from "../archive/read-archive.ts";
import { writeArchive, type ArchiveFile } from "../archive/write-archive.ts";
import { sha256 } from "../package/read-package.ts";
import { hashTiles } from "../log/log-files.ts";
import { targetPath } from "../sign/repository.ts";
import type { ReadFile } from "./fetcher.ts";
import { openSource, packageBytesMax, type SignedTarget, type SourceOptions } from "./open-source.ts";

/** Roots that are looked for at most: as many as a client follows. */
const rootsMax = 256;
const rootBytesMax = 512_000;
const tileBytesMax = 8_192;

/**
 * A marketplace as files that a folder, a stick or a static host serves: all that a client who knows nothing yet reads and verifies, and the
 * files that `takes` chooses, each verified first. Nothing is signed anew: who imports it checks what the keeper signed, and what
 * expires there expires here. `folder` of the options is for this run alone. Throws as a source does.
 */
export async function* exportMirror(
  options: SourceOptions,
  takes: (target: SignedTarget) => boolean = () => true,
): AsyncGenerator<ArchiveFile> {
  const seen = new Map<string, Uint8Array>();
  const read: ReadFile = async (path, bytesMax) => {
    const bytes = await options.read(path, bytesMax);
    if (bytes !== undefined) seen.set(path, bytes);
    return bytes;
  };
  const source = await openSource({ ...options, read });
  const offered = await source.refresh();
  for (let version = 1; version <= rootsMax; version += 1) {
    // Those before the one that is trusted here lead a client here that knows an earlier one. It checks them itself.
    const path = `metadata/${version}.root.json`;
    if (!seen.has(path)) await read(path, rootBytesMax);
  }
  // Entries, head and cosignatures were read; hashes are for others who look at the log.
  for (const [path, full] of hashTiles(source.log()?.size ?? 0)) {
    const bytes = (await read(path, tileBytesMax)) ?? (path === full ? undefined : await read(full, tileBytesMax));
    if (bytes === undefined) throw new HilumError("source.mixed", { detail: `${path} is not there.` });
  }
  for (const [path, bytes] of seen) if (path !== timestampPath) yield { path, bytes };
  for (const target of offered)
    if (takes(target)) yield { path: targetPath(target.path, target), bytes: await source.fetch(target) };
  // Last, as a keeper writes it: before it is there, who looks sees the state before.
  const timestamp = seen.get(timestampPath);
  if (timestamp !== undefined) yield { path: timestampPath, bytes: timestamp };
}

/** A bundle is larger than a package, because it holds packages. */
const bundleLimits: ArchiveLimits = { files: 50_000, bytes: 1_024 * 1_048_576, fileBytes: packageBytesMax };
const timestampPath = "metadata/timestamp.json";
const tilePattern = /tile\/(?:entries|[0-5])\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d{1,3})?/;
const filePattern = new RegExp(
  `^(metadata/[^/]+\\.json|targets/[^/]+/[0-9a-f]{64}\\.[^/]+|log/(checkpoint|cosigned|${tilePattern.source}))$`,
);

/** The mirror in one file, to carry from one console to another. */
export async function bundleMirror(files: AsyncIterable<ArchiveFile>): Promise<Buffer> {
  const all: ArchiveFile[] = [];
  for await (const file of files) all.push(file);
  return writeArchive(all);
}

/** Throws `package.invalid` for what `bundleMirror` did not write, `source.invalid` for what holds something else. */
export function readBundle(bundle: Buffer): { files: readonly ArchiveFile[]; read: ReadFile } {
  const files = readArchive(bundle, bundleLimits);
  const other = files.find(({ path }) => !filePattern.test(path));
  if (other !== undefined)
    throw new HilumError("source.invalid", { detail: `${other.path} is no file of a marketplace.` });
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return { files, read: async (path) => byPath.get(path) };
}

/**
 * Takes a bundle for a source: it is verified as the source's next state, then written whole to a folder below `mirrors`, whose path is
 * answered and which `readFolderFiles` reads. A bundle that is older than what was seen is refused, as from any host.
 */
export async function importMirror(
  bundle: Buffer,
  source: Omit<SourceOptions, "read">,
  mirrors: string,
): Promise<{ folder: string; offered: readonly SignedTarget[] }> {
  const { files, read } = readBundle(bundle);
  const offered = await (await openSource({ ...source, read })).refresh();
  const folder = join(mirrors, sha256(bundle));
  await keepMirror(folder, files);
  return { folder, offered };
}

/** Writes the files of a mirror to a folder named for what they are, whole or not at all. One that is there is left as it is. */
export async function keepMirror(folder: string, files: readonly ArchiveFile[]): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) !== undefined) return;
  const draft = `${folder}.${randomBytes(6).toString("hex")}.draft`;
  try {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(draft, path)), { recursive: true, mode: 0o755 });
      const file = await open(join(draft, path), "wx", 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
