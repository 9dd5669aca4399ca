/**
 * The plugin protocol: JSON-RPC 2.0, one JSON document per line, UTF-8, the same over stdio and over a WebSocket
 * (one document per text message). `docs/reference/protocol.md` is its page for implementers.
 */
import type { CauseClass, Evidence } from "../api/schemas.ts";
import type { RequestMethod } from "../manifest/manifest.ts";
import { recordMethods } from "./records.ts";

export const protocolVersion = "1";

/** Every limit of the wire. The host tells them in `initialize`; breaking one closes the link. */
export const wireLimits = {
  frameBytesMax: 1_048_576,
  depthMax: 64,
  /** Values of one frame: members, entries and containers (threat 20). */
  valuesMax: 100_000,
  /** Requests of one side that may be unanswered at once. */
  inFlightMax: 1024,
  /** A frame that has begun must end within this time (threat 31), and a slow one keeps this rate (threat 32). */
  frameMsMax: 10_000,
  /** Bytes the host keeps for a plugin that does not read (threat 33). */
  outboundBytesMax: 8_388_608,
  /** Token bucket for requests and notifications from the plugin (threat 30). */
  messagesPerSecond: 2000,
  messagesBurst: 4000,
  /** Answers to ids that were never asked before the link is closed (threat 28). */
  strayAnswersMax: 16,
  deadlineMsMin: 10,
  deadlineMsMax: 300_000,
  hopsMax: 8,
  blobChunkBytesMax: 524_288,
} as const;

/** Travels in `params.meta` of each request from the host. */
export interface CallMeta {
  /** Pairs the call with its audit entries and log lines. */
  call: string;
  /** Milliseconds from receipt in which an answer is of use. */
  deadlineMs: number;
  hops: number;
}

export interface InitializeParams {
  meta: CallMeta;
  protocol: typeof protocolVersion;
  host: { name: "hilum"; version: string };
  plugin: string;
  instance: string;
  testMode: boolean;
  /** Settings with their defaults filled in, secrets included but for those that the host holds: the channel is the plugin's own. */
  settings: Record<string, unknown>;
  /** Names of the secrets that are set and that the host uses in the plugin's place: it never gets their values. */
  secretsHeld: string[];
  grants: string[];
  /** Addresses of the manifest's hooks, by id: what the vendor is told to call. */
  hooks: Record<string, string>;
  limits: typeof wireLimits;
  /** Path of the Unix socket that leads to the egress tunnel; absent without a `net:` grant. */
  egressSocket?: string;
}
export interface InitializeResult {
  protocol: typeof protocolVersion;
  /** Every method of the host that the plugin answers. */
  methods: string[];
  sdk?: { name: string; version: string };
}

export interface SendParams {
  meta: CallMeta;
  /** The Communication to send (FHIR R4), contact points resolved by the host. */
  message: Record<string, unknown>;
  attempt: number;
  /** The same for every attempt of one message: a provider that knows such keys uses it. */
  idempotencyKey: string;
  /**
   * An attempt of this message that began then may have gone out: its answer was lost. A provider that knows no idempotency
   * keys is asked first whether it has the message.
   */
  maybeSentSince?: string;
  /** Attachments by `Binary/{id}`: read with `blobs.read`. */
  attachments: { id: string; contentType: string; title: string; size: number }[];
}
export interface SendResult {
  outcome: "accepted";
  /** The provider's id of the message. */
  providerId?: string;
  /** Recipients the provider took and those it refused, as indexes into the Communication's recipients. */
  refused?: { recipient: number; reply: string }[];
  reply?: string;
}
/** Hands over a webhook whose signature the host has found right. */
export interface IngressHandleParams {
  meta: CallMeta;
  /** Id of the manifest's hook. */
  hook: string;
  method: "POST";
  /** Of the address, where the scheme signs it (`twilio`); else empty, since anybody could have written it. */
  query: Record<string, string>;
  /** `content-type` and those that begin with `x-` or `webhook-`, in lower case; at most 32. Few schemes sign any of them. */
  headers: Record<string, string>;
  /** The body as it came: text where it is UTF-8. */
  body: { text: string } | { base64: string };
  /** RFC 3339. */
  receivedAt: string;
}
/** What the vendor is answered. Default: 200 without a body. */
export interface IngressHandleResult {
  /** 200 to 299, or 400 to 499. */
  status?: number;
  body?: { text: string; contentType: string };
}
/** Judges settings without asking the provider (`health.check` does that); one row per thing that was judged. */
export interface ConfigValidateParams {
  meta: CallMeta;
  /** Perhaps not saved yet; without it, those of the handshake. */
  settings?: Record<string, unknown>;
}
/** Runs the check of one setup step, with the answers so far: what later steps ask may be missing. */
export interface SetupCheckParams {
  meta: CallMeta;
  step: string;
  settings: Record<string, unknown>;
  /** Where a step of type `test` sends to, when the person named somebody. */
  recipient?: string;
}
/** Lists what a setting may be at the provider, with the answers so far. A plugin need not answer it. */
export interface SetupDiscoverParams {
  meta: CallMeta;
  step: string;
  field: string;
  settings: Record<string, unknown>;
}
export interface DiscoveredOption {
  value: string | number;
  title: string;
  text?: string;
}
export interface SetupDiscoverResult {
  /** At most 500. */
  options: DiscoveredOption[];
}
export interface HealthCheckParams {
  meta: CallMeta;
}
/** Runs one smoke test. `recipient` is there exactly when the test is declared `live`. */
export interface SmokeRunParams {
  meta: CallMeta;
  id: string;
  recipient?: string;
}
export interface ShutdownParams {
  meta: CallMeta;
}
export interface CheckResult {
  rows: Evidence[];
}
export interface HealthResult {
  state: "healthy" | "degraded" | "failing";
  rows: Evidence[];
}

