import { contactValues } from "../logs/redact.ts";

/** What a call has put into a plugin's hands, for as long as it runs. */
interface Handed {
  attachments: ReadonlySet<string>;
  message: unknown;
}

export interface CallsInFlight {
  add(call: string, params: Record<string, unknown>): void;
  remove(call: string): void;
  /** Whether the call runs and carries this attachment: a handle is bound to its holder and its call (threat 53). */
  holdsBlob(call: string, blob: string): boolean;
  has(call: string): boolean;
  /** Contact points of every message in hand. */
  contacts(): Iterable<string>;
}

export function createCallsInFlight(): CallsInFlight {
  const calls = new Map<string, Handed>();
  const nothing: ReadonlySet<string> = new Set();
  return {
    add(call, { attachments, message }) {
      calls.set(call, {
        attachments: Array.isArray(attachments) && attachments.length > 0 ? idsOf(attachments) : nothing,
        message,
      });
    },
    remove: (call) => void calls.delete(call),
    holdsBlob: (call, blob) => calls.get(call)?.attachments.has(blob) ?? false,
    has: (call) => calls.has(call),
    *contacts() {
      for (const { message } of calls.values()) yield* contactValues(message);
    },
  };
}

function idsOf(attachments: unknown[]): ReadonlySet<string> {
  return new Set(
    attachments.map((entry) => (typeof entry === "object" && entry !== null && "id" in entry ? String(entry.id) : "")),
  );
}
