/** One line of the wire as the inspector keeps it. */
export interface KeptFrame {
  /** Rises by one with each frame of an instance, over restarts of its process. */
  number: number;
  at: Date;
  direction: "to_plugin" | "from_plugin";
  kind: "request" | "result" | "error" | "notification";
  /** Of an answer: the method of its request, or `unknown` where that was before the inspector began. */
  method: string;
  id?: string;
  /** Bytes of the line. */
  size: number;
  durationMs?: number;
  /** Masked; absent where the masked body is longer than is kept. */
  body?: unknown;
  /** Code of an answered error. */
  code?: number;
  /** Why it cannot be handed over again; absent where it can. */
  notReplayable?: "not_to_plugin" | "not_a_request" | "method" | "too_long";
}

/** A request that can be handed over again, unmasked: it never leaves the process but towards its plugin. */
export interface KeptRequest {
  method: string;
  /** Without `meta`. */
  params: Record<string, unknown>;
}

/** Only what is asked of a plugin again and again anyway; settings and secrets are in none of these. */
export const replayableMethods: ReadonlySet<string> = new Set([
  "health.check",
  "smoke.run",
  "messages.send",
  "ingress.handle",
]);
