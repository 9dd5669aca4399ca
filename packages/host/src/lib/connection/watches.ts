import type { Link } from "./link.ts";
import { createTokenBucket } from "@hilum/policy";
import type { ConnectionLimits } from "./connection.ts";

/** How long the plugin may leave the outbound queue above half before the link ends. */
const STALLED_MS_MAX = 10_000;
/** A slow frame must have brought this many bytes per second of its life once a second has passed. */
const FRAME_BYTES_PER_SECOND_MIN = 1024;
/** Messages over the rate that are read within one tick before reading pauses until the next one: it bounds what a flood costs. */
const DROPS_PER_TICK_MAX = 500;
const DROP_REPORT_MS = 1000;

/** Stops reading while anybody holds the gate, so that what comes too fast waits in its sender. */
export function createReadingGate(link: Pick<Link, "pause" | "resume">) {
  const holders = new Set<string>();
  return {
    hold(holder: string): void {
      if (holders.size === 0) link.pause();
      holders.add(holder);
    },
    release(holder: string): void {
      if (holders.delete(holder) && holders.size === 0) link.resume();
    },
  };
}
export type ReadingGate = ReturnType<typeof createReadingGate>;

/** Tells a frame that was begun and does not come to its end (threats 31, 32). `frames` counts the whole ones so far. */
export function createFrameWatch({
  frameMsMax,
}: Pick<ConnectionLimits, "frameMsMax">): (nowMs: number, pendingBytes: number, frames: number) => boolean {
  let begun: { sinceMs: number; frames: number } | undefined;
  return (nowMs, pendingBytes, frames) => {
    if (pendingBytes === 0) {
      begun = undefined;
      return false;
    }
    // Frames come one after the other: when one has ended since, the one that is begun now is younger.
    if (begun?.frames !== frames) begun = { sinceMs: nowMs, frames };
    const ageMs = nowMs - begun.sinceMs;
    return ageMs > frameMsMax || (ageMs > 1000 && (pendingBytes * 1000) / ageMs < FRAME_BYTES_PER_SECOND_MIN);
  };
}

/** Watches what the plugin leaves unread: at half of what the host keeps, work and reading pause; beyond it, or for long, it is a fault (threat 33). */
export function createOutboundWatch(
  { outboundBytesMax }: Pick<ConnectionLimits, "outboundBytesMax">,
  gate: ReadingGate,
) {
  let sinceMs: number | undefined;
  return {
    get stalled(): boolean {
      return sinceMs !== undefined;
    },
    /** True when the link must end. */
    sweep(nowMs: number, bytes: number): boolean {
      if (bytes <= outboundBytesMax / 2) {
        sinceMs = undefined;
        gate.release("outbound");
        return false;
      }
      sinceMs ??= nowMs;
      gate.hold("outbound");
      return bytes > outboundBytesMax || nowMs - sinceMs > STALLED_MS_MAX;
    },
  };
}

/** The rate at which a plugin may speak; what is over it is counted and told about once a second (threat 30). */
export function createFloodWatch(
  limits: Pick<ConnectionLimits, "messagesPerSecond" | "messagesBurst">,
  { gate, nowMs, onDropped }: { gate: ReadingGate; nowMs: number; onDropped(count: number): void },
) {
  const bucket = createTokenBucket({ perSecond: limits.messagesPerSecond, burst: limits.messagesBurst, nowMs });
  let inTick = 0;
  let unreported = 0;
  let reportedAtMs = 0;

  const report = (): void => {
    if (unreported > 0) onDropped(unreported);
    unreported = 0;
  };
  return {
    /** False for a message that is to be dropped. */
    admit(now: number): boolean {
      if (bucket.take(now)) return true;
      unreported += 1;
      inTick += 1;
      if (inTick === DROPS_PER_TICK_MAX) gate.hold("flood");
      return false;
    },
    sweep(now: number): void {
      inTick = 0;
      gate.release("flood");
      if (now - reportedAtMs < DROP_REPORT_MS) return;
      reportedAtMs = now;
      report();
    },
    report,
  };
}
