import type { HookOrigin, HookVerdict } from "@hilum/contract/api";
import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

/** What arrived, and what the plugin answered to it: sealed, since a vendor puts patients' data into it. */
export interface HookContent {
  /** Path and query as they came. */
  target: string;
  headers: Record<string, string>;
  body: { text: string } | { base64: string };
  answer?: { text: string; contentType: string };
}

export interface HookDeliveryRow extends InstanceKey {
  id: string;
  hook: string;
  at: Time;
  method: string;
  origin: HookOrigin;
  verdict: HookVerdict;
  /** Why, as a token: a fault of the signature, or an error code. */
  reason?: string;
  /** What the vendor was answered. */
  status: number;
  /** Of the body, as far as it was read. */
  bytes: number;
  durationMs: number;
  /** The delivery that was handed over again. */
  replayOf?: string;
}

export interface NewHookDelivery extends HookDeliveryRow {
  /** What the signature says that the request is; only of one whose signature is right. */
  identity?: string;
  /** Absent where the body was not read. */
  content?: HookContent;
}

export interface HookFilter extends PageRequest {
  hook?: string;
  verdict?: HookVerdict;
}

export interface Hooks {
  /** Of refused ones the newest 500 of a hook are kept: anybody can send those. */
  add(delivery: NewHookDelivery): Promise<void>;
  list(key: InstanceKey, filter?: HookFilter): Promise<Page<HookDeliveryRow>>;
  find(key: InstanceKey, id: string): Promise<(HookDeliveryRow & { content?: HookContent }) | undefined>;
  last(key: InstanceKey, hook: string): Promise<HookDeliveryRow | undefined>;
  /** Whether a request of this identity was handed over, and answered well, since `since`. */
  isHandled(key: InstanceKey, hook: string, identity: string, since: Time): Promise<boolean>;
  /** Deliveries older than `before`; answers how many. */
  sweep(before: Time): Promise<number>;
}
