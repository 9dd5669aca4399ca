import type { DiscoveredOption, HealthResult, Manifest, SendResult } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import type { Communication } from "@medplum/fhirtypes";
import type { HookAnswer, HookRequest } from "./hook-request.ts";
import type { Connect } from "./lanes/egress.ts";
import type { Fetch } from "./lanes/fetch.ts";
import type { Attachments, Deliveries, PluginLog, PluginState } from "./lanes/lanes.ts";
import type { RecordStore } from "./records/record-store.ts";
import type { Records } from "./records/records.ts";

/** Settings as the manifest's `config` declares them, defaults filled in, secrets included but for those that the host holds. */
export type SettingValues = Readonly<Record<string, unknown>>;

/** Everything that a call may use. Each member is a lane of the platform, governed by the plugin's grants. */
export interface CallContext<Settings extends SettingValues = SettingValues> {
  readonly settings: Settings;
  readonly plugin: string;
  readonly instance: string;
  /** True while the instance is in test mode: send where it does no harm. */
  readonly testMode: boolean;
  /** Scopes that were granted, resolved: `net:tcp://mail.example.org:587`. */
  readonly grants: readonly string[];
  /** Names of the secrets that are set and that the host uses in the plugin's place: their values are not in `settings`. */
  readonly secretsHeld: readonly string[];
  /** Addresses of the manifest's hooks, by id: what the vendor is told to call. */
  readonly hooks: Readonly<Record<string, string>>;
  /** Id of the call, as in the audit log. */
  readonly call: string;
  readonly log: PluginLog;
  readonly connect: Connect;
  readonly fetch: Fetch;
  readonly attachments: Attachments;
  readonly state: PluginState;
  readonly deliveries: Deliveries;
  readonly records: Records;
  /** Aborts when the answer is no longer of use: cancelled, past the deadline, or the link is gone. */
  readonly signal: AbortSignal;
  /** When the signal aborts by itself. */
  readonly deadline: Date;
}

/** A message to send. `contactPoints`, `messageText` and `channelOf` read the Communication. */
export interface OutgoingMessage {
  communication: Communication;
  /** 1 at the first attempt. */
  attempt: number;
  /** The same for every attempt of one message. */
  idempotencyKey: string;
  /** An attempt that began then may have gone out: ask the provider whether it has the message before it is sent again. */
  maybeSentSince?: Date;
  attachments: readonly AttachmentInfo[];
}

export interface AttachmentInfo {
  /** For `ctx.attachments.read`. */
  id: string;
  contentType: string;
  title: string;
  /** Bytes. */
  size: number;
}

/** What a provider took. Throw a ProviderError for what it did not. */
export type Sent = Omit<SendResult, "outcome">;

export interface SmokeTestContext<Settings extends SettingValues> extends CallContext<Settings> {
  /** Where a live test sends to; undefined for a test that is not live. */
  readonly recipient: string | undefined;
}

export interface SetupContext<Settings extends SettingValues> extends CallContext<Settings> {
  /** Where a step of type `test` sends to, when the person named somebody. */
  readonly recipient: string | undefined;
}

type Awaitable<T> = T | Promise<T>;

/** What a plugin does. Only what its capabilities promise is needed. */
export interface PluginDefinition<Settings extends SettingValues = SettingValues> {
  /** The content of `hilum.json`: `register` and the test host use it. */
  manifest?: Manifest;
  /** Capability `send_messages`: hands one message to the provider. */
  sendMessages?(message: OutgoingMessage, ctx: CallContext<Settings>): Promise<Sent>;
  /** Capability `store_records`: keeps records and gives them back. */
  records?: RecordStore<Settings>;
  /** Judges settings that may not be saved yet, without asking the provider: `health` does that. */
  checkSettings?(settings: Settings, ctx: CallContext<Settings>): Awaitable<Evidence[]>;
  /** @deprecated Since 0.2.0, gone in 0.3.0: it is called `checkSettings`. Upgrade 1 of Developer tools, Upgrade, renames it. */
  checkConfig?(settings: Settings, ctx: CallContext<Settings>): Awaitable<Evidence[]>;
  /** Checks of setup steps, by the step's id; `ctx.settings` holds the answers so far: what later steps ask may be missing. */
  setup?: Readonly<Record<string, (ctx: SetupContext<Settings>) => Awaitable<Evidence[]>>>;
  /** Lists what a setting may be at the provider, by the setting's name; `ctx.settings` holds the answers so far. */
  discover?: Readonly<Record<string, (ctx: CallContext<Settings>) => Awaitable<DiscoveredOption[]>>>;
  /** Whether the provider works now. Default: healthy, because the plugin answers. */
  health?(ctx: CallContext<Settings>): Awaitable<HealthResult>;
  /** Smoke tests of the manifest, by id. */
  smokeTests?: Readonly<Record<string, (ctx: SmokeTestContext<Settings>) => Awaitable<Evidence[]>>>;
  /** Webhooks of the manifest's `ingress.http`, by id. The host has checked the signature. */
  hooks?: Readonly<Record<string, (request: HookRequest, ctx: CallContext<Settings>) => Awaitable<HookAnswer | void>>>;
  /** Called once, when the host stops the plugin; two seconds remain. */
  onShutdown?(): Awaitable<void>;
}

/** A plugin that can be served: over stdio, over a WebSocket, or by the test host. */
export interface Plugin {
  readonly definition: PluginDefinition;
}

/**
 * Describes a plugin. Hand the result to `serve` in the program that the manifest names as its entry, to `serveRemote`
 * where it runs elsewhere, and to `createTestHost` in tests. `Settings` is what the manifest's `config` promises: the
 * host checks values against it before a plugin sees them.
 */
export function definePlugin<Settings extends SettingValues = SettingValues>(
  definition: PluginDefinition<Settings>,
): Plugin {
  return { definition: definition as unknown as PluginDefinition };
}
