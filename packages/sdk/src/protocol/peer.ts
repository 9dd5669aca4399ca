import { cancelMethod, wireErrorCodes, wireLimits } from "@hilum/contract";
import {
  encodeFrame,
  type Frame,
  type FrameError,
  type FrameId,
  type Message,
  type Violation,
} from "@hilum/contract/wire";
import type { Channel } from "./channel.ts";

/** A request from the other side while it is being answered. */
export interface PeerCall {
  /** Aborts on `$/cancel`, at the deadline, and when the channel closes. Made when first asked for. */
  readonly signal: AbortSignal;
}
export type Handler = (params: Record<string, unknown>, call: PeerCall) => Promise<unknown>;

export interface PeerOptions {
  channel: Channel;
  /** A Map, so that no method name is special (threat 35). */
  requests: ReadonlyMap<string, Handler>;
  notifications?: ReadonlyMap<string, (params: Record<string, unknown>) => void>;
  /** What a thrown value becomes on the wire. */
  presentError(error: unknown): FrameError;
  onViolation?(violation: Violation): void;
  onStray?(): void;
  onClose?(): void;
}

export interface PeerRequestOptions {
  /** Gives the request up: the other side is told, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** One side of the protocol: asks and answers over one channel. */
export interface Peer {
  request(method: string, params: object, options?: PeerRequestOptions): Promise<unknown>;
  notify(method: string, params: object): void;
  /** Requests of the other side that wait for an answer. */
  readonly inFlight: number;
  /** Resolves when no request of the other side waits any more. */
  idle(): Promise<void>;
  close(): void;
}

/** What the other side answered instead of a result. */
export class PeerError extends Error {
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>>;
  constructor({ code, message, data }: FrameError) {
    super(message);
    this.name = "PeerError";
    this.code = code;
    this.data = data ?? {};
  }
}

/** The channel ended before the answer came. */
export class PeerClosedError extends Error {
  constructor() {
    super("The link to the other side is closed");
    this.name = "PeerClosedError";
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export function createPeer({
  channel,
  requests,
  notifications,
  presentError,
  onViolation,
  onStray,
  onClose,
}: PeerOptions): Peer {
  const waiting = new Map<FrameId, Waiting>();
  const serving = new Map<FrameId, ServedCall>();
  const idlers: (() => void)[] = [];
  let nextId = 1;
  let open = true;

  channel.start({
    onFrame: receive,
    onViolation(violation) {
      if (violation.reason === "not_json")
        send({ id: null, error: { code: wireErrorCodes.parse, message: violation.detail } });
      onViolation?.(violation);
      void channel.flushed().then(close);
    },
    onClose: close,
  });

  return {
    request,
    notify: (method, params) => send({ method, params }),
    get inFlight() {
      return serving.size;
    },
    idle: () => (serving.size === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    close,
  };

  function send(message: Message): void {
    if (open) channel.write(encodeFrame(message));
  }

  async function request(method: string, params: object, { signal }: PeerRequestOptions = {}): Promise<unknown> {
    if (!open) throw new PeerClosedError();
    signal?.throwIfAborted();
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (): void => {
      send({ method: cancelMethod, params: { id } });
      reject(signal?.reason);
    };
    waiting.set(id, { resolve, reject });
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      send({ id, method, params });
      return await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
      // A request that was given up stays known, so that its late answer is no stray.
      if (signal?.aborted !== true) waiting.delete(id);
    }
  }

  function receive(frame: Frame): void {
    switch (frame.kind) {
      case "result":
        return settle(frame.id, ({ resolve }) => resolve(frame.result));
      case "error":
        return settle(frame.id, ({ reject }) => reject(new PeerError(frame.error)));
      case "notification":
        if (frame.method === cancelMethod)
          return serving
            .get(frame.params["id"] as FrameId)
            ?.abort(new DOMException("Cancelled by the other side", "AbortError"));
        return notifications?.get(frame.method)?.(frame.params);
      case "request":
        void answer(frame.id, frame.method, frame.params);
    }
  }

  function settle(id: FrameId | null, how: (call: Waiting) => void): void {
    const call = id === null ? undefined : waiting.get(id);
    if (id === null || call === undefined) return onStray?.();
    waiting.delete(id);
    how(call);
  }

  async function answer(id: FrameId, method: string, params: Record<string, unknown>): Promise<void> {
    const handler = requests.get(method);
    if (handler === undefined) return refuse(id, wireErrorCodes.methodNotFound, "There is no such method");
    if (serving.has(id)) return refuse(id, wireErrorCodes.invalidRequest, "The id is in use");
    if (serving.size >= wireLimits.inFlightMax)
      return refuse(id, wireErrorCodes.full, "Too many requests wait for an answer");
    const call = createServedCall(deadlineOf(params));
    serving.set(id, call);
    try {
      answerWith({ id, result: (await handler(params, call)) ?? null });
    } catch (error) {
      answerWith({ id, error: presentError(error) });
    } finally {
      serving.delete(id);
      call.end();
      if (serving.size === 0) for (const wake of idlers.splice(0)) wake();
    }
  }

  function answerWith(message: Extract<Message, { id: unknown }>): void {
    try {
      send(message);
    } catch (error) {
      // The answer is larger than a frame may be, or is not JSON.
      refuse(
        message.id as FrameId,
        wireErrorCodes.internal,
        error instanceof Error ? error.name : "The answer cannot be written",
      );
    }
  }

  function refuse(id: FrameId, code: number, message: string): void {
    send({ id, error: { code, message } });
  }

  function close(): void {
    if (!open) return;
    open = false;
    for (const call of serving.values()) call.abort(new PeerClosedError());
    for (const { reject } of waiting.values()) reject(new PeerClosedError());
    waiting.clear();
    channel.close();
    onClose?.();
  }
}

function deadlineOf(params: Record<string, unknown>): number | undefined {
  const { meta } = params;
  const ms = typeof meta === "object" && meta !== null && "deadlineMs" in meta ? meta.deadlineMs : undefined;
  return typeof ms === "number"
    ? Math.min(Math.max(ms, wireLimits.deadlineMsMin), wireLimits.deadlineMsMax)
    : undefined;
}

interface ServedCall extends PeerCall {
  abort(reason: unknown): void;
  end(): void;
}

/** Signal and timer cost more than a small call does: they are made when somebody looks. */
function createServedCall(deadlineMs: number | undefined): ServedCall {
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
