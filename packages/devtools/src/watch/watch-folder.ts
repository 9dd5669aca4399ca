import { watch } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface FolderWatch {
  /** `polling` where the operating system gives no events for the folder. */
  readonly kind: "events" | "polling";
  close(): void;
}

export interface WatchOptions {
  /**
   * Paths from the folder, once nothing has changed for `quietMs`: an editor writes a file in several steps. `sinceMs` is
   * when the first of them was noticed, as `performance.now()` says.
   */
  onChange(paths: readonly string[], sinceMs: number): void;
  /** The folder is gone, or cannot be read any more. Nothing follows. */
  onEnd(error: unknown): void;
  quietMs?: number;
  pollMs?: number;
  /** For folders whose file system gives no events. */
  polling?: boolean;
}

const entriesMax = 5_000;
/** What tools write while they work is no change of the plugin. */
const ignored = /(^|\/)(\.[^/]*|node_modules|__pycache__|venv)(\/|$)|~$|\.(swp|swx|tmp|pyc)$/;

/**
 * Hears of changes below a folder: by the events of the operating system, and where there are none by looking at names,
 * sizes and times again and again. Throws what keeps the folder from being read at the start.
 */
export async function watchFolder(folder: string, options: WatchOptions): Promise<FolderWatch> {
  const before = await listEntries(folder);
  const gather = createGatherer(options.onChange, options.quietMs ?? 40);
  const startPolling = (known: ReadonlyMap<string, string>): FolderWatch => poll(folder, known, gather, options);
  if (options.polling === true) return startPolling(before);
  let current: FolderWatch =
    openWatcher(folder, gather, () => (current = startPolling(before))) ?? startPolling(before);
  return {
    get kind() {
      return current.kind;
    },
    close: () => current.close(),
  };
}

interface Gatherer {
  add(path: string): void;
  close(): void;
}

function createGatherer(onChange: WatchOptions["onChange"], quietMs: number): Gatherer {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let sinceMs = 0;
  const tell = (): void => {
    const paths = [...waiting].toSorted();
    waiting.clear();
    if (paths.length > 0) onChange(paths, sinceMs);
  };
  return {
    add(path) {
      if (ignored.test(path)) return;
      if (waiting.size === 0) sinceMs = performance.now();
      waiting.add(path);
      clearTimeout(timer);
      timer = setTimeout(tell, quietMs);
      timer.unref();
    },
    close() {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Undefined where the operating system does not watch: too many watches, or a file system that has no events. It may also say so later. */
function openWatcher(folder: string, gather: Gatherer, onGivenUp: () => void): FolderWatch | undefined {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, (_event, name) => {
      if (name !== null) gather.add(name.replaceAll("\\", "/"));
    });
    watcher.on("error", () => {
      watcher.close();
      onGivenUp();
    });
    return {
      kind: "events",
      close() {
        watcher.close();
        gather.close();
      },
    };
  } catch {
    return undefined;
  }
}

function poll(
  folder: string,
  first: ReadonlyMap<string, string>,
  gather: Gatherer,
  { onEnd, pollMs = 250 }: WatchOptions,
): FolderWatch {
  let known = first;
  let closed = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    try {
      const now = await listEntries(folder);
      for (const [path, state] of now) if (known.get(path) !== state) gather.add(path);
      for (const path of known.keys()) if (!now.has(path)) gather.add(path);
      known = now;
      if (!closed) timer = setTimeout(() => void look(), pollMs).unref();
    } catch (error) {
      if (!closed) onEnd(error);
    }
  };
  timer = setTimeout(() => void look(), pollMs).unref();
  return {
    kind: "polling",
    close() {
      closed = true;
      clearTimeout(timer);
      gather.close();
    },
  };
}

/** Path -> size and time of each file below; links are not followed. */
async function listEntries(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (ignored.test(path) || found.size >= entriesMax) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) {
        const stats = await lstat(join(folder, path)).catch(() => undefined);
        if (stats !== undefined) found.set(path, `${stats.size} ${stats.mtimeMs}`);
      }
    }
  };
  await walk("");
  return found;
}
