import type { Callers, Role } from "@hilum/contract/api";

/** What the console knows about an operation without its schemas. */
export interface OperationFacts {
  method: string;
  path: string;
  summary: string;
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

/** Path and query of a request: parameters filled in, absent query members left out. */
export function addressOf({ path }: Pick<OperationFacts, "path">, { params = {}, query = {} }: LooseInput): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "")
      search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** The same request as a command line, with a placeholder where a program puts its token. */
export function curlOf(facts: OperationFacts, input: LooseInput, origin: string): string {
  const lines = [`curl -X ${facts.method}`, `  -H "Authorization: Bearer $HILUM_TOKEN"`];
  if (facts.bytes) lines.push(`  -H "Content-Type: application/octet-stream"`, `  --data-binary @file`);
  else if (input.body !== undefined) {
    const body = JSON.stringify(input.body).replaceAll("'", String.raw`'\''`);
    lines.push(`  -H "Content-Type: application/json"`, `  -d '${body}'`);
  }
  lines.push(`  "${origin}${addressOf(facts, input)}"`);
  return lines.join(" \\\n");
}

export type MayDecision = { allowed: true } | { allowed: false; reason: string };

/** Whether a role may call an operation and, where not, who can. The server decides; this only explains beforehand. */
export function decideMay(role: Role, access: Callers): MayDecision {
  if (access === "public" || (access !== "plugin" && access.includes(role))) return { allowed: true };
  const who =
    access === "plugin" ? ["a plugin"] : access.map((name) => `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`);
  return { allowed: false, reason: `Your role is ${role}. This takes ${who.join(" or ")}.` };
}
