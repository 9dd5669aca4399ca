import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HilumError } from "@hilum/contract";

/** An upload as one piece. Throws `request.body_too_large`. */
export async function readBody(stream: Readable, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of stream) {
    received += (chunk as Buffer).length;
    if (received > bytesMax) throw new HilumError("request.body_too_large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A folder of its own below `dir`, which whoever asked for it removes. */
export async function createTempFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(dir, "draft-"));
}
