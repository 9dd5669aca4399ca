import { wireLimits } from "@hilum/contract";

/** A request from the other side while it is being answered. */
export interface PeerCall {
  /** Aborts on `$/cancel`, at the deadline, and when the channel closes. Made when first asked for. */
  readonly signal: AbortSignal;
}
/** `params.meta.deadlineMs`, clamped to the limits of the wire (threat 39). */
export function deadlineOf(params: Record<string, unknown>): number | undefined {
  const { meta } = params;
  const ms = typeof meta === "object" && meta !== null && "deadlineMs" in meta ? meta.deadlineMs : undefined;
  return typeof ms === "number"
    ? Math.min(Math.max(ms, wireLimits.deadlineMsMin), wireLimits.deadlineMsMax)
    : undefined;
}

export interface ServedCall extends PeerCall {
  abort(reason: unknown): void;
  end(): void;
}

/** Signal and timer cost more than a small call does: they are made when somebody looks. */
export function createServedCall(deadlineMs: number | undefined): ServedCall {
  const begunAt = performance.now();
  let controller: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reason: unknown;
  return {
    get signal() {
      if (controller !== undefined) return controller.signal;
      const made = new AbortController();
      controller = made;
      if (reason !== undefined) made.abort(reason);
      else if (deadlineMs !== undefined) {
        const leftMs = Math.max(0, deadlineMs - (performance.now() - begunAt));
        timer = setTimeout(() => made.abort(new DOMException("The deadline has passed", "TimeoutError")), leftMs);
      }
      return made.signal;
    },
    abort(why) {
      reason ??= why;
      controller?.abort(why);
    },
    end: () => clearTimeout(timer),
  };
}
