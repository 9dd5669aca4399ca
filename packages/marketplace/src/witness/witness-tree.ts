import { HilumError } from "@hilum/contract";
import { cosignedPath } from "../log/log-files.ts";
import type { SigningKey } from "../sign/keys.ts";
import { cosignatureLine } from "../sign/note.ts";
import { openSource } from "../source/open-source.ts";
import type { ReadFile } from "../source/fetcher.ts";

export interface WitnessPlace {
  /** What this witness saw of the marketplace is kept here. It is what its word is worth: lose it, and it knows nothing of before. */
  folder: string;
  /** The root that was compared when the witness began. */
  root: Uint8Array;
  read: ReadFile;
  /** Whether keys that were made for tests are taken. */
  testKeys: boolean;
}

export interface WitnessedTree {
  origin: string;
  size: number;
  /** In hex. */
  root: string;
  /** Where the note lies, and its text: the head with the keeper's signature, this witness's and those of others. */
  path: string;
  note: string;
}

/**
 * Reads the marketplace as every client does and cosigns the head of its log (C2SP tlog-cosignature): that it is the only tree this
 * witness ever saw, grown. What others cosigned of the same tree stays. Throws as a source does, `source.log_missing` where there is no log.
 */
export async function witnessTree(
  place: WitnessPlace,
  name: string,
  key: SigningKey,
  now: Date,
): Promise<WitnessedTree> {
  const source = await openSource({ ...place, trust: { required: true, witnesses: [], threshold: 0 } });
  await source.refresh();
  const log = source.log();
  if (log === undefined) throw new HilumError("source.log_missing");
  const { origin, size, root, checkpoint } = log;
  const split = checkpoint.indexOf("\n\n") + 1;
  const [head, lines] = [checkpoint.slice(0, split), checkpoint.slice(split + 1)];
  const line = await cosignatureLine(head, name, key, now);
  // One line a key: the one before says an earlier time.
  const id = idOf(line);
  const others = lines.split("\n").filter((other) => other !== "" && idOf(other) !== id);
  return {
    ...{ origin, size, root, path: cosignedPath },
    note: `${head}\n${others.map((other) => `${other}\n`).join("")}${line}`,
  };
}

/** Name and id of the key that a signature line is of. */
function idOf(line: string): string {
  const [, name = "", signature = ""] = line.trim().split(" ");
  return `${name} ${Buffer.from(signature, "base64").subarray(0, 4).toString("hex")}`;
}
