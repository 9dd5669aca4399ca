import { HilumError } from "@hilum/contract";
import type { AuditInput, IndexedEntry } from "../entry/entry.ts";
import type { EncodeEntry } from "../entry/encode-entry.ts";
import { ENTRY_OVERHEAD_BYTES, FRAME_HEADER_BYTES, writeEntry } from "../segment/format.ts";
import type { TileBuilder } from "../tlog/tile-builder.ts";
import type { EntryClock } from "./clock.ts";
import type { Sinks } from "./sinks.ts";

/** A single commit takes no longer than this where writing on the calling thread is worth while. */
const SYNC_WRITE_MS_MAX = 0.3;
/** On a disk that was too slow for it, one lone commit of so many tries again whether it still is. */
const SYNC_PROBE_EVERY = 32;

/** The one writer of the log: gathers entries into batches and commits them one after the other. */
export interface BatchWriter {
  append(input: AuditInput): Promise<{ index: number }>;
  /** Entries that are durable. */
  readonly size: number;
  readonly failed: boolean;
  readonly lastWriteMs: number;
  readonly clockRegressions: number;
  /** Runs `read` at a moment when the tree holds exactly the durable entries. Rejects with `audit.blocked` when the log has failed. */
  atRest<T>(read: () => T): Promise<T>;
  /** Refuses further entries, waits for those that are under way. */
  drain(): Promise<void>;
  /** Stops the log for good. */
  fail(error: unknown): void;
}

export interface BatchWriterOptions {
  sinks: Sinks;
  tree: TileBuilder;
  encode: EncodeEntry;
  clock: EntryClock;
  boot: string;
  bufferEntriesMax: number;
  bufferBytesMax: number;
  /** Hears of each batch once it is durable, in order. */
  onCommitted: (entries: readonly IndexedEntry[]) => void;
}

interface Batch {
  /** The frame, its header's place first. */
  buffer: Buffer;
  bytes: number;
  count: number;
  firstIndex: number;
  waiting: WaitingEntry[];
  durable: PromiseWithResolvers<void>;
}

interface WaitingEntry {
  input: AuditInput;
  at: string;
  mono: number;
  /** Where it ends in the batch's buffer. */
  end: number;
}

/**
 * Group commit without timers: what arrives while one write is under way is the next batch, and all entries of a batch
 * share one promise. Two buffers take turns. The first failed write stops the log for good: after a failed sync nobody
 * knows what is on the disk, and a second one would only pretend to.
 */
