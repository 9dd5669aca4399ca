import type { BlobSink } from "@hilum/contract/wire";
import { Buffer } from "node:buffer";

/** What plugins write, in memory. */
export interface MemoryBlobs {
  open(): Promise<BlobSink>;
  bytesOf(id: string): Uint8Array | undefined;
  /** Blobs that are there, whole or not: nothing is left of a call that named none. */
  readonly size: number;
}

export function createMemoryBlobs(): MemoryBlobs {
  const blobs = new Map<string, Uint8Array[]>();
  let opened = 0;
  return {
    async open() {
      const id = `blob-${++opened}`;
      blobs.set(id, []);
      return {
        id,
        write: async (bytes) => void blobs.get(id)?.push(bytes),
        finish: async () => undefined,
        discard: async () => void blobs.delete(id),
      };
    },
    bytesOf(id) {
      const parts = blobs.get(id);
      return parts === undefined ? undefined : Buffer.concat(parts);
    },
    get size() {
      return blobs.size;
    },
  };
}
