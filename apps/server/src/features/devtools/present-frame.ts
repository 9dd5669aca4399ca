import type { WireFrame } from "@hilum/contract/api";
import type { KeptFrame } from "@hilum/host";

export interface FrameFilter {
  after?: number | undefined;
  direction?: KeptFrame["direction"] | undefined;
  method?: string | undefined;
}

export const fitsFilter = ({ number, direction, method }: KeptFrame, filter: FrameFilter): boolean =>
  number > (filter.after ?? 0) &&
  (filter.direction === undefined || filter.direction === direction) &&
  (filter.method === undefined || filter.method === method);

export function presentFrame({ at, durationMs, notReplayable, ...frame }: KeptFrame): WireFrame {
  return {
    ...frame,
    at: at.toISOString(),
    ...(durationMs === undefined ? {} : { durationMs: Math.round(durationMs * 100) / 100 }),
    replayable: notReplayable === undefined,
    ...(notReplayable === undefined ? {} : { notReplayable }),
  };
}
