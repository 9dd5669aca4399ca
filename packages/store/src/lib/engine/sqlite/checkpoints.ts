import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { SqliteConnection } from "./connection.ts";

/** Moves the log into the database between commits, never within one. */
export interface Checkpoints {
  afterCommit(): void;
  /**
   * True while the log is beyond its bound and the thread still moves it: nobody else can move it then, so that every
   * further commit would only make it longer. `caughtUp` is called when the thread has ended.
   */
  readonly behind: boolean;
  /** Moves all of it; nothing is moved afterwards. */
  close(): void;
}

/** What moves the log beside the writer. `ended` is called when it has moved what it could, or cannot work. */
export interface CheckpointThread {
  begin(ended: () => void): void;
  close(): void;
}

const commitsMax = 256;
/** Pages that are written again and again are moved once, so a longer log costs less. */
const walBytesMany = 48 * 1024 * 1024;
const walBytesMax = 80 * 1024 * 1024;

/**
 * The log is moved by a thread of its own while the writer goes on: whoever wrote next would wait for it otherwise. A log
 * begins anew when all of it was moved, so what came in meanwhile is moved by the writer itself, which is little.
 */
export function createCheckpoints(
  connection: SqliteConnection,
  caughtUp: () => void,
  start: (path: string) => CheckpointThread = startCheckpointThread,
): Checkpoints {
  const { path } = connection;
  if (path === ":memory:") return { afterCommit: () => undefined, behind: false, close: () => undefined };
  let thread: CheckpointThread | undefined;
  let commits = 0;
  let moving = false;
  let moved = false;
  let behind = false;
  /** Size of the log when it began anew; its pages are written over, so only beyond this its size says what it holds. */
  let reusedBytes = 0;

  const begin = (): void => {
    commits = 0;
    moving = true;
    thread ??= start(path);
    thread.begin(() => {
      moving = false;
      moved = true;
      behind = false;
      caughtUp();
    });
  };

  return {
    afterCommit: () => {
      commits += 1;
      const bytes = walSize(path);
      const filled = bytes > reusedBytes ? bytes : 0;
      if (filled > walBytesMax) {
        reusedBytes = 0;
        // Also waits for readers of the old log, so it is kept for the bound.
        checkpoint(connection, "TRUNCATE");
        behind = moving && walSize(path) > walBytesMax;
      } else if (moved) {
        reusedBytes = bytes;
        checkpoint(connection, "PASSIVE");
      } else if (!moving && (commits >= commitsMax || filled >= walBytesMany)) begin();
      moved = false;
    },
    get behind() {
      return behind;
    },
    close: () => {
      thread?.close();
      checkpoint(connection, "TRUNCATE");
    },
  };
}

export function checkpoint(connection: SqliteConnection, mode: "PASSIVE" | "TRUNCATE"): void {
  try {
    connection.script(`PRAGMA wal_checkpoint(${mode})`);
  } catch {
    // What was acknowledged is in the log; the next checkpoint tries again, and a commit reports what is wrong.
  }
}

export function walSize(path: string): number {
  if (path === ":memory:") return 0;
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function startCheckpointThread(path: string): CheckpointThread {
  const worker = new Worker(new URL("./checkpoint-thread.ts", import.meta.url), {
    workerData: { path },
    name: "store-checkpoints",
  });
  let ended: (() => void) | undefined;
  let gone = false;
  const end = (): void => {
    ended?.();
    ended = undefined;
  };
  worker.on("message", end);
  // Without it the writer moves the log itself once it has reached its bound.
  worker.on("error", () => undefined);
  worker.on("exit", () => {
    gone = true;
    end();
  });
  return {
    begin: (done) => {
      if (gone) return done();
      ended = done;
      worker.postMessage("begin");
    },
    close: () => worker.postMessage("close"),
  };
}
