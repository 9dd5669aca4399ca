import type { InstanceKey, Time } from "./shapes.ts";

export interface GrantRow extends InstanceKey {
  /** The scope as the manifest requests it. */
  scope: string;
  decision: "granted" | "denied";
  /** The narrower scope that was granted instead. */
  narrowedTo?: string;
  /** The scope with the settings filled in, as it was when it was granted. */
  pinned?: string;
  at: Time;
  by: string;
}

export interface GrantDecision {
  scope: string;
  decision: "granted" | "denied";
  narrowedTo?: string;
  pinned?: string;
}

export interface GrantUse extends InstanceKey {
  scope: string;
  /** `2026-03-02`, UTC. */
  day: string;
  count: number;
  lastAt: Time;
}

export interface GrantUsage {
  scope: string;
  used: number;
  lastUsedAt: Time;
}

export interface Grants {
  list(key: InstanceKey): Promise<GrantRow[]>;
  /** Of every instance, for the policy's table. */
  all(): Promise<GrantRow[]>;
  /** Rises with every decision and every removal; a cache of grants is valid for one epoch. */
  epoch(): Promise<number>;
  /** All decisions together with the new epoch, and `accessReviewedAt` when `reviewed`; answers the epoch. */
  decide(
    key: InstanceKey,
    decisions: readonly GrantDecision[],
    by: { at: Time; by: string; reviewed?: boolean },
  ): Promise<number>;
  /** Takes decisions away, e.g. scopes that the manifest no longer asks for; answers the epoch. */
  forget(key: InstanceKey, scopes: readonly string[]): Promise<number>;
  /** Adds to the daily counts. */
  recordUse(uses: readonly GrantUse[]): Promise<void>;
  usage(key: InstanceKey, sinceDay: string): Promise<GrantUsage[]>;
}
