import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * Changes one bit of an entry where the log keeps it, as somebody with the disk could. `text` is the entry as the console
 * shows it; answers the file, relative to the log.
 */
export function flipByte(auditDir: string, text: string): string {
  const entry = Buffer.from(text);
  for (const file of readdirSync(join(auditDir, "segments")).map((name) => join(auditDir, "segments", name))) {
    const bytes = readFileSync(file);
    const place = bytes.indexOf(entry);
    if (place < 0) continue;
    const at = place + Math.floor(entry.length / 2);
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.of((bytes[at] ?? 0) ^ 1), 0, 1, at);
    closeSync(descriptor);
    return relative(auditDir, file);
  }
  throw new Error("no segment of the log holds the entry");
}
