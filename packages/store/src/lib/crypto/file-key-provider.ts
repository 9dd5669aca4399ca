import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, stat, link, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { HilumError } from "@hilum/contract/errors";
import type { KeyProvider } from "../ports/keys.ts";

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** `[version u8][nonce 12][ciphertext 32][tag 16]` */
const wrappedVersion = 1;

/**
 * Keeps the key that wraps in a file of 32 random bytes with mode 0600. The file is made only for a database that has
 * no keys yet; afterwards a missing file is `key.missing` and a file that others can read is `key.exposed`.
 */
export function createFileKeyProvider(path: string): KeyProvider {
  return {
    id: "file",
    prepare: async () => {
      if (!(await exists(path))) await writeKeyFile(path);
    },
    wrap: async (dek, context) => wrapKey(await readKeyFile(path), dek, context),
    unwrap: async (wrapped, context) => unwrapKey(await readKeyFile(path), wrapped, context, path),
  };
}

async function readKeyFile(path: string): Promise<Buffer> {
  const file = await openKeyFile(path);
  try {
    const { mode, size } = await file.stat();
    // Windows keeps no mode bits: its access lists are the folder's business.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new HilumError("key.exposed", { detail: `The key file ${path} can be read or changed by other users.` });
    }
    if (size !== keyBytes)
      throw new HilumError("key.wrong", { detail: `The key file ${path} does not hold ${keyBytes} bytes.` });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function openKeyFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (cause) {
    if (isMissing(cause))
      throw new HilumError("key.missing", {
        detail: `The key file ${path} is missing, and this data was sealed with it.`,
        cause,
      });
    throw new HilumError("key.wrong", { detail: `The key file ${path} cannot be read.`, cause });
  }
}

/** Whole and durable under its name, or not there: written beside, synced, then linked, which never replaces a file. */
async function writeKeyFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(randomBytes(keyBytes));
    await file.sync();
  } finally {
    await file.close();
  }
  await publish(draft, path);
  await syncFolder(dirname(path));
}

async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
    await unlink(draft);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return unlink(draft);
    // File systems without hard links: rename, after the check in `prepare`.
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

function wrapKey(kek: Buffer, dek: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", kek, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(`hilum/wrap/${wrappedVersion}/${context}`, "utf8"));
  const ciphertext = Buffer.concat([cipher.update(dek), cipher.final()]);
  return Buffer.concat([Buffer.of(wrappedVersion), nonce, ciphertext, cipher.getAuthTag()]);
}

function unwrapKey(kek: Buffer, wrapped: Uint8Array, context: string, path: string): Uint8Array {
  const bytes = Buffer.from(wrapped);
  if (bytes[0] !== wrappedVersion || bytes.length !== 1 + nonceBytes + keyBytes + tagBytes) {
    throw new HilumError("data.corrupt", { detail: "A wrapped data key in the database is damaged." });
  }
  const decipher = createDecipheriv("aes-256-gcm", kek, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(`hilum/wrap/${wrappedVersion}/${context}`, "utf8"));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const dek = decipher.update(bytes.subarray(1 + nonceBytes, bytes.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw new HilumError("key.wrong", {
      detail: `The key file ${path} is not the one that this data was sealed with.`,
      cause,
    });
  }
  return dek;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
