import { contactValues } from "../logs/redact.ts";

/** What a call has put into a plugin's hands, for as long as it runs. */
interface Handed {
  method: string;
  /** Made when there is one: most calls carry none. */
  blobs: Set<string> | undefined;
  /** The message or the record. */
  resource: unknown;
}

export interface CallsInFlight {
  add(call: string, method: string, params: Record<string, unknown>): void;
  remove(call: string): void;
  /** Whether the call runs and carries this attachment: a handle is bound to its holder and its call (threat 53). */
  holdsBlob(call: string, blob: string): boolean;
  /** Gives the call the bytes of a record that the plugin read in it; false when the call is over. */
  lend(call: string, blob: string): boolean;
  /** Whether the call runs and asks for a record, whose bytes the plugin may write. */
  wantsRecord(call: string): boolean;
  has(call: string): boolean;
  /** Contact points of every message and record in hand. */
  contacts(): Iterable<string>;
}

export function createCallsInFlight(): CallsInFlight {
  const calls = new Map<string, Handed>();
  return {
    add(call, method, { attachments, content, message, resource }) {
      calls.set(call, { method, blobs: idsOf(attachments, content), resource: message ?? resource });
    },
    remove: (call) => void calls.delete(call),
    holdsBlob: (call, blob) => calls.get(call)?.blobs?.has(blob) ?? false,
    lend(call, blob) {
      const handed = calls.get(call);
      if (handed === undefined) return false;
      (handed.blobs ??= new Set()).add(blob);
      return true;
    },
    wantsRecord: (call) => calls.get(call)?.method === "records.read",
    has: (call) => calls.has(call),
    *contacts() {
      for (const { resource } of calls.values()) yield* contactValues(resource);
    },
  };
}

function idsOf(attachments: unknown, content: unknown): Set<string> | undefined {
  const handles: unknown[] = Array.isArray(attachments) ? [...attachments] : [];
  if (content !== undefined) handles.push(content);
  if (handles.length === 0) return undefined;
  return new Set(
    handles.map((entry) => (typeof entry === "object" && entry !== null && "id" in entry ? String(entry.id) : "")),
  );
}
