import type { PassThrough } from "node:stream";
import { HilumError, isHilumError, type Context, type WireErrorData } from "@hilum/contract";
import type { Replayed, WireFrame, WireInspector } from "@hilum/contract/api";
import { maskBody, type Host } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { openEventStream } from "../../http/event-stream.ts";
import { loadInstance } from "../plugins/load-instance.ts";
import { fitsFilter, presentFrame, type FrameFilter } from "./present-frame.ts";

const replayMs = 60_000;
const listedMax = 500;

/** What people do with the wire inspector of an instance. */
export interface WireService {
  read(key: InstanceKey): Promise<WireInspector>;
  start(context: Context, key: InstanceKey, minutes: number): Promise<WireInspector>;
  stop(key: InstanceKey): Promise<WireInspector>;
  /** Throws `wire.off`. */
  list(
    key: InstanceKey,
    filter: FrameFilter & { limit?: number | undefined },
  ): Promise<{ items: WireFrame[]; dropped: number }>;
  tail(key: InstanceKey, filter: FrameFilter, reader: Reader): Promise<PassThrough>;
  /** Hands a kept request over again, by the right of the person who asks. */
  replay(context: Context, key: InstanceKey, frame: number): Promise<Replayed>;
}

interface Reader {
  into: PassThrough;
  signal: AbortSignal;
  holds(): Promise<boolean>;
}

type Parts = {
  store: Store;
  host(): Host;
  failureData(error: unknown): WireErrorData | undefined;
};

export function createWireService({ store, host, failureData }: Parts): WireService {
  const wire = (): Host["wire"] => host().wire;

  async function read(key: InstanceKey): Promise<WireInspector> {
    await loadInstance(store, key);
    const state = wire().state(key);
    const running = host().status(key)?.state === "running";
    if (state === undefined) return { on: false, frames: 0, framesMax: listedMax, dropped: 0, running };
    return { on: true, ...state, until: state.until.toISOString(), running };
  }

  /** Decided before the plugin is asked: what would be handed over, or why it is not. */
  async function requestOf(key: InstanceKey, number: number) {
    const { instance } = await loadInstance(store, key);
    const frames = wire().frames(key);
    if (frames === undefined) throw new HilumError("wire.off");
    const frame = frames.find((kept) => kept.number === number);
    if (frame === undefined) throw new HilumError("frame.not_found");
    const request = wire().request(key, number);
    if (request === undefined)
      throw new HilumError("frame.not_replayable", {
        detail: `Frame ${number} is no request to the plugin that can be handed over again.`,
      });
    if (request.method === "messages.send" && !instance.testMode)
      throw new HilumError("frame.not_replayable", {
        detail: "It is a message, and the instance is not in test mode: somebody would get it twice.",
      });
    return request;
  }

  return {
    read,
    async start(context, key, minutes) {
      const { plugin } = await loadInstance(store, key);
      if (plugin.code === "host")
        throw new HilumError("instance.wrong_state", {
          detail: "This plugin is Hilum's own code: nothing passes between it and the host that could be looked at.",
        });
      const until = new Date(context.now().getTime() + minutes * 60_000);
      wire().start(key, { until, by: context.actor.id });
      return await read(key);
    },
    async stop(key) {
      wire().stop(key);
      return await read(key);
    },
    async list(key, { limit = 200, ...filter }) {
      await loadInstance(store, key);
      const frames = wire().frames(key);
      if (frames === undefined) throw new HilumError("wire.off");
      const fitting = frames.filter((frame) => fitsFilter(frame, filter));
      const chosen = filter.after === undefined ? fitting.slice(-limit) : fitting.slice(0, limit);
      return { items: chosen.map(presentFrame), dropped: wire().state(key)?.dropped ?? 0 };
    },
    async tail(key, filter, { into, signal, holds }) {
      await loadInstance(store, key);
      const kept = wire().frames(key);
      if (kept === undefined) throw new HilumError("wire.off");
      const leave = wire().follow(key, {
        onFrame: (frame) => fitsFilter(frame, filter) && stream.send("frame", presentFrame(frame), frame.number),
        onEnd() {
          stream.send("end", {});
          stream.end();
        },
      });
      const stream = openEventStream({ into, signal, holds, onEnd: leave });
      for (const frame of kept) if (fitsFilter(frame, filter)) stream.send("frame", presentFrame(frame), frame.number);
      return into;
    },
    async replay(context, key, number) {
      const { method, params } = await requestOf(key, number);
      const { actor, requestId } = context;
      const startedMs = performance.now();
      const measured = () => ({ method, call: requestId, durationMs: Math.round(performance.now() - startedMs) });
      try {
        const answer = await host().call(
          { actor, requestId, purpose: "HSYSADMIN" },
          { ...key, method, params, deadlineMs: replayMs, detail: { attempt: number } },
        );
        return { ...measured(), outcome: "answered", answer: maskBody(answer) };
      } catch (error) {
        if (!isHilumError(error)) throw error;
        const code = failureData(error)?.code ?? error.code;
        return { ...measured(), outcome: "failed", code, detail: error.detail };
      }
    },
  };
}
