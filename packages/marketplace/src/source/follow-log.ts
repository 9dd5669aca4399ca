import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createTileBuilder,
  parseCheckpointText,
  parseNote,
  rawVerifierOf,
  TILE_WIDTH,
  tileWidth,
  verifyNote,
  type Checkpoint,
  type SignedNote,
} from "@hilum/audit/tlog";
import { HilumError, isHilumError } from "@hilum/contract";
import { bundleNames, checkpointPath, cosignedPath, prefixed, type TileNames } from "../log/log-files.ts";
import type { LogHead, Root } from "../sign/metadata.ts";
import { versionOf, type LogEntry } from "../sign/package-log.ts";
import type { ReadFile } from "./fetcher.ts";
import { findKept } from "./with-client.ts";
import { findWitnesses, readWitnessKeys, type LogTrust, type Witnessed } from "./witness-trust.ts";

/** A marketplace's log of packages as far as it was read: every entry is here, and hashes to the head that the keeper signed. */
export interface FollowedLog {
  origin: string;
  size: number;
  /** In hex. */
  root: string;
  /** The head as it was signed, with the lines of those who cosigned it. */
  checkpoint: string;
  witnesses: readonly Witnessed[];
  /** Whether exactly this package came in under its version, and no other before it. */
  holds(entry: LogEntry): boolean;
  /** Root of the tree as it was at a former size, in hex; undefined where it is not that large. */
  rootAt(size: number): string | undefined;
}

export interface LogPlace {
  read: ReadFile;
  /** Where what was seen of it is kept. */
  folder: string;
  /** The root that is trusted, and what the snapshot says of the log. */
  root: Root;
  named: LogHead | undefined;
  trust: LogTrust;
}

const noteBytesMax = 65_536;
/** An entry has 2 KiB at most. */
const bundleBytesMax = TILE_WIDTH * 2_050;
const entriesMax = 200_000;

/**
 * Reads the log on from where it was left, and keeps what was seen. Every entry is fetched once and hashed, so that the tree that was seen
 * before is the beginning of the one that is taken. Undefined for a marketplace that never had one.
 *
 * Throws `source.forked` for another tree than before or a smaller one, `source.log_missing`, `source.not_witnessed`, `source.signature`,
 * `source.mixed`, `source.too_large`; what was seen before stays.
 */
export async function followLog(place: LogPlace): Promise<FollowedLog | undefined> {
  const { read, folder, named, trust } = place;
  const kept = await readKept(folder);
  if (named === undefined) {
    if (kept !== undefined) throw missing("It had one when it was read before.");
    if (trust.required || trust.threshold > 0) throw missing("This source's policy asks for one.");
    return undefined;
  }
  const note = await readNote(read, checkpointPath);
  if (note === undefined) throw missing(`Its keeper signed one, and ${checkpointPath} is not there.`);
  const head = openHead(note, place.root);
  checkSize(head, named, kept);
  const entries = await readEntries(read, head, kept?.entries ?? []);
  if (!agrees(entries, head, named, kept)) throw await explainDisagreement(read, head, named);
  const notes = [note, await readNote(read, cosignedPath)].filter((one) => one?.text === note.text) as SignedNote[];
  const keys = readWitnessKeys(trust);
  const witnesses = findWitnesses(notes, head, { keys, threshold: trust.threshold });
  await keep(folder, note, entries);
  return present(head, mergedText(notes), witnesses, entries);
}

/** The log as it was followed last, from what is kept below the source's folder: without asking the source, and also where it is refused now. */
export async function recallLog(
  folder: string,
): Promise<Pick<FollowedLog, "origin" | "size" | "root" | "rootAt"> | undefined> {
  const last = await findKept(folder);
  const kept = last === undefined ? undefined : await readKept(last);
  return kept === undefined ? undefined : present(kept.head, "", [], kept.entries);
}

function checkSize(head: Checkpoint, named: LogHead, kept: Kept | undefined): void {
  if (kept !== undefined && (kept.head.origin !== head.origin || kept.head.origin !== named.origin))
    throw forked("The log has another name than before: it is another one.");
  if (named.origin !== head.origin) throw mixed("The log's head is that of another log than the snapshot names.");
  if (kept !== undefined && head.size < kept.head.size)
    throw forked(`The log has ${head.size} entries; it had ${kept.head.size} when it was read before.`);
  if (head.size < named.size)
    throw mixed(`The log's head is an old one: it has ${head.size} entries, and the snapshot names ${named.size}.`);
  if (head.size > entriesMax) throw new HilumError("source.too_large", { detail: "The log has too many entries." });
}

/** Signed by as many of the snapshot's keys as the root asks for; each counts once. */
function openHead(note: SignedNote, { keys, roles }: Root): Checkpoint {
  let head: Checkpoint;
  try {
    head = parseCheckpointText(note.text);
  } catch (error) {
    throw new HilumError("source.invalid", { detail: "The head of the log is not valid.", cause: error });
  }
  const { keyids, threshold } = roles.snapshot;
  const signed = [...new Set(keyids)].filter((id) => {
    const key = keys[id];
    return key !== undefined && verifyNote(note, rawVerifierOf(head.origin, Buffer.from(key.keyval.public, "hex")));
  });
  if (signed.length < threshold)
    throw new HilumError("source.signature", { detail: "The head of the log is not signed by the snapshot's keys." });
  return head;
}

/** True where the trees that were named, seen and signed are beginnings of one another. */
function agrees(entries: readonly Buffer[], head: Checkpoint, named: LogHead, kept: Kept | undefined): boolean {
  const roots = rootsAt(entries, [kept?.head.size ?? 0, named.size, head.size]);
  const before = kept === undefined || roots[0]?.equals(kept.head.root) === true;
  return before && roots[1]?.toString("hex") === named.root && roots[2]?.equals(head.root) === true;
}

