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
  /** Pages of the plugin's own; see plugin-pages.ts. */
  ui?: PluginUi;
  requires?: { hilum?: string };
  resources?: { memoryMb?: number; cpu?: number; pids?: number; concurrency?: number };
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
export const fieldsNotServed = ["storage", "operations", "events", "jobs", "ingress"] as const;
