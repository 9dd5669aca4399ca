import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetcher } from "tuf-js";
import { DownloadHTTPError, DownloadLengthMismatchError } from "tuf-js/dist/error.js";

/**
 * A file of the source by its path, whatever the source lies on: a static host, a folder, a stick. Undefined where there is none;
 * throws `source.unreachable`. No more than `bytesMax` need be read: what is longer is refused.
 */
export type ReadFile = (path: string, bytesMax: number) => Promise<Uint8Array | undefined>;

// The client wants addresses; what comes after them is the path that `ReadFile` gets.
const base = "https://source.invalid/";
export const metadataAddress = `${base}metadata`;
export const targetsAddress = `${base}targets`;

export function createFetcher(read: ReadFile): Fetcher {
  const downloadBytes = async (url: string, bytesMax: number): Promise<Buffer> => {
    const path = decodeURI(url.slice(base.length));
    const bytes = await read(path, bytesMax);
    if (bytes === undefined) throw new DownloadHTTPError("not there", 404);
    if (bytes.length > bytesMax) throw new DownloadLengthMismatchError("Max length reached");
    return Buffer.from(bytes);
  };
  return {
    downloadBytes,
    downloadFile: async (url, bytesMax, handler) => {
      const file = join(tmpdir(), `hilum-${randomUUID()}`);
      try {
        await writeFile(file, await downloadBytes(url, bytesMax), { mode: 0o600, flag: "wx" });
        return await handler(file);
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}