export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  const { sinks, tree, encode, clock, boot, bufferEntriesMax, bufferBytesMax, onCommitted } = options;
  let size = tree.size;
  let nextIndex = size;
  let active = createBatch(bufferBytesMax);
  let spare = createBatch(bufferBytesMax);
  let inFlight: Batch | undefined;
  let scheduled = false;
  let refusal: HilumError | undefined;
  let failed = false;
  const lone = createLoneWrites();
  let lastWriteMs = 0;
  let clockRegressions = 0;
  let atRestQueue: (() => void)[] = [];

  return {
    async append(input) {
      if (refusal !== undefined) throw refusal;
      const index = put(input);
      await active.durable.promise;
      return { index };
    },
    get size() {
      return size;
    },
    get failed() {
      return failed;
    },
    get lastWriteMs() {
      return lastWriteMs;
    },
    get clockRegressions() {
      return clockRegressions;
    },
    async atRest(read) {
      if (!failed && inFlight !== undefined) await new Promise<void>((resolve) => atRestQueue.push(resolve));
      if (failed) throw refusal ?? new HilumError("audit.blocked");
      return read();
    },
    async drain() {
      refusal ??= new HilumError("server.stopping");
      while (active.count > 0 || inFlight !== undefined) await (active.count > 0 ? active : inFlight)?.durable.promise;
    },
    fail,
  };

  function put(input: AuditInput): number {
    const { at, mono, regressionMs } = clock.read();
    const json = encode(input, at, mono);
    if (regressionMs > 0) flagRegression(at, mono, regressionMs);
    return store(input, json, at, mono);
  }

  function store(input: AuditInput, json: string, at: string, mono: number): number {
    if (active.count >= bufferEntriesMax || active.bytes + json.length + ENTRY_OVERHEAD_BYTES > active.buffer.length) {
      throw new HilumError("lane.full", { detail: "Too many entries wait for the audit log." });
    }
    if (active.count === 0) active.firstIndex = nextIndex;
    active.bytes = writeEntry(active.buffer, active.bytes, json);
    active.count += 1;
    active.waiting.push({ input, at, mono, end: active.bytes });
    schedule();
    return nextIndex++;
  }

  /** Order is by index; a wall clock that went back is said in the log itself (threat 197). */
  function flagRegression(at: string, mono: number, regressionMs: number): void {
    clockRegressions += 1;
    const note: AuditInput = {
      kind: "note",
      call: `clock-${clockRegressions}`,
      actor: "system:audit",
      action: "audit.clock_set_back",
      detail: { clockRegressionMs: regressionMs },
    };
    store(note, encode(note, at, mono), at, mono);
  }

  function schedule(): void {
    if (scheduled || inFlight !== undefined) return;
    scheduled = true;
    setImmediate(commit);
  }

  function commit(): void {
    scheduled = false;
    if (failed || inFlight !== undefined || active.count === 0) return;
    const batch = active;
    [active, spare, inFlight] = [spare, active, batch];
    const startedMs = performance.now();
    if (batch.count === 1 && lone.isSyncWorthwhile() && sinks.canWriteSync(batch)) {
      commitSync(batch, startedMs);
    } else {
      sinks.write(batch).then(() => finish(batch, startedMs), fail);
      // The hash work runs while the disk works.
      growTree(batch);
    }
  }

  function commitSync(batch: Batch, startedMs: number): void {
    try {
      sinks.writeSync(batch);
    } catch (error) {
      fail(error);
      return;
    }
    lone.observe(performance.now() - startedMs);
    growTree(batch);
    finish(batch, startedMs);
  }

  function growTree({ buffer, waiting }: Batch): void {
    let start = FRAME_HEADER_BYTES;
    for (const { end } of waiting) {
      tree.add(buffer.subarray(start + ENTRY_OVERHEAD_BYTES - 1, end));
      start = end;
    }
  }

  function finish(batch: Batch, startedMs: number): void {
    if (failed) return;
    lastWriteMs = performance.now() - startedMs;
    size += batch.count;
    inFlight = undefined;
    const { durable } = batch;
    const entries = entriesOfBatch(batch, boot);
    reset(batch);
    durable.resolve();
    onCommitted(entries);
    const resting = atRestQueue;
    atRestQueue = [];
    for (const proceed of resting) proceed();
    if (active.count > 0) schedule();
  }

  function fail(error: unknown): void {
    if (failed) return;
    failed = true;
    refusal = new HilumError("audit.blocked", { cause: error });
    for (const batch of [active, spare]) {
      batch.durable.promise.catch(() => {});
      batch.durable.reject(refusal);
    }
    for (const proceed of atRestQueue) proceed();
  }
}

/**
 * Whether a lone commit is better written on the calling thread. Only such writes are measured: one through the thread
 * pool, or one of a whole batch, takes longer on the same disk and would keep the short way shut for ever.
 */
function createLoneWrites(): { isSyncWorthwhile(): boolean; observe(ms: number): void } {
  let recentMs = 0;
  let passed = 0;
  return {
    isSyncWorthwhile() {
      if (recentMs < SYNC_WRITE_MS_MAX) return true;
      passed += 1;
      return passed % SYNC_PROBE_EVERY === 0;
    },
    observe(ms) {
      recentMs = 0.8 * recentMs + 0.2 * ms;
    },
  };
}

function createBatch(bufferBytes: number): Batch {
  return {
    buffer: Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + bufferBytes),
    bytes: FRAME_HEADER_BYTES,
    count: 0,
    firstIndex: 0,
    waiting: [],
    durable: Promise.withResolvers(),
  };
}

function reset(batch: Batch): void {
  batch.bytes = FRAME_HEADER_BYTES;
  batch.count = 0;
  batch.waiting = [];
  batch.durable = Promise.withResolvers();
}

function entriesOfBatch({ waiting, firstIndex }: Batch, boot: string): IndexedEntry[] {
  return waiting.map(({ input, at, mono }, i) => ({
    index: firstIndex + i,
    entry: { v: 1, at, mono, boot, ...input },
  }));
}
