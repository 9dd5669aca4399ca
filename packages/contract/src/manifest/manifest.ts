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

export interface SetupStep {
  id: string;
  type: "form" | "menu" | "check" | "test";
  title: string;
  text?: string;
  /** Settings asked in this step (`form`). */
  fields?: string[];
  /** Choices of a `menu`: each sets settings. */
  options?: { id: string; title: string; text?: string; set?: Record<string, unknown> }[];
}

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
  classification?: { phi: PhiClass };
  /** A declared profile of JSON Schema 2020-12; see config-profile.ts. */
  config?: ConfigSchema;
  setup?: { minutes?: number; have?: string[]; steps: SetupStep[] };
  health?: { intervalSeconds: number };
  smokeTests?: SmokeTestDeclaration[];
  ingress?: { http?: Hook[] };
  requires?: { hilum?: string };
  resources?: { memoryMb?: number; cpu?: number; pids?: number; concurrency?: number };
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
export const fieldsNotServed = ["storage", "ui", "operations", "events", "jobs"] as const;
