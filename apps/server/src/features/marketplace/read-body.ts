import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HilumError } from "@hilum/contract";

/** An upload as one piece. Throws `request.body_too_large`. */
export async function readBody(stream: Readable, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of limitBody(stream, bytesMax)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An upload part by part. Throws `request.body_too_large` when more has come. */
export async function* limitBody(stream: Readable, bytesMax: number): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of stream) {
    received += (chunk as Buffer).length;
    if (received > bytesMax) throw new HilumError("request.body_too_large");
    yield chunk as Buffer;
  }
}

const draftPrefix = "draft-";

/** A folder of its own below `dir`, which whoever asked for it removes. */
export async function createTempFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(dir, draftPrefix));
}

/** Removes those that a killed process left. Called once, before any is made. */
export async function sweepTempFolders(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => []))
    if (name.startsWith(draftPrefix)) await rm(join(dir, name), { recursive: true, force: true });
}
