import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { HilumError } from "@hilum/contract/errors";
import type { Keyring } from "./keyring.ts";

/**
 * A sealed file: `[version u8][key id u32]`, then frames `[nonce 12][ciphertext <= 64 KiB][tag 16]`. Each frame
 * authenticates the file's id, its own position and whether it is the last, so that frames cannot be moved between
 * files, reordered, dropped or cut off.
 */
const fileVersion = 1;
const headerBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
const chunkBytes = 64 * 1024;
const frameBytes = nonceBytes + chunkBytes + tagBytes;

/** Seals what comes, chunk by chunk; the caller syncs and closes the file. */
export async function writeSealed(
  file: FileHandle,
  keyring: Keyring,
  id: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const key = keyring.collectionKey("blobs");
  const header = Buffer.alloc(headerBytes);
  header[0] = fileVersion;
  header.writeUInt32BE(key.id, 1);
  await writeAll(file, header);
  let index = 0;
  for await (const { chunk, last } of rechunk(content)) {
    const nonce = randomFillSync(Buffer.alloc(nonceBytes));
    const cipher = createCipheriv("aes-256-gcm", key.key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(frameContext(key.deployment, key.id, id, index, last));
    const ciphertext = Buffer.concat([cipher.update(chunk), cipher.final()]);
    await writeAll(file, Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]));
    index += 1;
  }
}

/** Throws `envelope.invalid` at the first frame that does not verify, and when the file ends early. */
export async function* readSealed(path: string, keyring: Keyring, id: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const header = await readExactly(file, 0, headerBytes, id);
    if (header[0] !== fileVersion) throw invalid(id);
    const key = keyring.collectionKey("blobs", header.readUInt32BE(1));
    let position = headerBytes;
    for (let index = 0; position < size || index === 0; index += 1) {
      const length = Math.min(frameBytes, size - position);
      const last = position + length >= size;
      const frame = await readExactly(file, position, length, id);
      yield openFrame(frame, key.key, frameContext(key.deployment, key.id, id, index, last), id);
      position += length;
    }
  } finally {
    await file.close();
  }
}

function openFrame(
  frame: Buffer,
  key: Parameters<typeof createDecipheriv>[1],
  context: Buffer,
  id: string,
): Uint8Array {
  if (frame.length < nonceBytes + tagBytes) throw invalid(id);
  const decipher = createDecipheriv("aes-256-gcm", key, frame.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(context);
  decipher.setAuthTag(frame.subarray(frame.length - tagBytes));
  const chunk = decipher.update(frame.subarray(nonceBytes, frame.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw invalid(id, cause);
  }
  return chunk;
}

/** Chunks of exactly 64 KiB but for the last, which is there even when the content is empty. */
async function* rechunk(content: AsyncIterable<Uint8Array>): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const piece of content) {
    pending = Buffer.concat([pending, piece]);
    let start = 0;
    for (; pending.length - start > chunkBytes; start += chunkBytes)
      yield { chunk: pending.subarray(start, start + chunkBytes), last: false };
    pending = pending.subarray(start);
  }
  yield { chunk: pending, last: true };
}

function frameContext(deployment: string, keyId: number, id: string, index: number, last: boolean): Buffer {
  return Buffer.from(JSON.stringify([fileVersion, deployment, "blobs", id, index, last, keyId]), "utf8");
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, null);
    written += bytesWritten;
  }
}

async function readExactly(file: FileHandle, position: number, length: number, id: string): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(length, 0));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  if (bytesRead !== length) throw invalid(id);
  return buffer;
}

function invalid(id: string, cause?: unknown): HilumError {
  return new HilumError("envelope.invalid", { detail: `The stored attachment ${id} does not verify.`, cause });
}
