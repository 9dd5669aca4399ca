import { cancelMethod, HilumError, protocolVersion, wireLimits, type InitializeResult } from "@hilum/contract";
import type { Frame } from "@hilum/contract/wire";
import type { Ticker } from "../ticker.ts";
import { parseInitializeResult } from "./answers.ts";
import type { CloseReason, ProtocolFault } from "./close-reason.ts";
import type { Link } from "./link.ts";
import { createOutbox } from "./outbox.ts";
import { createOutgoingCalls, timedOut } from "./outgoing-calls.ts";
import { createRequestDesk, type Served } from "./request-desk.ts";
import { createFloodWatch, createFrameWatch, createOutboundWatch, createReadingGate } from "./watches.ts";

export type ConnectionLimits = { [Name in keyof typeof wireLimits]: number };

export interface ConnectionOptions {
  link: Link;
  ticker: Ticker;
  served: Served;
  limits?: Partial<ConnectionLimits>;
  onClose(reason: CloseReason): void;
  /** Messages over the plugin's rate that were thrown away since the last report; about once a second while it happens. */
  onDropped?(count: number): void;
}

/** One link that speaks the plugin protocol. Which plugin is at the other end is known from the link, never from a message. */
export interface Connection {
  /** First, and once: nothing else passes before the answer (threat 36). */
  initialize(params: object, deadlineMs: number): Promise<InitializeResult>;
  /** The result as the plugin gave it, decoded and not yet judged. Throws `plugin.timeout`, `plugin.link_lost`, `plugin.killed`, or what the plugin answered. */
  request(method: string, params: object, deadlineAtMs: number): Promise<unknown>;
  /** False while the plugin does not read what it was sent: give it no more work. */
  readonly writable: boolean;
  readonly inFlight: number;
  close(reason: CloseReason): void;
  readonly closed: CloseReason | undefined;
}

export function createConnection({
  link,
  ticker,
  served,
  limits: own,
  onClose,
  onDropped = () => {},
}: ConnectionOptions): Connection {
  const limits: ConnectionLimits = { ...wireLimits, ...own };
  const outgoing = createOutgoingCalls();
  const outbox = createOutbox(link);
  const desk = createRequestDesk({
    served,
    outbox,
    inFlightMax: limits.inFlightMax,
    onReusedId: () => fault("id_reused", "A request id was used again before its answer"),
  });
  const gate = createReadingGate(link);
  const isFrameTooSlow = createFrameWatch(limits);
  const outbound = createOutboundWatch(limits, gate);
  const flood = createFloodWatch(limits, { gate, nowMs: ticker.now(), onDropped });
  let state: "new" | "initializing" | "ready" | "closed" = "new";
  let closed: CloseReason | undefined;
  let strays = 0;
  let frames = 0;

  const unsubscribe = ticker.subscribe(sweep);
  link.start({
    onFrame: receive,
    onViolation: ({ reason, detail }) => close({ kind: "protocol", fault: reason, detail }),
    onClose: () => close({ kind: "ended" }),
  });

  return {
    async initialize(params, deadlineMs) {
      if (closed !== undefined) throw lossOf(closed);
      if (state !== "new") throw new HilumError("plugin.protocol", { detail: "A link is initialized once" });
      state = "initializing";
      const result = await send("initialize", params, ticker.now() + deadlineMs);
      try {
        const parsed = parseInitializeResult(result);
        state = "ready";
        return parsed;
      } catch (error) {
        fault("version", `The plugin does not answer the handshake of protocol ${protocolVersion}`);
        throw error;
      }
    },
    request(method, params, deadlineAtMs) {
      if (state !== "ready")
        return Promise.reject(closed === undefined ? new HilumError("plugin.not_running") : lossOf(closed));
      if (outgoing.size >= limits.inFlightMax) return Promise.reject(new HilumError("lane.full"));
      return send(method, params, deadlineAtMs);
    },
    get writable() {
      return state === "ready" && !outbound.stalled;
    },
    get inFlight() {
      return outgoing.size;
    },
    close,
    get closed() {
      return closed;
    },
  };

  function send(method: string, params: object, deadlineAtMs: number): Promise<unknown> {
    if (closed !== undefined) return Promise.reject(lossOf(closed));
    const { id, answer } = outgoing.add(deadlineAtMs);
    try {
      outbox.send({ id, method, params });
    } catch {
      outgoing.drop(
        id,
        new HilumError("blob.too_large", { detail: "The call is larger than a frame of the plugin protocol may be" }),
      );
    }
    return answer;
  }

  function receive(frame: Frame): void {
    frames += 1;
    switch (frame.kind) {
      case "result":
        if (typeof frame.id !== "number" || !outgoing.succeed(frame.id, frame.result)) stray();
        return;
      case "error":
        if (typeof frame.id !== "number" || !outgoing.fail(frame.id, frame.error)) stray();
        return;
      case "request":
      case "notification":
        receiveCall(frame);
    }
  }

  function stray(): void {
    strays += 1;
    if (strays > limits.strayAnswersMax)
      fault("stray_answers", `More than ${limits.strayAnswersMax} answers to requests that were not made`);
  }

  function receiveCall(frame: Extract<Frame, { kind: "request" | "notification" }>): void {
    if (closed !== undefined) return;
    if (state !== "ready") return fault("handshake", "The plugin asked something before the handshake was done");
    if (frame.method === "initialize") return fault("handshake", "The plugin began a second handshake");
    if (!flood.admit(ticker.now())) desk.drop(frame);
    else if (frame.kind === "request") desk.request(frame);
    else desk.notification(frame);
  }

  function sweep(nowMs: number): void {
    if (outgoing.size > 0) for (const id of outgoing.late(nowMs)) timeOut(id);
    if (isFrameTooSlow(nowMs, link.pendingBytes, frames))
      return fault("frame_too_slow", "A frame was begun and not brought to its end in time");
    if (outbound.sweep(nowMs, outbox.bytes)) return fault("slow_reader", "The plugin does not read what it is sent");
    flood.sweep(nowMs);
  }

  function timeOut(id: number): void {
    if (outgoing.drop(id, timedOut())) outbox.send({ method: cancelMethod, params: { id } });
  }

  function fault(kind: ProtocolFault, detail: string): void {
    close({ kind: "protocol", fault: kind, detail });
  }

  function close(reason: CloseReason): void {
    if (closed !== undefined) return;
    closed = reason;
    state = "closed";
    unsubscribe();
    flood.report();
    desk.close();
    outgoing.dropAll(() => lossOf(reason));
    link.close();
    onClose(reason);
  }
}

/** What a call in flight ends with: cut off by the host, or lost and not known. Neither is ever sent again silently. */
function lossOf(reason: CloseReason): HilumError {
  return reason.kind === "host" ? new HilumError("plugin.killed") : new HilumError("plugin.link_lost");
}
