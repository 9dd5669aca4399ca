import { keyText, type InstanceKey } from "../instance-key.ts";
import type { Link } from "../connection/link.ts";
import { createFrameRing, type FrameRing } from "./frame-ring.ts";
import type { KeptFrame, KeptRequest } from "./kept-frame.ts";
import { tapLink } from "./tap-link.ts";

export interface InspectorState {
  until: Date;
  startedBy: string;
  frames: number;
  framesMax: number;
  /** Frames that had to make room. */
  dropped: number;
}

export interface FrameListener {
  onFrame(frame: KeptFrame): void;
  /** It was stopped, or its time is over. Once. */
  onEnd(): void;
}

/** Keeps the frames between host and plugins, masked and in memory, for those instances and minutes that somebody asked for. */
export interface WireInspector {
  /** Begins, or begins anew: what was kept is forgotten, who follows goes on. */
  start(key: InstanceKey, options: { until: Date; by: string }): void;
  /** Ends it and forgets what was kept. */
  stop(key: InstanceKey): void;
  /** Undefined while it is off. */
  state(key: InstanceKey): InspectorState | undefined;
  /** Oldest first; undefined while it is off. */
  frames(key: InstanceKey): readonly KeptFrame[] | undefined;
  /** A kept request that can be handed over again. */
  request(key: InstanceKey, number: number): KeptRequest | undefined;
  follow(key: InstanceKey, listener: FrameListener): () => void;
  /** The link with an ear at it; costs a look at a map per frame while the inspector is off. */
  tap(key: InstanceKey, link: Link): Link;
  close(): void;
}

interface Inspection {
  ring: FrameRing;
  until: Date;
  by: string;
  timer: NodeJS.Timeout;
}

export function createWireInspector({ now }: { now(): Date }): WireInspector {
  const inspections = new Map<string, Inspection>();
  const listeners = new Map<string, Set<FrameListener>>();

  const end = (name: string): void => {
    const inspection = inspections.get(name);
    if (inspection === undefined) return;
    clearTimeout(inspection.timer);
    inspections.delete(name);
    for (const listener of listeners.get(name) ?? []) listener.onEnd();
    listeners.delete(name);
  };

  /** A clock that was set forward ends it as well as the timer does. */
  const current = (name: string): Inspection | undefined => {
    const inspection = inspections.get(name);
    if (inspection === undefined || now() < inspection.until) return inspection;
    end(name);
    return undefined;
  };

  return {
    start(key, { until, by }) {
      const name = keyText(key);
      const earlier = inspections.get(name);
      clearTimeout(earlier?.timer);
      const timer = setTimeout(() => end(name), Math.max(0, until.getTime() - now().getTime())).unref();
      const ring = createFrameRing({
        now,
        first: earlier?.ring.next ?? 1,
        onFrame: (frame) => listeners.get(name)?.forEach((listener) => listener.onFrame(frame)),
      });
      inspections.set(name, { ring, until, by, timer });
    },
    stop: (key) => end(keyText(key)),
    state(key) {
      const inspection = current(keyText(key));
      if (inspection === undefined) return undefined;
      const { ring, until, by } = inspection;
      return { until, startedBy: by, frames: ring.frames.length, framesMax: ring.framesMax, dropped: ring.dropped };
    },
    frames: (key) => current(keyText(key))?.ring.frames,
    request: (key, number) => current(keyText(key))?.ring.request(number),
    follow(key, listener) {
      const name = keyText(key);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => void set.delete(listener);
    },
    tap: (key, link) => tapLink(link, () => current(keyText(key))?.ring),
    close() {
      for (const name of inspections.keys()) end(name);
    },
  };
}
