import { cancelMethod, HilumError, protocolVersion, wireErrorCodes, wireLimits, type InitializeResult } from "@hilum/contract";
import type { Frame, FrameId } from "@hilum/contract/wire";
import type { Ticker } from "../ticker.ts";
import { parseInitializeResult } from "./answers.ts";
import type { CloseReason, ProtocolFault } from "./close-reason.ts";
import { createIncomingCalls, frameErrorOf, type Serve } from "./incoming-calls.ts";
import type { Link } from "./link.ts";
import { createOutbox } from "./outbox.ts";
import { createOutgoingCalls, timedOut } from "./outgoing-calls.ts";
import { createTokenBucket } from "./token-bucket.ts";

export type ConnectionLimits = { [Name in keyof typeof wireLimits]: number };

/** What a plugin may ask, by method; a Map, so that no name is special (threat 35). */
export interface Served {
  requests: ReadonlyMap<string, Serve>;
  /** Notifications return at once; what they cannot take they drop. */
  notifications: ReadonlyMap<string, (params: Record<string, unknown>) => void>;
}

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

/** How long the plugin may leave the outbound queue above half before the link ends. */
const STALLED_MS_MAX = 10_000;
/** A slow frame must have brought this many bytes per second of its life once a second has passed. */
const FRAME_BYTES_PER_SECOND_MIN = 1024;
/** Messages over the rate that are read within one tick before reading pauses until the next one: it bounds what a flood costs. */
const DROPS_PER_TICK_MAX = 500;
const DROP_REPORT_MS = 1000;

