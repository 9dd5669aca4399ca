import {
  heldSecrets,
  protocolVersion,
  wireLimits,
  withoutHeld,
  type CheckResult,
  type DiscoveredOption,
  type HealthResult,
  type IngressHandleResult,
  type InitializeParams,
  type LogParams,
  type SendResult,
  type SetupDiscoverResult,
  type UpdateDeliveryParams,
  type WireResource,
} from "@hilum/contract";
import { createBlobWrites, type Violation } from "@hilum/contract/wire";
import { decide, type Grant } from "@hilum/policy";
import type { Communication } from "@medplum/fhirtypes";
import type { Plugin } from "../definition.ts";
import { createTunnelConnect } from "../lanes/egress.ts";
import { createMemoryChannels } from "../protocol/memory-channel.ts";
import { createPeer } from "../protocol/peer.ts";
import type { RecordResource } from "../records/record-types.ts";
import { serveChannel } from "../serve-channel.ts";
import { checkMethods, hookAddresses, readManifest, readSettings, resolveGrants, smokeParams } from "./admission.ts";
import { createTestCalls } from "./calls.ts";
import { hookParams, type HookDelivery } from "./hook-params.ts";
import { startTestEgress, type TestEgress } from "./egress-server.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createHostFetch } from "./host-fetch.ts";
import { createHostLanes, presentHostError } from "./host-lanes.ts";
import { judgeResource } from "./judge-resource.ts";
import { createMemoryBlobs } from "./memory-blobs.ts";
import { createPlatformRecords } from "./platform-records.ts";
import { createPluginCalls, type SendOptions } from "./plugin-calls.ts";
import type { OnFetch, TestFetchRequest } from "./played-provider.ts";
import { createRecordLanes } from "./record-lanes.ts";
import { createTestStore, type TestStore } from "./test-store.ts";
import { createTestTables, type TestMessage } from "./tables.ts";

export interface TestHostOptions {
  /** The manifest, if the plugin's definition does not carry it. */
  manifest?: unknown;
  /** Values and secrets together, as the plugin gets them. */
  settings?: Readonly<Record<string, unknown>>;
  /** Scopes of the manifest that are granted, as it spells them. Default: none. */
  grants?: readonly string[];
  /** Networks (CIDR) that an administrator opened. Without them only public addresses are reached, not even 127.0.0.1. */
  privateRanges?: readonly string[];
  testMode?: boolean;
  /** Records that the platform keeps already. A plugin reaches what its grants allow. */
  records?: readonly RecordResource[];
  /** Plays the provider behind `ctx.fetch`. Without it a request that is allowed finds nobody. */
  onFetch?: OnFetch;
  clock?: { now(): Date };
}

export interface TestHost {
  readonly methods: readonly string[];
  /** Hands a message to the plugin. Rejects with TestCallError, and with HilumError for what the host itself refuses. */
  send(communication: Communication, options?: SendOptions): Promise<SendResult>;
  checkSettings(settings?: Readonly<Record<string, unknown>>): Promise<CheckResult>;
  /** @deprecated Since 0.2.0, gone in 0.3.0: it is called `checkSettings`. Upgrade 1 of Developer tools, Upgrade, renames it. */
  checkConfig(settings?: Readonly<Record<string, unknown>>): Promise<CheckResult>;
  /** Runs the check of a setup step. `recipient` is for steps of type `test`. */
  checkSetup(
    step: string,
    settings?: Readonly<Record<string, unknown>>,
    options?: { recipient?: string },
  ): Promise<CheckResult>;
  /** What the plugin lists for a setting of a setup step. */
  discover(step: string, field: string, settings?: Readonly<Record<string, unknown>>): Promise<DiscoveredOption[]>;
  health(): Promise<HealthResult>;
  smoke(id: string, options?: { recipient?: string }): Promise<CheckResult>;
  /** Hands over a webhook, as the host does once its signature is right: what is no header for plugins is left out. */
  deliver(hook: string, delivery?: HookDelivery): Promise<IngressHandleResult>;
  /** Any method with any params: for tests of the protocol itself. */
  request(method: string, params: object): Promise<unknown>;
  readonly log: readonly LogParams[];
  readonly deliveries: readonly UpdateDeliveryParams[];
  /** Requests that the plugin asked the host to make and that were allowed, in their order. */
  readonly fetches: readonly TestFetchRequest[];
  /** What became of the messages that were sent, oldest first. */
  messages(): TestMessage[];
  /** Calls into the plugin's own store, where it has the capability `store_records`. */
  readonly store: TestStore;
  /** The platform's records as they are now, each in its current version: those of `options.records` and what the plugin made of them. */
  readonly records: readonly RecordResource[];
  /** Blobs that a record names: what a plugin wrote and no record names is gone with its call. */
  readonly blobs: number;
  /** Plants what goes wrong between host and plugin: a call that hangs, a refusal, a lost grant, a broken link. */
  readonly faults: Faults;
  /** Where the plugin broke the protocol, if it did. */
  readonly violation: Violation | undefined;
  /** Says `shutdown`, as the host does, and frees everything. */
  close(): Promise<void>;
}

/**
 * Runs a plugin in this process under the platform's rules: the same manifest and settings checks, wire codec, policy
 * and message checks as the real host, over a line in memory, with state and messages in SQLite in memory and a real
 * egress tunnel. What works here with these grants works there; what is refused there is refused here.
 */
