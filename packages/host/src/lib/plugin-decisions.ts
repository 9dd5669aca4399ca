import { decide, type Grant, type Lane, type RowRules } from "@hilum/policy";
import type { InstanceKey } from "./instance-key.ts";
import type { Decision } from "./pipeline.ts";

/** The grants of one instance as they are now, and how often grants have been changed. */
export interface GrantSnapshot {
  grants: readonly Grant[];
  epoch: number;
}

export interface GrantsPort {
  /** Asked for each crossing: what was revoked a moment ago must be gone from it. */
  grantsOf(key: InstanceKey): GrantSnapshot | Promise<GrantSnapshot>;
}

/** What a plugin asks, in words of the policy. */
export interface PluginRequest {
  lane: Lane;
  action: string;
  scope?: string;
  owner?: { plugin: string; instance: string };
}

/** Of a record also which ones the grants reach. */
export type PluginDecision = { allow: true; rows?: RowRules } | Extract<Decision, { allow: false }>;

/** Decides what a plugin asks. Who asks is the key, which comes from the channel (threat 37). */
export type DecidePlugin = (key: InstanceKey, request: PluginRequest) => PluginDecision | Promise<PluginDecision>;

/** Remembers the highest epoch that was seen, so that older grants decide nothing (threat 63). */
export function createPluginDecisions({ grantsOf }: GrantsPort, now: () => Date): DecidePlugin {
  let epochSeen = 0;

  const judge = (
    { plugin, instance }: InstanceKey,
    request: PluginRequest,
    { grants, epoch }: GrantSnapshot,
  ): PluginDecision => {
    const actor = { kind: "plugin", id: `plugin:${plugin}/${instance}`, plugin, instance } as const;
    const decision = decide({ ...request, actor, now: now().getTime(), epochSeen }, grants, epoch);
    if (!decision.allow) return { allow: false, code: "policy.denied", reason: decision.reason };
    if (epoch > epochSeen) epochSeen = epoch;
    return decision;
  };

  return (key, request) => {
    const snapshot = grantsOf(key);
    return snapshot instanceof Promise
      ? snapshot.then((found) => judge(key, request, found))
      : judge(key, request, snapshot);
  };
}