export function createConnection({ link, ticker, served, limits: own, onClose, onDropped }: ConnectionOptions): Connection {
  const limits: ConnectionLimits = { ...wireLimits, ...own };
  const outgoing = createOutgoingCalls();
  const incoming = createIncomingCalls();
  const outbox = createOutbox(link);
  const bucket = createTokenBucket({ perSecond: limits.messagesPerSecond, burst: limits.messagesBurst, nowMs: ticker.now() });
  let state: "new" | "initializing" | "ready" | "closed" = "new";
  let closed: CloseReason | undefined;
  let strays = 0;
  let frames = 0;
  let begun: { sinceMs: number; frames: number } | undefined;
  let stalledSinceMs: number | undefined;
  let drops = { sinceReport: 0, inTick: 0, reportedAtMs: 0 };

  const unsubscribe = ticker.subscribe(sweep);
  link.start({
    onFrame: receive,
    onViolation: ({ reason, detail }) => close({ kind: "protocol", fault: reason, detail }),
    onClose: () => close({ kind: "ended" }),
  });

  return {
    async initialize(params, deadlineMs) {
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
      if (state !== "ready") return Promise.reject(closed === undefined ? new HilumError("plugin.not_running") : lossOf(closed));
      if (outgoing.size >= limits.inFlightMax) return Promise.reject(new HilumError("lane.full"));
      return send(method, params, deadlineAtMs);
    },
    get writable() {
      return state === "ready" && stalledSinceMs === undefined;
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
      outgoing.drop(id, new HilumError("blob.too_large", { detail: "The call is larger than a frame of the plugin protocol may be" }));
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
    if (strays > limits.strayAnswersMax) fault("stray_answers", `More than ${limits.strayAnswersMax} answers to requests that were not made`);
  }

  function receiveCall(frame: Extract<Frame, { kind: "request" | "notification" }>): void {
    if (closed !== undefined) return;
    if (state !== "ready") return fault("handshake", "The plugin asked something before the handshake was done");
    if (frame.method === "initialize") return fault("handshake", "The plugin began a second handshake");
    if (!bucket.take(ticker.now())) return drop(frame);
    if (frame.kind === "request") return receiveRequest(frame);
    if (frame.method === cancelMethod) return incoming.cancel(frame.params["id"]);
    served.notifications.get(frame.method)?.(frame.params);
  }

  function receiveRequest({ id, method, params }: Extract<Frame, { kind: "request" }>): void {
    const serve = served.requests.get(method);
    if (serve === undefined) return refuse(id, wireErrorCodes.methodNotFound, "There is no such method");
    if (incoming.size >= limits.inFlightMax) return refuse(id, wireErrorCodes.full, "Too many requests wait for an answer");
    if (!incoming.begin(id)) return fault("id_reused", "A request id was used again before its answer");
    void answerRequest(id, serve, params);
  }

  async function answerRequest(id: FrameId, serve: Serve, params: Record<string, unknown>): Promise<void> {
    try {
      const result = await incoming.run(id, serve, params);
      if (closed === undefined) outbox.send({ id, result: result ?? null });
    } catch (error) {
      if (closed === undefined) outbox.send({ id, error: frameErrorOf(error) });
    } finally {
      incoming.end(id);
    }
  }

  function refuse(id: FrameId, code: number, message: string): void {
    outbox.send({ id, error: { code, message } });
  }

  /** Over the rate: a request is told so, a notification is only counted (threat 30). */
  function drop(frame: Extract<Frame, { kind: "request" | "notification" }>): void {
    drops.sinceReport += 1;
    drops.inTick += 1;
    if (frame.kind === "request") refuse(frame.id, wireErrorCodes.full, "Too many messages");
    if (drops.inTick === DROPS_PER_TICK_MAX) link.pause();
  }

  function sweep(nowMs: number): void {
    if (outgoing.size > 0) for (const id of outgoing.late(nowMs)) timeOut(id);
    watchFrame(nowMs);
    watchOutbound(nowMs);
    watchDrops(nowMs);
  }

  function timeOut(id: number): void {
    if (outgoing.drop(id, timedOut())) outbox.send({ method: cancelMethod, params: { id } });
  }

  function watchFrame(nowMs: number): void {
    const { pendingBytes } = link;
    if (pendingBytes === 0) {
      begun = undefined;
      return;
    }
    // Frames come one after the other: when one has ended since, the one that is begun now is younger.
    if (begun?.frames !== frames) begun = { sinceMs: nowMs, frames };
    const ageMs = nowMs - begun.sinceMs;
    const tooSlow = ageMs > 1000 && (pendingBytes * 1000) / ageMs < FRAME_BYTES_PER_SECOND_MIN;
    if (ageMs > limits.frameMsMax || tooSlow) fault("frame_too_slow", "A frame was begun and not brought to its end in time");
  }

  /** New work pauses at half of what the host keeps; beyond the whole, or when it stays so, the link ends (threat 33). */
  function watchOutbound(nowMs: number): void {
    const { bytes } = outbox;
    if (bytes > limits.outboundBytesMax) return fault("slow_reader", "The plugin does not read what it is sent");
    if (bytes <= limits.outboundBytesMax / 2) {
      if (stalledSinceMs !== undefined) link.resume();
      stalledSinceMs = undefined;
      return;
    }
    if (stalledSinceMs === undefined) link.pause();
    stalledSinceMs ??= nowMs;
    if (nowMs - stalledSinceMs > STALLED_MS_MAX) fault("slow_reader", "The plugin does not read what it is sent");
  }

  function watchDrops(nowMs: number): void {
    if (drops.inTick >= DROPS_PER_TICK_MAX && stalledSinceMs === undefined) link.resume();
    drops.inTick = 0;
    if (drops.sinceReport === 0 || nowMs - drops.reportedAtMs < DROP_REPORT_MS) return;
    const count = drops.sinceReport;
    drops = { sinceReport: 0, inTick: 0, reportedAtMs: nowMs };
    onDropped?.(count);
  }

  function fault(kind: ProtocolFault, detail: string): void {
    close({ kind: "protocol", fault: kind, detail });
  }

  function close(reason: CloseReason): void {
    if (closed !== undefined) return;
    closed = reason;
    state = "closed";
    unsubscribe();
    if (drops.sinceReport > 0) onDropped?.(drops.sinceReport);
    incoming.cancelAll();
    outgoing.dropAll(() => lossOf(reason));
    link.close();
    onClose(reason);
  }
}

/** What a call in flight ends with: cut off by the host, or lost and not known. Neither is ever sent again silently. */
function lossOf(reason: CloseReason): HilumError {
  return reason.kind === "host" ? new HilumError("plugin.killed") : new HilumError("plugin.link_lost");
}
