import { canonicalize } from "@tufjs/canonical-json";
import { HilumError } from "@hilum/contract/errors";
import { hexOf } from "./hex.ts";
import type { SigningKey } from "./keys.ts";
import { encode, type LogHead, type Metadata, type Root, type TargetFile, type Targets } from "./metadata.ts";
import { base64Of, join, signatureLine } from "./note.ts";

/**
 * Every version that a marketplace ever published, in the order in which it came in. Nothing leaves it and nothing in it changes, so that
 * two hospitals which see the same tree were shown the same packages.
 */
export interface PackageLog {
  /** Whose log it is: one line, the same for ever. */
  origin: string;
  /** One a version, as `entryOf` writes it. */
  entries: readonly string[];
  /** The head of the tree over them, as a note that the snapshot's keys signed (C2SP tlog-checkpoint). */
  checkpoint: string;
}

/** What an entry says. */
export interface LogEntry {
  publisher: string;
  plugin: string;
  version: string;
  /** SHA-256 of the package in hex. */
  digest: string;
}

const text = new TextEncoder();
const entryBytesMax = 2_048;

/** Canonical JSON. Throws `source.invalid` for names that no package has. */
export function entryOf({ publisher, plugin, version, digest }: LogEntry): string {
  const entry = canonicalize({ publisher, plugin, version, digest });
  if (text.encode(entry).length > entryBytesMax)
    throw new HilumError("source.invalid", { detail: "A package's names are longer than a log takes." });
  return entry;
}

/** What the log says of a file of a publisher's list: undefined where it is no package. */
export function loggedAs(publisher: string, { hashes, custom = {} }: TargetFile): LogEntry | undefined {
  const { kind, plugin, version } = custom;
  if (kind !== "package" || typeof plugin !== "string" || typeof version !== "string") return undefined;
  return { publisher, plugin, version, digest: hashes.sha256 };
}

export interface Logged {
  root: Metadata<Root>;
  publishers: Readonly<Record<string, Metadata<Targets>>>;
}

/**
 * The log with what is new in the publishers' lists, its head signed by `keys`. Begins one where there was none, with all that there is.
 * Throws `source.forked` where the log that was handed over is not the one whose head was signed: a keeper signs nothing on top
 * of it; `publication.invalid` for a version that was published with other bytes.
 */
export async function extendLog(
  before: PackageLog | undefined,
  { root, publishers }: Logged,
  keys: readonly SigningKey[],
): Promise<PackageLog> {
  if (before !== undefined && !before.checkpoint.startsWith(`${await headText(before.origin, before.entries)}\n`))
    throw new HilumError("source.forked", { detail: "The log of packages is not the one whose head was signed." });
  const origin = before?.origin ?? `hilum-marketplace/${(await digestOf(encode(root))).slice(0, 32)}`;
  const entries = [...(before?.entries ?? []), ...newEntries(before?.entries ?? [], publishers)];
  const head = await headText(origin, entries);
  const lines = await Promise.all(keys.map(async (key) => await signatureLine(head, origin, key)));
  return { origin, entries, checkpoint: `${head}\n${lines.join("")}` };
}

/** What the snapshot says of the log, so that no host leaves it out or shows an older one. */
export async function headOf({ origin, entries }: Pick<PackageLog, "origin" | "entries">): Promise<LogHead> {
  return { origin, size: entries.length, root: hexOf(await treeRoot(entries)) };
}

function newEntries(known: readonly string[], publishers: Logged["publishers"]): string[] {
  const digests = new Map(known.map((entry) => [versionOf(JSON.parse(entry) as LogEntry), entry]));
  const added: string[] = [];
  for (const [publisher, { signed }] of Object.entries(publishers))
    for (const target of Object.values(signed.targets)) {
      const logged = loggedAs(publisher, target);
      if (logged === undefined) continue;
      const entry = entryOf(logged);
      const before = digests.get(versionOf(logged));
      if (before === entry) continue;
      if (before !== undefined)
        throw new HilumError("publication.invalid", {
          detail: `${logged.plugin} ${logged.version} was published with other bytes. Give the plugin a new version.`,
        });
      digests.set(versionOf(logged), entry);
      added.push(entry);
    }
  return added;
}

/** What may be in the log once: two entries for it are two truths. */
export const versionOf = ({ publisher, plugin, version }: LogEntry): string => `${publisher} ${plugin} ${version}`;

/** The text of the head, that the snapshot's keys sign. */
export async function headText(origin: string, entries: readonly string[]): Promise<string> {
  return `${origin}\n${entries.length}\n${base64Of(await treeRoot(entries))}\n`;
}

/**
 * RFC 6962, section 2.1, word for word. A browser hashes in its own time, which the tree of `@hilum/audit/tlog` cannot wait for;
 * a test holds the two to each other.
 */
export async function treeRoot(entries: readonly string[]): Promise<Uint8Array> {
  const [only] = entries;
  if (only === undefined) return await hash();
  if (entries.length === 1) return await hash(Uint8Array.of(0), text.encode(only));
  const left = 2 ** Math.floor(Math.log2(entries.length - 1));
  const [one, other] = [await treeRoot(entries.slice(0, left)), await treeRoot(entries.slice(left))];
  return await hash(Uint8Array.of(1), one, other);
}

const hash = async (...parts: readonly Uint8Array[]): Promise<Uint8Array> =>
  new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", join(...parts)));

const digestOf = async (bytes: Uint8Array): Promise<string> => hexOf(await hash(bytes));
