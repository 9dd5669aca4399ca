import type { CanonicalType } from "../fhir/canonical-types.ts";
import type { PageIcon } from "./plugin-pages.ts";

/** The manifest `hilum.json` (docs/reference/manifest.md). `id`, `name`, `capabilities` are enough; each other field is optional. */

export const capabilityNames = [
  "send_messages",
  "receive_messages",
  "store_records",
  "transform_records",
  "provide_operations",
  "handle_events",
  "run_jobs",
] as const;
export type CapabilityName = (typeof capabilityNames)[number];

/** Whether patient data reaches the plugin at all, passes through it, or is kept by it. */
export type PhiClass = "none" | "transit" | "store";

export interface ScopeRequest {
  scope: string;
  /** Why the plugin asks, in the operator's words. */
  reason: string;
}

export interface SmokeTestDeclaration {
  /** Token, unique in the manifest. */
  id: string;
  title: string;
  /** True when the test really sends: it then asks for a recipient and never runs on schedule. */
  live?: boolean;
}

/** A step of the setup wizard. Which members belong to which type is checked in check-setup.ts. */
export interface SetupStep {
  id: string;
  type: "form" | "menu" | "oauth2" | "check" | "test";
  title: string;
  text?: string;
  /** What a person may want to know here and not everybody needs: unfolded on request. */
  help?: string;
  /** A page of the provider that is of use here, as an https address. */
  link?: string;
  /** Settings asked in this step (`form`). */
  fields?: string[];
  /** Settings of the form whose values the plugin can list, by `setup.discover`; any other value may be typed. */
  discover?: Record<string, true>;
  /** A `form` whose answers are tried, as in a `check`, before the next step opens. */
  check?: boolean;
  /** Choices of a `menu`: each sets settings. */
  options?: { id: string; title: string; text?: string; set?: Record<string, unknown> }[];
  /** Where the browser is sent to sign in (`oauth2`); may name settings, as `tokenUrl` may. */
  authorizeUrl?: string;
  /** Where the host exchanges and refreshes tokens; one of the manifest's own `net:https` scopes leads there. */
  tokenUrl?: string;
  /** Issuer identifier of the authorization server (RFC 8414, RFC 9207): the answer must name it. */
  issuer?: string;
  scopes?: string[];
  /** The setting that holds the client id. */
  clientId?: string;
  /** The secret that holds the client secret; a public client has none. */
  clientSecret?: string;
  /** The secret that holds what the sign-in brings: the token set, kept and refreshed by the host. */
  into?: string;
  /** The hook at which a call must arrive for a `check` or `test` to pass. */
  waitsForHook?: string;
  /** Asked only while a setting has one of these values. */
  when?: { setting: string; in: (string | number | boolean)[] };
}

export const requestMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type RequestMethod = (typeof requestMethods)[number];

/** A kind of request that a plugin may ask for. `{name}` in the path is exactly one segment, or a part of one; the rest is as written. */
export interface DestinationRequest {
  method: RequestMethod;
  path: string;
}

/**
 * Where the host puts a secret that the plugin never holds. Each member names a setting; `step` an `oauth2` step of the setup.
 * `client_credentials`: a token that the host gets for itself, without a person (RFC 6749 section 4.4). Its `tokenUrl` may name
 * settings, and one of the manifest's own `net:https` scopes leads there; `scope` names the setting with the scopes to ask for.
 */
export type DestinationAuth =
  | { type: "basic"; username: string; password: string }
  | { type: "bearer"; token: string }
  | { type: "header"; name: string; value: string }
  | { type: "oauth2"; step: string }
  | { type: "client_credentials"; tokenUrl: string; clientId: string; clientSecret: string; scope?: string };

/** An HTTPS endpoint that the plugin may ask the host to call (`http.fetch`). */
export interface Destination {
  /** Token, unique in the manifest. */
  id: string;
  title: string;
  /** One of the manifest's own `scopes`, of the form `net:https://host:port`. */
  scope: string;
  requests: DestinationRequest[];
  /** Whether patient data goes there. Default: yes, where the plugin's PHI class is not `none`. */
  phi?: boolean;
  auth?: DestinationAuth;
  /** Request headers that the plugin may set beside those it always may, in lower case. */
  headers?: string[];
  timeoutMs?: number;
  responseBytesMax?: number;
}

/** What a destination gets that does not say. */
export const destinationDefaults = { timeoutMs: 15_000, responseBytesMax: 262_144 } as const;

/**
 * How a hook knows that a request is from whom it should be. `secret` and `publicKey` name settings; a secret named here is
 * held by the host, which checks the signature itself, and never reaches the plugin.
 */