export async function createTestHost(plugin: Plugin, options: TestHostOptions = {}): Promise<TestHost> {
  const manifest = readManifest(options.manifest ?? plugin.definition.manifest);
  const settings = readSettings(manifest, options.settings ?? {});
  const key = { plugin: manifest.id, instance: "default" };
  const grants = resolveGrants(manifest, options.grants ?? [], settings).map((grant): Grant => ({
    ...key,
    ...grant,
    decision: "granted",
  }));
  const now = (): Date => options.clock?.now() ?? new Date();
  const actor = { kind: "plugin", id: `plugin:${manifest.id}/default`, ...key } as const;
  const mayReach = (scope: string, action: "connect" | "http.fetch"): boolean =>
    decide({ actor, lane: "egress", action, scope, now: now().getTime() }, grants, 1).allow;
  const egress = await openEgress(grants, options.privateRanges ?? [], (scope) => mayReach(scope, "connect"));
  const tables = createTestTables();
  const calls = createTestCalls();
  const blobs = createMemoryBlobs();
  const writes = createBlobWrites({ openBlob: blobs.open, has: calls.has });
  const platform = createPlatformRecords((options.records ?? []) as unknown as WireResource[], now);
  const [log, deliveries, fetches]: [LogParams[], UpdateDeliveryParams[], TestFetchRequest[]] = [[], [], []];
  const held = heldSecrets(manifest);
  let violation: Violation | undefined;

  const [hostEnd, pluginEnd] = createMemoryChannels();
  const fetch = createHostFetch({
    ...{ key, manifest, settings, fetches, onFetch: options.onFetch, now },
    allows: (scope) => mayReach(scope, "http.fetch"),
  });
  const { faults, strike } = createFaults({ grants, drop: hostEnd.close, onDenied: fetch.recheck });
  serveChannel({ plugin, channel: pluginEnd, connectBy: createTunnelConnect, onEnd: () => undefined });
  const peer = createPeer({
    channel: hostEnd,
    ...createHostLanes({
      ...{ key, grants, tables, calls, deliveries, fetch, strike, now },
      records: createRecordLanes({ key, grants, calls, blobs, writes, platform, judge: judgeResource, now }),
      log: (line) => log.push(line),
    }),
    presentError: presentHostError,
    onViolation: (found) => (violation = found),
  });
  const { ask, send, nextCall } = createPluginCalls({ peer, tables, calls, writes });
  const free = async (): Promise<void> => {
    peer.close();
    await egress?.close();
    tables.close();
  };
  const methods = await shakeHands();
  const checkSettings = async (values: Readonly<Record<string, unknown>> = settings): Promise<CheckResult> =>
    (await ask("config.validate", { settings: withoutHeld(manifest, values) })) as CheckResult;

  return {
    ...{ methods, send, faults, log, deliveries, fetches, request: ask, messages: tables.messages },
    ...{ checkSettings, checkConfig: checkSettings },
    store: createTestStore({ ask, nextCall, writes, blobs }),
    get records() {
      return platform.current() as unknown as RecordResource[];
    },
    get blobs() {
      return blobs.size;
    },
    checkSetup: async (step, values = settings, { recipient } = {}) =>
      (await ask("setup.check", {
        step,
        settings: withoutHeld(manifest, values),
        ...(recipient === undefined ? {} : { recipient }),
      })) as CheckResult,
    discover: async (step, field, values = settings) =>
      ((await ask("setup.discover", { step, field, settings: withoutHeld(manifest, values) })) as SetupDiscoverResult)
        .options,
    deliver: async (hook, delivery = {}) =>
      (await ask("ingress.handle", hookParams(manifest, hook, delivery, now()))) as IngressHandleResult,
    health: async () => (await ask("health.check", {})) as HealthResult,
    smoke: async (id, { recipient } = {}) =>
      (await ask("smoke.run", smokeParams(manifest, id, recipient))) as CheckResult,
    get violation() {
      return violation;
    },
    async close() {
      await ask("shutdown", {}).catch(() => undefined);
      await free();
    },
  };

  async function shakeHands(): Promise<string[]> {
    const params: Omit<InitializeParams, "meta"> = {
      protocol: protocolVersion,
      host: { name: "hilum", version: "test" },
      ...{ ...key, testMode: options.testMode ?? false, settings: withoutHeld(manifest, settings) },
      ...{ hooks: hookAddresses(manifest), limits: wireLimits },
      secretsHeld: held.filter((name) => typeof settings[name] === "string" && settings[name] !== ""),
      grants: grants.map(({ resolved }) => resolved ?? ""),
      ...(egress === undefined ? {} : { egressSocket: egress.socketPath }),
    };
    try {
      const { methods: named } = (await ask("initialize", params, { deadlineMs: 10_000 })) as { methods: string[] };
      checkMethods(manifest, named);
      return named;
    } catch (error) {
      await free();
      throw error;
    }
  }
}

/** There is a tunnel only where something beyond it was granted. */
async function openEgress(
  grants: readonly Grant[],
  privateRanges: readonly string[],
  allows: (scope: string) => boolean,
): Promise<TestEgress | undefined> {
  if (!grants.some(({ resolved }) => resolved?.startsWith("net:tcp:") === true)) return undefined;
  return await startTestEgress({ allows, privateRanges });
}