/** Another history that is whole was signed; anything else is files that do not belong together. */
async function explainDisagreement(read: ReadFile, head: Checkpoint, named: LogHead): Promise<HilumError> {
  const [atNamed, atHead] = rootsAt(await readEntries(read, head, []), [named.size, head.size]);
  const whole = atHead?.equals(head.root) === true && atNamed?.toString("hex") === named.root;
  return whole
    ? forked(`The log's ${head.size} entries do not begin with those that were read before.`)
    : mixed("The log's entries are not those that its head was signed over.");
}

/** Those that are known already are not fetched again, but for the bundle that was not full. */
async function readEntries(read: ReadFile, { size }: Checkpoint, known: readonly Buffer[]): Promise<Buffer[]> {
  const entries = known.slice(0, size);
  while (entries.length < size) {
    const index = Math.floor(entries.length / TILE_WIDTH);
    const bundle = splitBundle(await readTile(read, bundleNames(size, index)));
    const width = tileWidth(size, 0, index);
    if (bundle.length < width) throw mixed("The log's entries are cut short.");
    entries.push(...bundle.slice(entries.length % TILE_WIDTH, width));
  }
  return entries;
}

/** The one of this width, or the full one that came after it. Throws `source.mixed` where neither is there. */
async function readTile(read: ReadFile, [path, full]: TileNames): Promise<Buffer> {
  const bytes = (await read(path, bundleBytesMax)) ?? (path === full ? undefined : await read(full, bundleBytesMax));
  if (bytes === undefined) throw mixed(`${path} is not there.`);
  if (bytes.length > bundleBytesMax) throw new HilumError("source.too_large", { detail: `${path} is too large.` });
  return Buffer.from(bytes);
}

/** Entries of a bundle, each behind its length (C2SP tlog-tiles, "Log Entries"). */
function splitBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at + 2 <= bundle.length;) {
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) throw mixed("The log's entries are cut short.");
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** Roots at sizes that rise; undefined beyond the entries. */
function rootsAt(entries: readonly Buffer[], sizes: readonly number[]): (Buffer | undefined)[] {
  const builder = createTileBuilder();
  const roots = new Map<number, Buffer>();
  const wanted = new Set(sizes);
  const look = (): void => void (wanted.has(builder.size) && roots.set(builder.size, builder.root()));
  look();
  for (const entry of entries) {
    builder.add(prefixed(entry));
    look();
  }
  return sizes.map((size) => roots.get(size));
}

async function readNote(read: ReadFile, path: string): Promise<SignedNote | undefined> {
  const bytes = await read(path, noteBytesMax);
  if (bytes === undefined) return undefined;
  if (bytes.length > noteBytesMax) throw new HilumError("source.too_large", { detail: `${path} is too large.` });
  try {
    return parseNote(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (isHilumError(error)) throw error;
    throw new HilumError("source.invalid", { detail: `${path} is no signed note.`, cause: error });
  }
}

/** Each line once: the keeper's, then the witnesses'. */
function mergedText(notes: readonly SignedNote[]): string {
  const lines = notes.flatMap(({ signatures }) =>
    signatures.map(({ name, keyId, signature }) => {
      const id = Buffer.alloc(4);
      id.writeUInt32BE(keyId);
      return `\u2014 ${name} ${Buffer.concat([id, signature]).toString("base64")}\n`;
    }),
  );
  return `${notes[0]?.text}\n${[...new Set(lines)].join("")}`;
}

function present(
  { origin, size, root }: Checkpoint,
  checkpoint: string,
  witnesses: readonly Witnessed[],
  entries: readonly Buffer[],
): FollowedLog {
  const first = new Map<string, string>();
  for (const bytes of entries) {
    const entry = parseEntry(bytes);
    if (entry !== undefined && !first.has(versionOf(entry))) first.set(versionOf(entry), entry.digest);
  }
  return {
    ...{ origin, size, root: root.toString("hex"), checkpoint, witnesses },
    holds: (entry) => first.get(versionOf(entry)) === entry.digest,
    rootAt: (at) => rootsAt(entries, [at])[0]?.toString("hex"),
  };
}

/** What a later Hilum may write and this one does not know is in the tree, and no package. */
function parseEntry(bytes: Buffer): LogEntry | undefined {
  try {
    const value = JSON.parse(bytes.toString("utf8")) as Partial<LogEntry> | null;
    const fields = [value?.publisher, value?.plugin, value?.version, value?.digest];
    return fields.every((field) => typeof field === "string") ? (value as LogEntry) : undefined;
  } catch {
    return undefined;
  }
}

interface Kept {
  head: Checkpoint;
  entries: Buffer[];
}

const keptHead = "log.checkpoint";
const keptEntries = "log.entries";

/** Both are written into the folder that is kept whole with the rest of what is trusted (`with-client.ts`). */
async function readKept(folder: string): Promise<Kept | undefined> {
  const text = await readFile(join(folder, keptHead), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return { head: parseCheckpointText(text), entries: splitBundle(await readFile(join(folder, keptEntries))) };
}

async function keep(folder: string, { text }: SignedNote, entries: readonly Buffer[]): Promise<void> {
  const framed = entries.map((entry) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.length);
    return Buffer.concat([length, entry]);
  });
  await writeFile(join(folder, keptHead), text);
  await writeFile(join(folder, keptEntries), Buffer.concat(framed));
}

const forked = (detail: string): HilumError => new HilumError("source.forked", { detail });
const missing = (detail: string): HilumError => new HilumError("source.log_missing", { detail });
const mixed = (detail: string): HilumError => new HilumError("source.mixed", { detail });
