import type { Callers, Role } from "@hilum/contract/api";

/** What the console knows about an operation without its schemas. */
export interface OperationFacts {
  method: string;
  path: string;
  access: Callers;
  /** The body is bytes of any type, not JSON. */
  bytes?: boolean;
  /** Content type of an answer that is not JSON. */
  produces?: string;
}

export interface LooseInput {
  params?: Record<string, unknown> | undefined;
  query?: Record<string, unknown> | undefined;
  body?: unknown;
}

export type MayDecision = { allowed: true } | { allowed: false; reason: string };

/** Whether a role may call an operation and, where not, who can. The server decides; this only explains beforehand. */
export function decideMay(role: Role, access: Callers): MayDecision {
  if (access === "public" || (access !== "plugin" && access.includes(role))) return { allowed: true };
  const who =
    access === "plugin" ? ["a plugin"] : access.map((name) => `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`);
  return { allowed: false, reason: `Your role is ${role}. This takes ${who.join(" or ")}.` };
}