export type HookSignature =
  | {
      scheme: "hmac";
      algorithm: "sha256" | "sha512" | "sha1";
      /** Header that carries the signature, in lower case. */
      header: string;
      encoding: "hex" | "base64";
      /** What stands before the signature in its header: `sha256=`. */
      prefix?: string;
      secret: string;
      /** `timestamp.body`: the timestamp, a full stop and the body. */
      signed: "body" | "timestamp.body";
      timestampHeader?: string;
    }
  | { scheme: "standard-webhooks"; secret: string }
  | { scheme: "twilio"; secret: string }
  /** Over the timestamp directly followed by the body. */
  | { scheme: "ed25519"; header: string; timestampHeader: string; publicKey: string; encoding: "hex" | "base64" };

/** A webhook entrance: `/hooks/{plugin}/{instance}/{id}`. */
export interface Hook {
  id: string;
  title: string;
  /** Default: POST. */
  methods?: "POST"[];
  signature: HookSignature;
  /** How old a request may be, and how long the same one is not taken again. Default 300. */
  replaySeconds?: number;
  /** Bytes of a body. Default 65,536. */
  bytesMax?: number;
  /** Whether patient data may come in by it. Default: as the plugin's PHI class says. */
  phi?: boolean;
  /** Body of a test delivery, as a request of the vendor would have it. */
  sample?: { contentType: string; text: string };
}

export interface Manifest {
  id: string;
  name: string;
  capabilities: CapabilityName[];
  version?: string;
  description?: string;
  publisher?: string;
  license?: string;
  homepage?: string;
  icon?: string;
  runtime?: { kind: "node" | "python" | "executable" | "remote"; entry?: string };
  scopes?: ScopeRequest[];
  destinations?: Destination[];
  classification?: { phi: PhiClass };
  /** A declared profile of JSON Schema 2020-12; see config-profile.ts. */
  config?: ConfigSchema;
  setup?: { minutes?: number; have?: string[]; steps: SetupStep[] };
  health?: { intervalSeconds: number };
  smokeTests?: SmokeTestDeclaration[];
  ingress?: { http?: Hook[] };
  /** How people look at what the plugin keeps; needed of a plugin that keeps patient data. */
  storage?: { browser?: boolean | StorageBrowser };
  /** Pages of the plugin's own; see plugin-pages.ts. */
  ui?: PluginUi;
  /** Ranges of versions: of Hilum, and of other plugins that must be there. */
  requires?: { hilum?: string; plugins?: { id: string; version: string }[] };
  resources?: { memoryMb?: number; cpu?: number; pids?: number; concurrency?: number };
  /** How saved settings follow from one version to the next; see migrate-settings.ts. */
  migrations?: SettingsMigration[];
}

/** What changed in the settings with one version. */
export interface SettingsMigration {
  version: string;
  settings: SettingsChange[];
}

export type SettingsChange =
  | { change: "rename"; from: string; to: string }
  | { change: "remove"; name: string }
  /** Texts of the old version by those of the new one. */
  | { change: "replace"; name: string; values: Record<string, string> };

/** What the Storage Browser is told of a store. */
export interface StorageBrowser {
  title?: string;
  /** FHIR types that it keeps. Default: every canonical type. */
  types?: CanonicalType[];
}

/** Files of one page, inside the plugin's folder. */
export interface PluginPage {
  /** One JavaScript module. */
  entry: string;
  /** One style sheet. */
  style?: string;
}

export interface PluginUi {
  settings?: PluginPage;
  health?: PluginPage;
  /** Further pages, each a tab of the plugin. */
  pages?: (PluginPage & { path: string; title: string; icon?: PageIcon })[];
}

/** One setting. `secret` makes it write-only; `title` is its label; `description` its help beside the field. */
export interface ConfigProperty {
  type: "string" | "integer" | "number" | "boolean" | "array";
  title?: string;
  description?: string;
  default?: unknown;
  enum?: (string | number)[];
  /** Labels for `enum`, in its order. */
  enumTitles?: string[];
  minLength?: number;
  maxLength?: number;
  /** RE2 syntax: linear time, no look-around or back-references (threat 44). */
  pattern?: string;
  format?: "email" | "hostname" | "uri" | "cidr";
  minimum?: number;
  maximum?: number;
  items?: { type: "string"; maxLength?: number; pattern?: string; format?: "email" | "hostname" | "uri" | "cidr" };
  maxItems?: number;
  secret?: boolean;
  /** Several lines in the form. */
  multiline?: boolean;
  /** Heading under which the console shows it. */
  group?: string;
  placeholder?: string;
  /** Shown and required only while another setting has one of these values. */
  when?: { setting: string; in: (string | number | boolean)[] };
}

export interface ConfigSchema {
  type: "object";
  properties: Record<string, ConfigProperty>;
  required?: string[];
}

/** Fields of DESIGN section 5 that this version does not serve: refused by name, never accepted and ignored. */
export const fieldsNotServed = ["operations", "events", "jobs"] as const;
