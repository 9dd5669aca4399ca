import type { AuditInput } from "./entry.ts";

export interface DenyCoalescerOptions {
  append(entry: AuditInput): Promise<unknown>;
  /** How long repetitions are counted before one entry says how many there were. */
  windowMs?: number;
  /** Distinct (actor, action, reason) held at once; what comes beyond is counted together, per action and reason. */
  keysMax?: number;
  /** Hears of a count that could not be written. The log is blocked by then, and says so itself. */
  onError?: (error: unknown) => void;
}

export interface DenyCoalescer {
  /** Writes the first denial of a window and waits for it; counts its repetitions and returns at once. */
  deny(entry: AuditInput): Promise<void>;
  /** Writes every open count now. */
  flush(): Promise<void>;
  /** Flushes and stops. */
  close(): Promise<void>;
}

interface Window {
  entry: AuditInput;
  repeated: number;
  timer: NodeJS.Timeout;
}

/**
 * Folds repeated denials per (actor, action, reason) into one entry with a count per window, so that a flood of refused
 * calls can neither fill the disk nor push other entries out of sight (threat 196).
 */
export function createDenyCoalescer({
  append,
  windowMs = 10_000,
  keysMax = 1024,
  onError = () => {},
}: DenyCoalescerOptions): DenyCoalescer {
  const windows = new Map<string, Window>();

  return {
    async deny(entry) {
      const folded = windows.size < keysMax || windows.has(keyOf(entry)) ? entry : { ...entry, actor: "system:many" };
      const key = keyOf(folded);
      const open = windows.get(key);
      if (open !== undefined) {
        open.repeated += folded.count ?? 1;
        return;
      }
      const timer = setTimeout(() => void closeWindow(key).catch(onError), windowMs);
      timer.unref();
      windows.set(key, { entry: folded, repeated: 0, timer });
      await append(folded);
    },
    flush,
    close: flush,
  };

  async function flush(): Promise<void> {
    await Promise.all([...windows.keys()].map(closeWindow));
  }

  async function closeWindow(key: string): Promise<void> {
    const window = windows.get(key);
    if (window === undefined) return;
    clearTimeout(window.timer);
    windows.delete(key);
    if (window.repeated === 0) return;
    const { entry, repeated } = window;
    await append({ ...entry, kind: "note", count: repeated, detail: { ...entry.detail, windowMs } });
  }
}

const keyOf = ({ actor, action, reason }: AuditInput): string => JSON.stringify([actor, action, reason]);
