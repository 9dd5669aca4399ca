import type { FrameId } from "@hilum/contract/wire";

/** A request of the plugin while it is being served. */
export interface IncomingCall {
  /** True once the plugin has said that it no longer wants the answer. */
  readonly cancelled: boolean;
  /** Aborts on cancel and when the link ends. Made when first asked for: most calls never do. */
  readonly signal: AbortSignal;
}

/** Serves one method of the host. The answer must be plain JSON. */
export type Serve = (params: Record<string, unknown>, call: IncomingCall) => Promise<unknown>;

export interface IncomingCalls {
  /** False when the id is in use by a request that is not answered yet (threat 27). */
  begin(id: FrameId): boolean;
  run(id: FrameId, serve: Serve, params: Record<string, unknown>): Promise<unknown>;
  end(id: FrameId): void;
  /** Only ids of this connection exist here (threat 38). */
  cancel(id: unknown): void;
  cancelAll(): void;
  readonly size: number;
}

export function createIncomingCalls(): IncomingCalls {
  const calls = new Map<FrameId, CancellableCall>();
  return {
    begin(id) {
      if (calls.has(id)) return false;
      calls.set(id, createCancellableCall());
      return true;
    },
    run: (id, serve, params) => serve(params, calls.get(id) ?? createCancellableCall()),
    end: (id) => void calls.delete(id),
    cancel(id) {
      if (typeof id === "string" || typeof id === "number") calls.get(id)?.cancel();
    },
    cancelAll: () => calls.forEach((call) => call.cancel()),
    get size() {
      return calls.size;
    },
  };
}

interface CancellableCall extends IncomingCall {
  cancel(): void;
}

function createCancellableCall(): CancellableCall {
  let cancelled = false;
  let controller: AbortController | undefined;
  return {
    get cancelled() {
      return cancelled;
    },
    get signal() {
      controller ??= new AbortController();
      if (cancelled) controller.abort();
      return controller.signal;
    },
    cancel() {
      cancelled = true;
      controller?.abort();
    },
  };
}
