import { Buffer } from "node:buffer";
import { HilumError } from "../errors/hilum-error.ts";
import { wireLimits } from "./protocol.ts";
import { recordLimits, type BlobWriteParams, type BlobWriteResult, type ContentInfo } from "./records.ts";

/** A blob while it is written. */
export interface BlobSink {
  /** Under which the blob is read when it is whole. */
  readonly id: string;
  /** Resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  /** The blob is whole and durable. */
  finish(): Promise<void>;
  /** Nobody needs it, whole or not. */
  discard(): Promise<void>;
}

/** Bytes that an instance writes for its calls in hand. A blob is bound to its call, and gone with it unless a record names it. */
export interface BlobWrites {
  /** One chunk. Throws `blob.not_found` for a blob of another call, `blob.too_large` beyond the limits. */
  write(params: BlobWriteParams): Promise<BlobWriteResult>;
  /**
   * A record names the blob: from now on it is the taker's and outlives the call. Undefined unless the call has written all of
   * what `content` says, and nothing else under this id.
   */
  take(call: string, content: ContentInfo): BlobSink | undefined;
  /** The call is over: what nobody named is discarded. */
  end(call: string): void;
}

interface OpenBlob {
  sink: BlobSink;
  size: number;
  whole: boolean;
  /** A chunk is on its way: the next one waits for its answer, so that no plugin fills the memory. */
  busy: boolean;
}

export interface BlobWritesOptions {
  openBlob(): Promise<BlobSink>;
  /** Whether the call runs. */
  has(call: string): boolean;
}

export function createBlobWrites({ openBlob, has }: BlobWritesOptions): BlobWrites {
  const calls = new Map<string, Map<string, OpenBlob>>();

  async function open(call: string): Promise<OpenBlob> {
    const blobs = calls.get(call) ?? new Map<string, OpenBlob>();
    calls.set(call, blobs);
    if (blobs.size >= recordLimits.blobsPerCallMax)
      throw new HilumError("blob.too_large", {
        detail: `A call writes at most ${recordLimits.blobsPerCallMax} files`,
      });
    const sink = await openBlob();
    const blob = { sink, size: 0, whole: false, busy: false };
    blobs.set(sink.id, blob);
    return blob;
  }

  function find(call: string, id: string): OpenBlob {
    const blob = calls.get(call)?.get(id);
    if (blob === undefined || blob.whole) throw notFound("The call in hand writes no such file");
    if (blob.busy)
      throw new HilumError("request.invalid", {
        problems: [{ pointer: "/id", message: "the chunk before was not answered yet" }],
      });
    return blob;
  }

  async function append(blob: OpenBlob, bytes: Buffer, last: boolean): Promise<void> {
    if (blob.size + bytes.length > recordLimits.blobBytesMax) throw new HilumError("blob.too_large");
    blob.busy = true;
    try {
      if (bytes.length > 0) await blob.sink.write(bytes);
      blob.size += bytes.length;
      if (last) await blob.sink.finish();
      blob.whole = last;
    } finally {
      blob.busy = false;
    }
  }

  return {
    async write({ call, id, base64, last }) {
      if (!has(call)) throw notFound("The call is over");
      const bytes = Buffer.from(base64, "base64");
      if (bytes.length > wireLimits.blobChunkBytesMax) throw new HilumError("blob.too_large");
      const blob = id === undefined ? await open(call) : find(call, id);
      try {
        await append(blob, bytes, last);
      } finally {
        // It ended while the chunk was on its way, and has taken everything else away already.
        if (!has(call)) void discard(blob);
      }
      return { id: blob.sink.id, size: blob.size };
    },
    take(call, { id, size }) {
      const blob = calls.get(call)?.get(id);
      if (blob?.whole !== true || blob.size !== size) return undefined;
      calls.get(call)?.delete(id);
      return blob.sink;
    },
    end(call) {
      const blobs = calls.get(call);
      calls.delete(call);
      for (const blob of blobs?.values() ?? []) if (!blob.busy) void discard(blob);
    },
  };
}

/** What cannot be discarded is found later: a blob that no record names is swept by its store. */
const discard = ({ sink }: OpenBlob): Promise<void> => sink.discard().catch(() => undefined);

const notFound = (detail: string): HilumError => new HilumError("blob.not_found", { detail });
