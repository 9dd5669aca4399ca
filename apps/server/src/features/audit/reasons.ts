import { createHash } from "node:crypto";
import type { Platform } from "@hilum/store";

/**
 * The words with which people justify what they do. They may speak of a patient, so the log holds their digest alone and
 * the database holds them sealed, by the request that they came with.
 */
export interface Reasons {
  keep(requestId: string, reason: string): Promise<void>;
  /** What was said with a request, if it still matches the digest in the log. */
  read(requestId: string | undefined, digest: unknown): Promise<string | undefined>;
}

export function createReasons({ platform }: { platform: Platform }): Reasons {
  const nameOf = (requestId: string): string => `reason:${requestId}`;
  return {
    keep: (requestId, reason) => platform.setFact(nameOf(requestId), reason),
    async read(requestId, digest) {
      if (requestId === undefined || typeof digest !== "string") return undefined;
      const reason = await platform.fact(nameOf(requestId));
      return reason !== undefined && digestOfReason(reason) === digest ? reason : undefined;
    },
  };
}

/** Binds the kept words to the log: other words have another digest. */
export function digestOfReason(reason: string): string {
  return `sha256:${createHash("sha256").update(reason, "utf8").digest("hex")}`;
}

/** The reason in a request's body, wherever an operation asks for one; `override` tells that it overrides a gate. */
export function findReason(body: unknown): { reason: string; override: boolean } | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { reason, override } = body as { reason?: unknown; override?: { reason?: unknown } };
  if (typeof reason === "string") return { reason, override: false };
  return typeof override?.reason === "string" ? { reason: override.reason, override: true } : undefined;
}
