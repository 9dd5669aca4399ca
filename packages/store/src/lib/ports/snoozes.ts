import type { Time } from "./shapes.ts";

/** A problem that somebody put off. */
export interface SnoozeRow {
  repair: string;
  /** How bad it was then: what is worse now is shown again. */
  severity: string;
  until: Time;
  /** Sealed at rest: it is free text. */
  reason: string;
  at: Time;
  by: string;
}

export interface Snoozes {
  list(): Promise<SnoozeRow[]>;
  /** Takes the place of an earlier one. */
  set(snooze: SnoozeRow): Promise<void>;
  /** False when there was none. */
  remove(repair: string): Promise<boolean>;
  sweep(now: Time): Promise<number>;
}
