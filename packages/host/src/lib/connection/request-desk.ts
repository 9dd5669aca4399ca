import { cancelMethod, wireErrorCodes } from "@hilum/contract";
import { frameErrorOf, type Frame, type FrameId } from "@hilum/contract/wire";
import { createIncomingCalls, type Serve } from "./incoming-calls.ts";
import type { Outbox } from "./outbox.ts";

/** What a plugin may ask, by method; a Map, so that no name is special (threat 35). */
export interface Served {
  requests: ReadonlyMap<string, Serve>;
  /** Notifications return at once; what they cannot take they drop. */
  notifications: ReadonlyMap<string, (params: Record<string, unknown>) => void>;
}

type Request = Extract<Frame, { kind: "request" }>;
type Notification = Extract<Frame, { kind: "notification" }>;

/** Serves what the plugin asks over one connection. */
export function createRequestDesk({
  served,
  outbox,
  inFlightMax,
  onReusedId,
}: {
  served: Served;
  outbox: Outbox;
  inFlightMax: number;
  onReusedId(): void;
}) {
  const calls = createIncomingCalls();
  let closed = false;

  async function answer(id: FrameId, serve: Serve, params: Record<string, unknown>): Promise<void> {
    try {
      const result = await calls.run(id, serve, params);
      if (!closed) outbox.send({ id, result: result ?? null });
    } catch (error) {
      if (!closed) outbox.send({ id, error: frameErrorOf(error) });
    } finally {
      calls.end(id);
    }
  }

  function refuse(id: FrameId, code: number, message: string): void {
    outbox.send({ id, error: { code, message } });
  }

  return {
    request({ id, method, params }: Request): void {
      const serve = served.requests.get(method);
      if (serve === undefined) return refuse(id, wireErrorCodes.methodNotFound, "There is no such method");
      if (calls.size >= inFlightMax) return refuse(id, wireErrorCodes.full, "Too many requests wait for an answer");
      if (!calls.begin(id)) return onReusedId();
      void answer(id, serve, params);
    },
    notification({ method, params }: Notification): void {
      if (method === cancelMethod) calls.cancel(params["id"]);
      else served.notifications.get(method)?.(params);
    },
    /** Over the rate: a request is told so, a notification is only counted. */
    drop(frame: Request | Notification): void {
      if (frame.kind === "request") refuse(frame.id, wireErrorCodes.full, "Too many messages");
    },
    close(): void {
      closed = true;
      calls.cancelAll();
    },
  };
}
