import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Each way in which text can hide in bytes. */
export const disguises = (text: string): Buffer[] => [
  Buffer.from(text),
  Buffer.from(text.toLowerCase()),
  Buffer.from(text, "utf16le"),
  Buffer.from(Buffer.from(text).toString("base64").slice(0, -4)),
  Buffer.from(Buffer.from(text).toString("hex")),
  Buffer.from(encodeURIComponent(text)),
  Buffer.from(JSON.stringify(text).slice(1, -1)),
];

/** Every file below a folder, with its content. */
export function filesBelow(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name))]);
}
