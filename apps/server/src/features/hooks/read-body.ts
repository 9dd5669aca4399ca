import { HilumError, isHilumError } from "@hilum/contract";
import type { Readable } from "node:stream";

/** Bytes and milliseconds that a body may take. */
export interface BodyLimits {
  bytesMax: number;
  timeoutMs: number;
}

/**
 * Reads a body whole. Throws `request.body_too_large` at the first byte too many, or before reading where the length is told;
 * `request.too_slow` when it is not there in time (threat 173). What is left of it is not read.
 */
export async function readBody(
  stream: Readable,
  declared: string | undefined,
  { bytesMax, timeoutMs }: BodyLimits,
): Promise<Buffer> {
  if (declared !== undefined && !(Number(declared) <= bytesMax)) throw tooLarge(bytesMax);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new HilumError("request.too_slow")), timeoutMs);
  const parts: Buffer[] = [];
  let length = 0;
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const { done, value } = await Promise.race([chunks.next(), late.promise]);
      if (done === true) return Buffer.concat(parts, length);
      length += value.length;
      if (length > bytesMax) throw tooLarge(bytesMax);
      parts.push(value);
    }
  } catch (error) {
    // The sender went away in the middle.
    if (!isHilumError(error)) throw new HilumError("request.too_slow", { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const tooLarge = (bytesMax: number): HilumError =>
  new HilumError("request.body_too_large", { detail: `This webhook takes at most ${bytesMax} bytes.` });
