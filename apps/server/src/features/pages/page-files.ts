import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { join } from "node:path";
import { HilumError, type DeclaredPage } from "@hilum/contract";
import { bridgeLimits } from "@hilum/contract/bridge";

/** The bytes of one page, read once: what is served is this, whatever the folder holds later. */
export interface PageFiles {
  /** SHA-256 over plugin, page and the digests of both files, hexadecimal; part of the page's address. */
  digest: string;
  script: Buffer;
  style?: Buffer;
}

/** Reads a page's files out of the plugin's folder. Throws `page.unreadable` naming the file. */
export async function readPageFiles(plugin: string, folder: string, page: DeclaredPage): Promise<PageFiles> {
  const script = await readInside(folder, page.entry, bridgeLimits.scriptBytesMax);
  const style = page.style === undefined ? undefined : await readInside(folder, page.style, bridgeLimits.styleBytesMax);
  const parts = [plugin, page.name, page.title, sha256(script), style === undefined ? "" : sha256(style)];
  return { digest: sha256(JSON.stringify(parts)), script, ...(style === undefined ? {} : { style }) };
}

/** Subresource integrity (https://www.w3.org/TR/SRI/): the browser runs these bytes or none. */
export const integrityOf = (bytes: Buffer): string => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * One regular file at most so large, none of whose folders is a link. `path` was judged by the manifest's parser: it
 * has no `..` and does not begin with a slash.
 */
async function readInside(folder: string, path: string, bytesMax: number): Promise<Buffer> {
  await refuseLinks(folder, path);
  const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw unreadable(path, "is missing or cannot be read", cause);
    },
  );
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unreadable(path, "is not a regular file");
    if (stats.size > bytesMax) throw unreadable(path, `is larger than ${bytesMax / 1024} KiB`);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax + 1), 0, bytesMax + 1, 0);
    // It may have grown since it was measured.
    if (bytesRead > bytesMax) throw unreadable(path, `is larger than ${bytesMax / 1024} KiB`);
    const bytes = Buffer.from(buffer.subarray(0, bytesRead));
    if (!isUtf8(bytes)) throw unreadable(path, "is not UTF-8 text");
    return bytes;
  } finally {
    await file.close();
  }
}

async function refuseLinks(folder: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let length = 1; length <= parts.length; length++) {
    const stats = await lstat(join(folder, ...parts.slice(0, length))).catch(() => undefined);
    if (stats?.isSymbolicLink() === true) throw unreadable(path, "is a symbolic link, or lies behind one");
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const unreadable = (path: string, condition: string, cause?: unknown): HilumError =>
  new HilumError("page.unreadable", { detail: `${path} ${condition}.`, cause });