/** `error.data` of a failed request, either way. `sent` tells whether anything may have gone out. */
export interface WireErrorData {
  /** A code of the catalogue, e.g. `provider.bad_credentials`. */
  code: string;
  cause?: CauseClass;
  sent?: "no" | "maybe";
  retry?: "later" | "never";
  retryAfterMs?: number;
  fix?: string;
  /** JSON pointer into the settings where the fix is made. */
  field?: string;
  /** The provider's own words, at most 2,000 characters. */
  reply?: string;
  /** Of a failed `http.fetch`: what the host saw, in its own words. */
  detail?: string;
}

/** Requests the host makes, by capability; `core` ones every plugin answers. */
export const hostMethods = {
  core: ["initialize", "config.validate", "setup.check", "health.check", "smoke.run", "shutdown"],
  send_messages: ["messages.send"],
  store_records: recordMethods,
  /** Of a plugin whose manifest declares hooks. */
  ingress: ["ingress.handle"],
} as const;

/** Requests of the host that a plugin may leave unanswered; the handshake says whether it does. */
export const optionalHostMethods = ["setup.discover"] as const;

/** Requests (and notifications) a plugin may make. Each is governed by its lane and scope. */
export const pluginMethods = {
  log: { notification: true, lane: "log" },
  "messages.updateDelivery": { notification: false, lane: "messages" },
  "blobs.read": { notification: false, lane: "messages" },
  "blobs.write": { notification: false, lane: "records" },
  "state.get": { notification: false, lane: "state" },
  "state.put": { notification: false, lane: "state" },
  "state.delete": { notification: false, lane: "state" },
  "http.fetch": { notification: false, lane: "egress" },
  "records.create": { notification: false, lane: "records" },
  "records.read": { notification: false, lane: "records" },
  "records.update": { notification: false, lane: "records" },
  "records.delete": { notification: false, lane: "records" },
  "records.search": { notification: false, lane: "records" },
} as const;
export type PluginMethod = keyof typeof pluginMethods;

export interface LogParams {
  level: "debug" | "info" | "warn" | "error";
  text: string;
  call?: string;
}
export interface UpdateDeliveryParams {
  message: string;
  state: "delivered" | "failed";
  at: string;
  providerId?: string;
  cause?: CauseClass;
  reply?: string;
}
export interface BlobReadParams {
  id: string;
  offset: number;
  length: number;
  call: string;
}
export interface BlobReadResult {
  base64: string;
  size: number;
}
export interface StateParams {
  key: string;
  value?: string;
  version?: number;
}

/** Asks the host to call a declared destination. The host adds the secret, decides, connects, and keeps a receipt. */
export interface FetchParams {
  /** Id of the destination in the manifest. */
  destination: string;
  method: RequestMethod;
  /** The whole path, percent-encoded; it must be one of the destination's templates. */
  path: string;
  /** Encoded by the host. */
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: FetchBody;
  /** Less than the destination's own limit; a larger one is cut to it. */
  timeoutMs?: number;
  /** The call of the host in which this is asked, for the receipt. */
  call?: string;
}
export type FetchBody = { text: string } | { base64: string } | { form: Record<string, string | string[]> };

/** Any HTTP status is a result, but for a redirect: `provider.redirected`. */
export interface FetchResult {
  status: number;
  /** content-type, retry-after, etag, location, x-request-id and ratelimit-*, in lower case. */
  headers: Record<string, string>;
  body: { text: string } | { base64: string };
  /** The template that the request was matched with. */
  request: string;
}

/** `$/cancel` notification, both ways: the answer is no longer of use. */
export const cancelMethod = "$/cancel";

/** JSON-RPC 2.0 error codes used on the wire. */
export const wireErrorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  failed: -32000,
  denied: -32001,
  timeout: -32002,
  full: -32003,
  notReady: -32004,
} as const;
