import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Words that stand for a patient. Each is found however it is cased, and as UTF-16, hex, base64 or an escaped address. */
export const canaries = ["quaxlethorpe", "mrn-88471-zq"] as const;

/** Which canaries stand readable in the bytes. */
export function findCanaries(bytes: Buffer): string[] {
  const haystack = lowerAscii(bytes);
  return canaries.filter((canary) =>
    spellings(canary).some((spelling) => (spelling.exact ? bytes : haystack).includes(spelling.bytes)),
  );
}

/** Every file under a folder that holds a canary in the clear. */
export function searchFolder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) =>
      findCanaries(readFileSync(path)).map((canary) => `${path.slice(folder.length + 1)} holds "${canary}"`),
    );
}

interface Spelling {
  bytes: Buffer;
  /** Upper and lower case differ in it. */
  exact: boolean;
}

function spellings(canary: string): Spelling[] {
  const cased = [canary, canary.toUpperCase(), canary[0]?.toUpperCase() + canary.slice(1)];
  return [
    { bytes: Buffer.from(canary), exact: false },
    { bytes: Buffer.from(canary, "utf16le"), exact: false },
    { bytes: Buffer.from(Buffer.from(canary).toString("hex")), exact: false },
    ...cased.flatMap(base64Cores).map((text) => ({ bytes: Buffer.from(text), exact: true })),
  ];
}

/** The part of the base64 of a text that is the same whatever stands around it, for each of the three alignments. */
function base64Cores(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
      .toString("base64")
      .replace(/=+$/, "");
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + text.length) * 8) / 6);
    return encoded.slice(from, whole);
  });
}

function lowerAscii(bytes: Buffer): Buffer {
  const lower = Buffer.from(bytes);
  for (let at = 0; at < lower.length; at++) {
    const byte = lower[at] ?? 0;
    if (byte >= 65 && byte <= 90) lower[at] = byte + 32;
  }
  return lower;
}
