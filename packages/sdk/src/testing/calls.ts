/** Calls of the host that run, and the bytes that each has in hand (threat 53). */
export interface TestCalls {
  begin(call: string, method: string, blobs?: ReadonlyMap<string, Uint8Array>): void;
  end(call: string): void;
  has(call: string): boolean;
  /** Whether the call asks for a record, whose bytes the plugin may write. */
  wantsRecord(call: string): boolean;
  bytesOf(call: string, blob: string): Uint8Array | undefined;
  /** Gives the call the bytes of a record that the plugin read in it; false when the call is over. */
  lend(call: string, blob: string, bytes: Uint8Array): boolean;
}

export function createTestCalls(): TestCalls {
  const calls = new Map<string, { method: string; blobs: Map<string, Uint8Array> }>();
  return {
    begin: (call, method, blobs = new Map()) => void calls.set(call, { method, blobs: new Map(blobs) }),
    end: (call) => void calls.delete(call),
    has: (call) => calls.has(call),
    wantsRecord: (call) => calls.get(call)?.method === "records.read",
    bytesOf: (call, blob) => calls.get(call)?.blobs.get(blob),
    lend: (call, blob, bytes) => calls.get(call)?.blobs.set(blob, bytes) !== undefined,
  };
}
