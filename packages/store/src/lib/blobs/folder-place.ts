import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract/errors";
import { syncFolder } from "../key-holders/secret-file.ts";
import type { BlobPlace } from "./blob-place.ts";

const draftSuffix = ".part";
const readBytes = 256 * 1024;

/** Files of a folder, each written beside its name, synced, and then renamed. */
export function createFolderPlace(folder: string): BlobPlace {
  const pathOf = (object: string): string => join(folder, object);
  return {
    kind: "folder",
    write: async (object, sealed) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${pathOf(object)}.${randomBytes(6).toString("hex")}${draftSuffix}`;
      try {
        await writeDraft(draft, sealed);
        await rename(draft, pathOf(object));
        await syncFolder(folder);
      } catch (error) {
        await rm(draft, { force: true });
        throw noSpace(error, folder);
      }
    },
    read: (object) => readFile(pathOf(object), object),
    remove: (object) => rm(pathOf(object), { force: true }),
    // Drafts that a crash left are among them: no row names one.
    list: async function* (beforeMs) {
      for (const name of await readdir(folder).catch(() => [])) {
        const found = await stat(pathOf(name)).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < beforeMs) yield name;
      }
    },
  };
}

async function writeDraft(draft: string, sealed: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(draft, "wx", 0o600);
  try {
    for await (const piece of sealed) await writeAll(file, piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, null);
    written += bytesWritten;
  }
}

async function* readFile(path: string, object: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: readBytes });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
      throw new HilumError("envelope.invalid", { detail: `The file of the attachment ${object} is missing.`, cause });
    throw cause;
  }
}

function noSpace(error: unknown, folder: string): unknown {
  const full = error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
  return full ? new HilumError("data.no_space", { detail: `The disk of ${folder} is full.`, cause: error }) : error;
}
