import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { HilumError } from "@hilum/contract";
import type { ArchiveLimits } from "../archive/check-archive.ts";
import { unpackArchive } from "../archive/unpack-archive.ts";
import { streamArchive, type ArchiveFile, type StreamedFile } from "../archive/write-archive.ts";
import { hashTiles } from "../log/log-files.ts";
import { targetPath } from "../sign/repository.ts";
import type { ReadFile } from "./fetcher.ts";
import { openSource, packageBytesMax, type SignedTarget, type SourceOptions } from "./open-source.ts";
import { readFolderFiles } from "./read-files.ts";

/** Roots that are looked for at most: as many as a client follows. */
const rootsMax = 256;
const rootBytesMax = 512_000;
const tileBytesMax = 8_192;

/**
 * A marketplace as files that a folder, a stick or a static host serves: all that a client who knows nothing yet reads and verifies, and the
 * files that `takes` chooses, each verified first. Nothing is signed anew: who imports it checks what the keeper signed, and what
 * expires there expires here. One file at a time is held. `folder` of the options is for this run alone. Throws as a source does.
 */
export async function* exportMirror(
  options: SourceOptions,
  takes: (target: SignedTarget) => boolean = () => true,
): AsyncGenerator<ArchiveFile> {
  const seen = new Map<string, Uint8Array>();
  const read: ReadFile = async (path, bytesMax) => {
    const bytes = await options.read(path, bytesMax);
    if (bytes !== undefined && !path.startsWith("targets/")) seen.set(path, bytes);
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
export const mirrorLimits: ArchiveLimits = { files: 50_000, bytes: 1_024 * 1_048_576, fileBytes: packageBytesMax };
const timestampPath = "metadata/timestamp.json";
const tilePattern = /tile\/(?:entries|[0-5])\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d{1,3})?/;
const filePattern = new RegExp(
  `^(metadata/[^/]+\\.json|targets/[^/]+/[0-9a-f]{64}\\.[^/]+|log/(checkpoint|cosigned|${tilePattern.source}))$`,
);
const draftSuffix = ".draft";

/**
 * The mirror in one file, to carry from one console to another. Its files are verified and laid into `folder` first, so that what is wrong with
 * one of them is thrown here and not in the midst of the bytes; whoever read the bytes, or will not, removes the folder.
 */
export async function bundleMirror(
  files: AsyncIterable<ArchiveFile>,
  folder: string,
): Promise<{ size: number; bytes: AsyncIterable<Uint8Array> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const laid: StreamedFile[] = [];
  let total = 0;
  for await (const { path, bytes } of files) {
    total += bytes.length;
    if (total > mirrorLimits.bytes || laid.length === mirrorLimits.files) throw tooMuch();
    const place = join(folder, String(laid.length));
    await writeFile(place, bytes, { mode: 0o600, flag: "wx" });
    laid.push({ path, size: bytes.length, crc: crc32(bytes), open: () => createReadStream(place) });
  }
  const archive = streamArchive(laid);
  if (archive.size > mirrorLimits.bytes) throw tooMuch();
  return archive;
}

const tooMuch = (): HilumError =>
  new HilumError("source.too_large", {
    detail: `A mirror holds at most ${mirrorLimits.bytes / 1_048_576} MiB in ${mirrorLimits.files} files. Copy the folder that its host serves instead.`,
  });

export interface KeptMirror<T> {
  /** SHA-256 of the bundle in hex: what its folder is called by. */
  mirror: string;
  folder: string;
  bytes: number;
  files: number;
  accepted: T;
}

/**
 * Unpacks a bundle as it comes in into a folder below `mirrors` that is named for its bytes and that `readFolderFiles` reads: whole, after
 * `accept` has looked at what is in it, or not at all. One that is there is left as it is. Throws `package.invalid` for what `bundleMirror`
 * did not write, `source.invalid` for what holds something else, and what the stream or `accept` throws.
 */
export async function keepBundle<T>(
  stream: AsyncIterable<Uint8Array>,
  mirrors: string,
  accept: (read: ReadFile) => Promise<T>,
): Promise<KeptMirror<T>> {
  const digest = createHash("sha256");
  let bytes = 0;
  async function* observed(): AsyncGenerator<Uint8Array> {
    for await (const part of stream) {
      digest.update(part);
      bytes += part.length;
      yield part;
    }
  }
  const draft = join(mirrors, `${randomBytes(12).toString("hex")}${draftSuffix}`);
  try {
    await mkdir(draft, { recursive: true, mode: 0o755 });
    const files = await unpackArchive(observed(), mirrorLimits, async ({ path }, content) => {
      if (!filePattern.test(path))
        throw new HilumError("source.invalid", { detail: `${path} is no file of a marketplace.` });
      await keepFile(join(draft, path), content);
    });
    const accepted = await accept(readFolderFiles(draft));
    const mirror = digest.digest("hex");
    const folder = join(mirrors, mirror);
    await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Named for its bytes, so that one that is there is the same; it counts from now.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      await utimes(folder, new Date(), new Date());
    });
    return { mirror, folder, bytes, files: files.length, accepted };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function keepFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what a crash left half unpacked. Called once, before anything is kept. */
export async function sweepBundles(mirrors: string): Promise<void> {
  for (const name of await readdir(mirrors).catch(() => []))
    if (name.endsWith(draftSuffix)) await rm(join(mirrors, name), { recursive: true, force: true });
}

/**
 * Takes a bundle for a source: it is verified as the source's next state, then kept. A bundle that is older than what was seen is refused, as from
 * any host.
 */
export async function importMirror(
  bundle: AsyncIterable<Uint8Array>,
  source: Omit<SourceOptions, "read">,
  mirrors: string,
): Promise<{ folder: string; offered: readonly SignedTarget[] }> {
  const { folder, accepted } = await keepBundle(bundle, mirrors, async (read) =>
    (await openSource({ ...source, read })).refresh(),
  );
  return { folder, offered: accepted };
}
