import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { Keyring } from "./keyring.ts";

/**
 * A sealed stream: `[version u8]`, then frames `[nonce 12][ciphertext <= 64 KiB][tag 16]`, under a key that seals this
 * one content and nothing else. Each frame authenticates the content's id, its own position and whether it is the last,
 * so that frames cannot be moved between contents, reordered, dropped or cut off.
 *
 * Version 1 is older: `[1][key id u32]`, then frames under the data key of that id. It is opened where no key of its own
 * is known, and never written.
 */
const ownKeyVersion = 2;
const dataKeyVersion = 1;
const dataKeyHeaderBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
const chunkBytes = 64 * 1024;
const frameBytes = nonceBytes + chunkBytes + tagBytes;

/** Whose content it is; authenticated by each frame. */
export interface StreamOwner {
  deployment: string;
  id: string;
}

interface StreamKey {
  key: KeyObject;
  contextOf(index: number, last: boolean): Buffer;
}

export function makeStreamKey(): Buffer {
  return randomBytes(32);
}

/** Seals what comes, chunk by chunk, and asks for more only when a frame was taken. */
export async function* sealStream(
  key: Uint8Array,
  owner: StreamOwner,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const own = ownKey(key, owner);
  yield Buffer.of(ownKeyVersion);
  let index = 0;
  for await (const { chunk, last } of cut(content, chunkBytes)) {
    yield sealFrame(own, chunk, index, last);
    index += 1;
  }
}

/** `key`: the content's own. Throws `envelope.invalid` at the first frame that does not verify, and when it ends early. */
export async function* openStream(
  key: Uint8Array,
  owner: StreamOwner,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  yield* openFrames(sealed, 1, owner.id, (header) => (header[0] === ownKeyVersion ? ownKey(key, owner) : undefined));
}

/** The same for what a data key sealed. */
export async function* openDataKeyStream(
  keyring: Keyring,
  owner: StreamOwner,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  yield* openFrames(sealed, dataKeyHeaderBytes, owner.id, (header) =>
    header[0] === dataKeyVersion ? dataKey(keyring, header.readUInt32BE(1), owner) : undefined,
  );
}

async function* openFrames(
  sealed: AsyncIterable<Uint8Array>,
  headerBytes: number,
  id: string,
  keyOf: (header: Buffer) => StreamKey | undefined,
): AsyncGenerator<Buffer> {
  let key: StreamKey | undefined;
  let index = 0;
  for await (const { chunk, last } of cut(sealed, frameBytes, headerBytes)) {
    if (key !== undefined) {
      yield openFrame(key, chunk, index, last, id);
      index += 1;
      continue;
    }
    if (chunk.length !== headerBytes || last) throw invalid(id);
    key = keyOf(chunk);
    if (key === undefined) throw invalid(id);
  }
}

function sealFrame({ key, contextOf }: StreamKey, chunk: Buffer, index: number, last: boolean): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(contextOf(index, last));
  const ciphertext = cipher.update(chunk);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

function openFrame({ key, contextOf }: StreamKey, frame: Buffer, index: number, last: boolean, id: string): Buffer {
  if (frame.length < nonceBytes + tagBytes) throw invalid(id);
  const decipher = createDecipheriv("aes-256-gcm", key, frame.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(contextOf(index, last));
  decipher.setAuthTag(frame.subarray(frame.length - tagBytes));
  const chunk = decipher.update(frame.subarray(nonceBytes, frame.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw invalid(id, cause);
  }
  return chunk;
}

/**
 * Pieces of exactly `size` bytes, the first of `headSize` where that is given, but for the last, which is there even
 * when it is empty. What it keeps is one piece and what came last.
 */
async function* cut(
  content: AsyncIterable<Uint8Array>,
  size: number,
  headSize: number = size,
): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let wanted = headSize;
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of content) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    while (heldBytes + rest.length > wanted) {
      const chunk = Buffer.concat([...held, rest.subarray(0, wanted - heldBytes)], wanted);
      rest = rest.subarray(wanted - heldBytes);
      held = [];
      heldBytes = 0;
      wanted = size;
      yield { chunk, last: false };
    }
    held.push(rest);
    heldBytes += rest.length;
  }
  yield { chunk: Buffer.concat(held, heldBytes), last: true };
}

function ownKey(key: Uint8Array, { deployment, id }: StreamOwner): StreamKey {
  return {
    key: createSecretKey(key),
    contextOf: (index, last) =>
      Buffer.from(JSON.stringify([ownKeyVersion, deployment, "blobs", id, index, last]), "utf8"),
  };
}

function dataKey(keyring: Keyring, keyId: number, { deployment, id }: StreamOwner): StreamKey {
  return {
    key: keyring.collectionKey("blobs", keyId).key,
    contextOf: (index, last) =>
      Buffer.from(JSON.stringify([dataKeyVersion, deployment, "blobs", id, index, last, keyId]), "utf8"),
  };
}

function invalid(id: string, cause?: unknown): HilumError {
  return new HilumError("envelope.invalid", { detail: `The stored attachment ${id} does not verify.`, cause });
}
