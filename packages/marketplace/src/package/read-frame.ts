import type { ErrorCode, Manifest, Problem } from "@hilum/contract";
import type { ListedFile } from "./read-package.ts";

/** What was read of an archive. The bytes stay where they are: a file is where it begins in the archive, and how long it is. */
export interface ReadAnswer {
  taken?: {
    manifest: Manifest;
    list: readonly ListedFile[];
    sbom: Readonly<Record<string, unknown>>;
    files: readonly { path: string; at: number; bytes: number }[];
  };
  refused?: { code: ErrorCode; detail: string; problems: readonly Problem[] };
}

const lengthBytes = 4;
/** A list of 5,000 files with digests, a manifest and a list of parts lie far below. */
export const frameBytesMax = 32 * 1_048_576;

/** Length of the JSON text in four bytes, the most significant first, and the text. */
export function writeFrame(answer: ReadAnswer): Buffer {
  const text = Buffer.from(JSON.stringify(answer));
  const frame = Buffer.alloc(lengthBytes + text.length);
  frame.writeUInt32BE(text.length, 0);
  text.copy(frame, lengthBytes);
  return frame;
}

/** Undefined where it is not one whole frame. */
export function readFrame(frame: Buffer): ReadAnswer | undefined {
  if (frame.length < lengthBytes || frame.readUInt32BE(0) !== frame.length - lengthBytes) return undefined;
  return JSON.parse(frame.toString("utf8", lengthBytes)) as ReadAnswer;
}
