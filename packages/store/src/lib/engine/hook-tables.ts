import type { HookOrigin, HookVerdict } from "@hilum/contract/api";
import type { BlindOrNull, SealedOrNull } from "./tables.ts";

export interface HookDeliveriesTable {
  id: string;
  plugin: string;
  instance: string;
  hook: string;
  at: string;
  method: string;
  origin: HookOrigin;
  verdict: HookVerdict;
  reason: string | null;
  status: number;
  bytes: number;
  durationMs: number;
  identity: BlindOrNull;
  replayOf: string | null;
  sealedContent: SealedOrNull;
}
