import { HilumError } from "@hilum/contract";

/** A stream's bytes in one piece. Throws `request.body_too_large` past `bytesMax`. */
export async function readAll(stream: AsyncIterable<unknown>, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > bytesMax) throw new HilumError("request.body_too_large");
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
