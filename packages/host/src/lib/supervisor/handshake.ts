import {
  HilumError,
  hostMethods,
  judgeSdkVersion,
  protocolVersion,
  sdkVersions,
  wireLimits,
  type CapabilityName,
  type InitializeParams,
  type InitializeResult,
} from "@hilum/contract";
import type { InstanceSpec } from "./instance-spec.ts";

export const handshakeMs = 10_000;

/** Where the sandbox binds the egress socket. */
export const egressSocketInside = "/run/hilum/egress.sock";

export function initializeParams(
  spec: InstanceSpec,
  { call, version, egress }: { call: string; version: string; egress: boolean },
): InitializeParams {
  const { plugin, instance, testMode, grants, heldSecrets = [], hooks = {} } = spec;
  return {
    meta: { call, deadlineMs: handshakeMs, hops: 0 },
    protocol: protocolVersion,
    host: { name: "hilum", version },
    ...{ plugin, instance, testMode, settings: withoutHeldSecrets(spec, spec.settings) },
    secretsHeld: heldSecrets.filter(({ set }) => set).map(({ name }) => name),
    ...{ grants: [...grants], hooks, limits: wireLimits },
    ...(egress ? { egressSocket: egressSocketInside } : {}),
  };
}

/** Settings on their way into a frame. Who made the spec has left them out already; a frame is never the place to find out that not. */
export function withoutHeldSecrets(
  { heldSecrets = [] }: Pick<InstanceSpec, "heldSecrets">,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const held = new Set(heldSecrets.map(({ name }) => name));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !held.has(name)));
}

const methodsOf: Readonly<Partial<Record<CapabilityName, readonly string[]>>> = {
  send_messages: hostMethods.send_messages,
  store_records: hostMethods.store_records,
};

/** A capability, or a hook, is a promise of methods: a plugin that does not answer them all is not started (DESIGN section 5). */
export function checkMethods(
  { capabilities, hooks = {} }: Pick<InstanceSpec, "capabilities" | "hooks">,
  { methods }: InitializeResult,
): void {
  const wanted = [
    ...hostMethods.core,
    ...capabilities.flatMap((capability) => methodsOf[capability] ?? []),
    ...(Object.keys(hooks).length > 0 ? hostMethods.ingress : []),
  ];
  const missing = wanted.filter((method) => !methods.includes(method));
  if (missing.length > 0)
    throw new HilumError("plugin.protocol", {
      detail: `The plugin does not answer ${missing.join(", ")}, which its manifest promises`,
    });
}

/** An SDK of ours that this Hilum does not work with is told before anything is asked of it. Throws `plugin.sdk_unsupported`. */
export function checkSdk({ sdk }: InitializeResult): void {
  const verdict = judgeSdkVersion(sdk);
  if (verdict === undefined || sdk === undefined) return;
  throw new HilumError("plugin.sdk_unsupported", {
    detail: `It runs with ${sdk.name} ${sdk.version}; this Hilum works with ${sdkVersions.oldest} to ${sdkVersions.current}`,
  });
}
