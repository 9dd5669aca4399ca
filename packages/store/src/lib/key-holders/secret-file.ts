import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { HilumError } from "@hilum/contract/errors";

const bytesMax = 64 * 1024;

/** Undefined when there is none. Throws `key.exposed` when others can read or change it, `key.wrong` when it cannot be read. */
export async function readSecretFile(path: string): Promise<Buffer | undefined> {
  const file = await openSecretFile(path);
  if (file === undefined) return undefined;
  try {
    const { mode, size } = await file.stat();
    // Windows keeps no mode bits: its access lists are the folder's business.
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new HilumError("key.exposed", { detail: `The key file ${path} can be read or changed by other users.` });
    if (size > bytesMax) throw new HilumError("key.wrong", { detail: `The key file ${path} is no key file.` });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function openSecretFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return undefined;
    throw new HilumError("key.wrong", { detail: `The key file ${path} cannot be read.`, cause });
  }
}

/** Whole and durable under its name, or not there: written beside, synced, then linked, which never replaces a file. */
export async function createSecretFile(path: string, content: Uint8Array): Promise<void> {
  const draft = await writeDraft(path, content);
  await publish(draft, path);
  await syncFolder(dirname(path));
}

/** The same in the place of one that is there. */
export async function replaceSecretFile(path: string, content: Uint8Array): Promise<void> {
  await renameSecretFile(await writeDraft(path, content), path);
}

export async function renameSecretFile(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

export async function removeSecretFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

async function writeDraft(path: string, content: Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
    await unlink(draft);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return unlink(draft);
    // File systems without hard links: rename, after the caller has looked.
    await rename(draft, path);
  }
}

/** Makes a new or renamed entry of the folder durable; Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
