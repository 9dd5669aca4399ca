import * as fs from "node:fs";
import * as path from "node:path";
import { replaceFile, type AuditIo } from "./io.ts";

const FILE = "open-intents.json";

interface OpenIntentsFile {
  /** Number of entries that the list takes account of. */
  size: number;
  /** Indexes of the intents that have no outcome among them, in ascending order. */
  intents: number[];
}

/**
 * Keeps the open intents beside the checkpoint, so that recovery need not read the whole log for those whose outcome is
 * missing. Derived: where it is missing or older than the checkpoint, recovery reads the log from its beginning.
 */
export function writeOpenIntents(io: AuditIo, directory: string, state: OpenIntentsFile): Promise<void> {
  return replaceFile(io, path.join(directory, FILE), Buffer.from(`${JSON.stringify(state)}\n`));
}

/** The intents below `size` that were open; undefined where the file cannot tell. */
export async function readOpenIntents(directory: string, size: number): Promise<number[] | undefined> {
  if (size === 0) return [];
  try {
    const value: unknown = JSON.parse(await fs.promises.readFile(path.join(directory, FILE), "utf8"));
    return isState(value) && value.size >= size ? value.intents.filter((index) => index < size) : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is OpenIntentsFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "size" in value &&
    Number.isSafeInteger(value.size) &&
    "intents" in value &&
    Array.isArray(value.intents) &&
    value.intents.every(Number.isSafeInteger)
  );
}
