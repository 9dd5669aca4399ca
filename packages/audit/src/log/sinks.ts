import { HilumError } from "@hilum/contract";
import type { CommitFrame, SegmentWriter } from "../segment/segment-writer.ts";
import type { TileFile } from "../tlog/tile-builder.ts";
import type { TileWriter } from "./tile-files.ts";

/** One copy of the log: a directory with segments, tiles and checkpoint. */
export interface Sink {
  directory: string;
  segments: SegmentWriter;
  tiles: TileWriter;
}

/** The copies that the log is written to. A copy that fails once is left out for good; the last one may not fail. */
export interface Sinks {
  readonly healthy: readonly Sink[];
  /** True while fewer copies are written than were asked for. */
  readonly degraded: boolean;
  write(frame: CommitFrame): Promise<void>;
  canWriteSync(frame: CommitFrame): boolean;
  writeSync(frame: CommitFrame): void;
  addTile(file: TileFile): void;
  /** Runs `work` for each healthy copy. Rejects when no copy is left. */
  forEach(work: (sink: Sink) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface SinksOptions {
  sinks: readonly Sink[];
  /** Copies asked for, with those that could not even be opened. */
  wanted: number;
  onDegraded?: (directory: string, error: unknown) => void;
}

export function createSinks({ sinks, wanted, onDegraded = () => {} }: SinksOptions): Sinks {
  let healthy = [...sinks];

  return {
    get healthy() {
      return healthy;
    },
    get degraded() {
      return healthy.length < wanted;
    },
    write(frame) {
      const [only] = healthy;
      if (healthy.length === 1 && only !== undefined) return only.segments.write(frame);
      // The copies seal the frame with segment ids of their own, so each needs a buffer of its own.
      return forEach((sink) =>
        sink.segments.write({ ...frame, buffer: Buffer.from(frame.buffer.subarray(0, frame.bytes)) }),
      );
    },
    canWriteSync: (frame) => healthy.length === 1 && healthy.every(({ segments }) => segments.fits(frame)),
    writeSync(frame) {
      for (const { segments } of healthy) segments.writeSync(frame);
    },
    addTile(file) {
      for (const sink of healthy) sink.tiles.add(file);
    },
    forEach,
    async close() {
      await Promise.all(healthy.map(({ segments }) => segments.close()));
    },
  };

  async function forEach(work: (sink: Sink) => Promise<void>): Promise<void> {
    const errors: unknown[] = [];
    const tried = healthy;
    await Promise.all(tried.map((sink) => work(sink).catch((error: unknown) => void errors.push(drop(sink, error)))));
    if (healthy.length > 0) return;
    const [first] = errors;
    throw first instanceof Error ? first : new HilumError("audit.blocked", { cause: first });
  }

  function drop(sink: Sink, error: unknown): unknown {
    healthy = healthy.filter((other) => other !== sink);
    onDegraded(sink.directory, error);
    return error;
  }
}
