import { HilumError, wireLimits, type BlobReadParams, type BlobReadResult } from "@hilum/contract";
import type { Blobs, InstanceKey } from "@hilum/store";

/** A reader nobody asked for this long is let go. */
const idleMs = 60_000;

interface OpenBlob {
  content: AsyncIterator<Uint8Array>;
  size: number;
  /** Where the next byte of `rest` stands in the blob. */
  offset: number;
  rest: Buffer;
  usedAt: number;
}

/** Serves `blobs.read`: chunks asked for in order come from one pass over the sealed file, any other order starts anew. */
export function createBlobReader({
  blobs,
  now = () => Date.now(),
}: {
  blobs: Blobs;
  now?: () => number;
}): (key: InstanceKey, params: BlobReadParams) => Promise<BlobReadResult> {
  const open = new Map<string, OpenBlob>();

  async function openAt(name: string, id: string, offset: number): Promise<OpenBlob> {
    const known = open.get(name);
    if (known !== undefined && known.offset === offset) return known;
    await letGo(name);
    const { row, content } = await blobs.read(id);
    const fresh: OpenBlob = {
      content: content[Symbol.asyncIterator](),
      size: row.size,
      offset: 0,
      rest: Buffer.alloc(0),
      usedAt: now(),
    };
    open.set(name, fresh);
    await skip(fresh, offset);
    return fresh;
  }

  async function forgetIdle(): Promise<void> {
    for (const [name, { usedAt }] of open) if (now() - usedAt > idleMs) await letGo(name);
  }

  /** Ends the pass, which closes its file. */
  async function letGo(name: string): Promise<void> {
    const blob = open.get(name);
    open.delete(name);
    await blob?.content.return?.();
  }

  return async ({ plugin, instance }, { id, call, offset, length }) => {
    await forgetIdle();
    const name = `${plugin}/${instance}/${call}/${id}`;
    const blob = await openAt(name, id, offset);
    if (offset > blob.size)
      throw new HilumError("request.invalid", { problems: [{ pointer: "/offset", message: "it lies past the end" }] });
    const bytes = await take(blob, Math.min(length, wireLimits.blobChunkBytesMax));
    blob.usedAt = now();
    if (blob.offset >= blob.size) await letGo(name);
    return { base64: bytes.toString("base64"), size: blob.size };
  };
}

async function take(blob: OpenBlob, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let wanted = Math.min(length, blob.size - blob.offset);
  while (wanted > 0) {
    if (blob.rest.length === 0 && !(await fill(blob))) break;
    const part = blob.rest.subarray(0, wanted);
    blob.rest = blob.rest.subarray(part.length);
    blob.offset += part.length;
    wanted -= part.length;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function skip(blob: OpenBlob, bytes: number): Promise<void> {
  while (blob.offset < bytes && (await take(blob, bytes - blob.offset)).length > 0);
}

async function fill(blob: OpenBlob): Promise<boolean> {
  const { value, done } = await blob.content.next();
  if (done === true) return false;
  blob.rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return true;
}
