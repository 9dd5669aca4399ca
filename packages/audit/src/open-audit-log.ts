import { createPublicKey, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type { AuditLog, AuditLogOptions, AuditStatus } from "./audit-log.ts";
import { createEntryEncoder } from "./entry/encode-entry.ts";
import type { IndexedEntry } from "./entry/entry.ts";
import { createBatchWriter, type BatchWriter } from "./log/batch-writer.ts";
import { createEntryClock, systemClock } from "./log/clock.ts";
import { DIRECTORY_MODE, nodeIo, type AuditIo } from "./log/io.ts";
import { acquireLock, type LogLock } from "./log/lock.ts";
import { openSinks, type OpenSink } from "./log/open-sink.ts";
import { createPublisher, type Publisher } from "./log/publisher.ts";
import { createSinks, type Sinks } from "./log/sinks.ts";
import { createSubtreeReader, type TileCache } from "./log/tile-files.ts";
import { readDiskSpace, type DiskSpace } from "./log/disk-space.ts";
import { createEntryReader, readEntries, type EntryReader } from "./segment/read-entries.ts";
import { commitBytesMax } from "./segment/segment-writer.ts";
import type { SignedCheckpoint } from "./tlog/checkpoint.ts";
import { createNoteVerifier } from "./tlog/note.ts";
import { proveConsistency, proveInclusion } from "./tlog/proof.ts";

const SEGMENT_BYTES = 16 * 1024 * 1024;
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;
const BUFFER_ENTRIES_MAX = 16_384;
const CHECKPOINT_MS = 1_000;
const LOCK_BEAT_MS = 5_000;

/**
 * Opens the log in `dir`, or makes one. Recovers after a crash: a torn last commit is discarded and noted in the log.
 * Throws `data.in_use` while another writer lives, and `audit.broken`, naming what differs, where anything below the last
 * signed checkpoint is missing or changed.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { dir, origin, signingKey, secondSink, fs: io = nodeIo, segmentBytes = SEGMENT_BYTES } = options;
  const boot = randomBytes(12).toString("hex");
  const directories = secondSink === undefined ? [dir] : [dir, secondSink.dir];
  const locks = await lockAll(directories, boot);
  try {
    const verifier = createNoteVerifier(origin, createPublicKey(signingKey));
    const opened = await openSinks(directories, { verifier, io, segmentBytes });
    const log = await assemble({ ...options, boot, directories, locks, opened, io, segmentBytes });
    await start(log, opened.all);
    return log;
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}

/** Writes what recovery had to do into the log and signs a first checkpoint: a log without one could be emptied unseen. */
async function start(log: AuditLog, sinks: readonly OpenSink[]): Promise<void> {
  try {
    await noteRecovery(log, sinks);
    await log.checkpoint();
  } catch (error) {
    await log.close();
    throw error;
  }
}

interface Parts extends AuditLogOptions {
  boot: string;
  directories: readonly string[];
  locks: readonly LogLock[];
  opened: { leading: OpenSink; all: OpenSink[] };
  io: AuditIo;
  segmentBytes: number;
}

async function assemble(parts: Parts): Promise<AuditLog> {
  const { origin, signingKey, boot, directories, locks, opened, io, segmentBytes } = parts;
  const { tree, openIntents: found, checkpoint } = opened.leading.recovered;
  const openCalls = new Map([...found].map(([call, { index }]) => [call, index]));
  const listeners = new Set<(entries: readonly IndexedEntry[]) => void>();
  const sinks = createSinks({
    sinks: opened.all.map(({ sink }) => sink),
    wanted: directories.length,
    ...(parts.onDegraded && { onDegraded: parts.onDegraded }),
  });
  opened.leading.redirectTiles(sinks.addTile);
  const tileCache: TileCache = new Map();
  const readers = new Map<string, EntryReader>();
  let listenerErrors = 0;
  let space: DiskSpace | undefined;
  let timer: NodeJS.Timeout | undefined;

  const writer: BatchWriter = createBatchWriter({
    sinks,
    tree,
    boot,
    encode: createEntryEncoder({ boot }),
    clock: createEntryClock(parts.clock ?? systemClock, await lastEntryMs(opened.leading)),
    bufferEntriesMax: parts.bufferEntriesMax ?? BUFFER_ENTRIES_MAX,
    bufferBytesMax: Math.min(BUFFER_BYTES_MAX, commitBytesMax(segmentBytes)),
    onCommitted,
  });
  const publisher: Publisher = createPublisher({
    origin,
    signingKey,
    sinks,
    io,
    // Every copy gets the checkpoint anew, so that one that lagged behind has it too.
    latest: opened.all.every(({ recovered }) => recovered.checkpoint?.size === tree.size) ? checkpoint : undefined,
    snapshot: () =>
      writer.atRest(() => ({ tree: tree.snapshot(), openIntents: [...openCalls.values()].toSorted((a, b) => a - b) })),
    onPublished: () => void readDiskSpace(firstDirectory()).then((read) => (space = read)),
  });
  space = await readDiskSpace(firstDirectory());
  const beat = setInterval(() => locks.forEach((lock) => lock.beat()), LOCK_BEAT_MS).unref();

  return {
    append: writer.append,
    get size() {
      return writer.size;
    },
    get blocked() {
      return writer.failed;
    },
    checkpoint: publish,
    read: (from, to) => readerOf(firstDirectory()).read(from, Math.min(to, writer.size)),
    inclusionProof: async (index, size) =>
      proveInclusion(index, size ?? (await published(index + 1)), await subtrees(size)),
    consistencyProof: async (oldSize, size) =>
      proveConsistency(oldSize, size ?? (await published(oldSize)), await subtrees(size)),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    openIntents: () => [...found.values()].filter(({ entry }) => openCalls.has(entry.call)),
    status: () =>
      describe({ origin, writer, publisher, sinks, segmentBytes, listenerErrors, openIntents: openCalls.size, space }),
    close,
  };

  function firstDirectory(): string {
    return sinks.healthy[0]?.directory ?? parts.dir;
  }

  /** The copies are framed each in its own way. */
  function readerOf(directory: string): EntryReader {
    const reader = readers.get(directory) ?? createEntryReader(directory);
    readers.set(directory, reader);
    return reader;
  }

  function onCommitted(entries: readonly IndexedEntry[]): void {
    for (const { index, entry } of entries) {
      if (entry.kind === "intent") openCalls.set(entry.call, index);
      else if (entry.kind === "outcome") openCalls.delete(entry.call);
    }
    for (const listener of listeners) {
      try {
        listener(entries);
      } catch {
        listenerErrors += 1;
      }
    }
    // A failed checkpoint has stopped the log by then; `blocked` says so.
    timer ??= setTimeout(() => void publish().catch(() => {}), CHECKPOINT_MS).unref();
  }

  async function publish(): Promise<SignedCheckpoint> {
    clearTimeout(timer);
    timer = undefined;
    try {
      return await publisher.publish();
    } catch (error) {
      writer.fail(error);
      throw error;
    }
  }

  /** Size of the last checkpoint, which is signed anew where it is below `sizeMin`. */
  async function published(sizeMin: number): Promise<number> {
    const { latest } = publisher;
    return latest !== undefined && latest.size >= sizeMin ? latest.size : (await publish()).size;
  }

  async function subtrees(size?: number): Promise<ReturnType<typeof createSubtreeReader>> {
    return createSubtreeReader(firstDirectory(), await published(size ?? 0), tileCache);
  }

  async function close(): Promise<void> {
    clearInterval(beat);
    try {
      await writer.drain();
      await publish();
    } catch (error) {
      if (!writer.failed) throw error;
    } finally {
      clearTimeout(timer);
      await sinks.close();
      for (const lock of locks) lock.release();
    }
  }
}

async function lockAll(directories: readonly string[], boot: string): Promise<LogLock[]> {
  const locks: LogLock[] = [];
  try {
    for (const directory of directories) {
      await fs.promises.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
      locks.push(acquireLock(directory, boot));
    }
    return locks;
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}

/** What recovery had to do is itself in the log (threat 191). */
async function noteRecovery(log: AuditLog, sinks: readonly OpenSink[]): Promise<void> {
  for (const { recovered } of sinks) {
    const note = { kind: "note", call: "recovery", actor: "system:audit" } as const;
    const { discarded } = recovered;
    if (discarded !== undefined) {
      await log.append({
        ...note,
        action: "audit.torn_commit_discarded",
        detail: { firstIndex: discarded.index, segment: discarded.segmentId, discardedBytes: discarded.bytes },
      });
    }
    if (recovered.tilesRebuilt)
      await log.append({ ...note, action: "audit.tiles_rebuilt", detail: { size: recovered.tree.size } });
  }
}

async function lastEntryMs({ sink, recovered }: OpenSink): Promise<number> {
  const { size } = recovered.tree;
  if (size === 0) return 0;
  for await (const { entry } of readEntries(sink.directory, size - 1, size)) return Date.parse(entry.at);
  return 0;
}

interface StatusParts extends Pick<AuditStatus, "origin" | "listenerErrors" | "openIntents" | "space"> {
  writer: BatchWriter;
  publisher: Publisher;
  sinks: Sinks;
  segmentBytes: number;
}

function describe({ writer, publisher, sinks, segmentBytes, ...rest }: StatusParts): AuditStatus {
  const segments = sinks.healthy[0]?.segments.segments ?? 0;
  const { latest } = publisher;
  return {
    ...rest,
    size: writer.size,
    checkpoint: latest && { size: latest.size, root: latest.root.toString("base64") },
    segments,
    bytes: segments * segmentBytes,
    blocked: writer.failed,
    degraded: sinks.degraded,
    lastWriteMs: writer.lastWriteMs,
    clockRegressions: writer.clockRegressions,
  };
}
