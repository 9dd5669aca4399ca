import { encodeFrame, type Frame } from "@hilum/contract/wire";
import { replayableMethods, type KeptFrame, type KeptRequest } from "./kept-frame.ts";
import { maskBody } from "./mask-body.ts";

/** Frames of one instance, and characters of one masked body and of one request that can be handed over again. */
const framesMax = 500;
const bodyCharsMax = 16_384;
const requestCharsMax = 65_536;
/** Requests whose answer is waited for. */
const pendingMax = 2_048;

export interface FrameRing {
  keep(direction: KeptFrame["direction"], frame: Frame): void;
  readonly frames: readonly KeptFrame[];
  readonly framesMax: number;
  readonly dropped: number;
  /** Number of the frame that comes next. */
  readonly next: number;
  request(number: number): KeptRequest | undefined;
}

interface Pending {
  method: string;
  atMs: number;
}

/** The newest frames of one instance. Numbers go on from `first`, so that a reader's place stays right after a new start. */
export function createFrameRing({
  now,
  first,
  onFrame,
}: {
  now(): Date;
  first: number;
  onFrame(frame: KeptFrame): void;
}): FrameRing {
  const frames: KeptFrame[] = [];
  const requests = new Map<number, KeptRequest>();
  const pending = new Map<string, Pending>();
  let next = first;
  let dropped = 0;

  function keep(direction: KeptFrame["direction"], frame: Frame): void {
    const kept: KeptFrame = {
      ...{ number: next, at: now(), direction, kind: frame.kind },
      ...describe(direction, frame),
      size: sizeOf(frame),
    };
    next += 1;
    const body = maskBody(bodyOf(frame));
    if (body !== undefined && JSON.stringify(body).length <= bodyCharsMax) kept.body = body;
    const refusal = keepRequest(kept, frame);
    if (refusal !== undefined) kept.notReplayable = refusal;
    frames.push(kept);
    if (frames.length > framesMax) drop();
    onFrame(kept);
  }

  function drop(): void {
    const oldest = frames.shift();
    if (oldest !== undefined) requests.delete(oldest.number);
    dropped += 1;
  }

  /** Ids are a connection's own and each side has its own; a new connection begins them anew, and overwrites. */
  function describe(
    direction: KeptFrame["direction"],
    frame: Frame,
  ): Pick<KeptFrame, "method" | "id" | "durationMs" | "code"> {
    if (frame.kind === "notification") return { method: tokenOf(frame.method) };
    const id = tokenOf(String(frame.id));
    if (frame.kind === "request") {
      const method = tokenOf(frame.method);
      if (pending.size >= pendingMax) pending.clear();
      pending.set(`${direction} ${id}`, { method, atMs: performance.now() });
      return { method, id };
    }
    const asked = `${direction === "to_plugin" ? "from_plugin" : "to_plugin"} ${id}`;
    const request = pending.get(asked);
    pending.delete(asked);
    return {
      ...{ method: request?.method ?? "unknown", id },
      ...(request === undefined ? {} : { durationMs: performance.now() - request.atMs }),
      ...(frame.kind === "error" ? { code: frame.error.code } : {}),
    };
  }

  function keepRequest({ number, direction }: KeptFrame, frame: Frame): KeptFrame["notReplayable"] {
    if (direction !== "to_plugin") return "not_to_plugin";
    if (frame.kind !== "request") return "not_a_request";
    if (!replayableMethods.has(frame.method)) return "method";
    const { meta: _meta, ...params } = frame.params;
    if (JSON.stringify(params).length > requestCharsMax) return "too_long";
    requests.set(number, { method: frame.method, params });
    return undefined;
  }

  return {
    keep,
    frames,
    framesMax,
    get dropped() {
      return dropped;
    },
    get next() {
      return next;
    },
    request: (number) => requests.get(number),
  };
}

/** A plugin may call a method, or an id, whatever it likes. */
const tokenOf = (text: string): string => (/^[A-Za-z0-9_.$/:-]{1,80}$/.test(text) ? text : "••••");

function bodyOf(frame: Frame): unknown {
  if (frame.kind === "result") return frame.result;
  return frame.kind === "error" ? frame.error : frame.params;
}

/** As it is written, line feed included; the codec writes the same frame with the same bytes. */
function sizeOf({ kind: _kind, ...message }: Frame): number {
  return Buffer.byteLength(encodeFrame(message, Number.POSITIVE_INFINITY));
}
