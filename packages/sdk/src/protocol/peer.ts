import { cancelMethod, wireErrorCodes, wireLimits } from "@hilum/contract";
import {
  encodeFrame,
  type Frame,
  type FrameError,
  type FrameId,
  type Message,
  type Violation,
} from "@hilum/contract/wire";
import { createAskedRequests, PeerClosedError, type PeerRequestOptions } from "./asked-requests.ts";
import type { Channel } from "./channel.ts";
import { createServedCall, deadlineOf, type PeerCall, type ServedCall } from "./served-call.ts";

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

export function createPeer({
  channel,
  requests,
  notifications,
  presentError,
  onViolation,
  onStray,
  onClose,
}: PeerOptions): Peer {
  const serving = new Map<FrameId, ServedCall>();
  const idlers: (() => void)[] = [];
  let open = true;
  const asked = createAskedRequests(send);

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
    request: (method, params, options) =>
      open ? asked.ask(method, params, options) : Promise.reject(new PeerClosedError()),
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

  function receive(frame: Frame): void {
    switch (frame.kind) {
      case "result":
        if (!asked.succeed(frame.id, frame.result)) onStray?.();
        return;
      case "error":
        if (!asked.fail(frame.id, frame.error)) onStray?.();
        return;
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
    asked.dropAll();
    channel.close();
    onClose?.();
  }
}
