import type { Problem } from "../errors/hilum-error.ts";
import type { CanonicalType } from "../fhir/canonical-types.ts";

/** Letters of a data scope in their order: create, read, update, delete, search (SMART App Launch v2 section 3.0.2.3). */
export type DataAction = "c" | "r" | "u" | "d" | "s";

/**
 * What a plugin may ask of the platform (DESIGN section 6). A host or port of a `net` scope is either written out or
 * the name of a setting in braces, `{config.host}`; such a scope covers nothing until it is resolved.
 */
export type Scope =
  | {
      kind: "data";
      level: "patient" | "user" | "system";
      resource: CanonicalType;
      actions: DataAction[];
      /** Search parameters that narrow it, sorted by name and value. */
      filters: [name: string, value: string][];
    }
  | { kind: "net"; protocol: "tcp" | "https"; host: string; port: string }
  | { kind: "events"; verb: "publish" | "subscribe"; type: string }
  | { kind: "operation"; plugin: string; name: string }
  | { kind: "jobs" };

export function isScope(value: Scope | Problem): value is Scope {
  return "kind" in value;
}

/** The one spelling of a scope: actions in order, filters sorted, host in lower case. */
export function formatScope(scope: Scope): string {
  switch (scope.kind) {
    case "data": {
      const filters = scope.filters.map(([name, value]) => `${name}=${value}`).join("&");
      return `${scope.level}/${scope.resource}.${scope.actions.join("")}${filters === "" ? "" : `?${filters}`}`;
    }
    case "net":
      return `net:${scope.protocol}://${scope.host}:${scope.port}`;
    case "events":
      return `events:${scope.verb}:${scope.type}`;
    case "operation":
      return `operations:call:${scope.plugin}/${scope.name}`;
    case "jobs":
      return "jobs:schedule";
  }
}

const setting = /^\{config\.([A-Za-z][A-Za-z0-9_]*)\}$/;

/** The setting that a host or port names, or undefined when it is written out. */
export function settingOf(part: string): string | undefined {
  return setting.exec(part)?.[1];
}

/** Settings whose values become part of the scope, and so of its grant. */
export function scopeSettings(scope: Scope): string[] {
  if (scope.kind !== "net") return [];
  return [scope.host, scope.port].map(settingOf).filter((name) => name !== undefined);
}

/** True when nothing of the scope is left to be filled in from settings. */
export function isResolved(scope: Scope): boolean {
  return scopeSettings(scope).length === 0;
}

/**
 * True when a grant of `grant` allows what `request` asks. Equal levels, types, hosts and ports only; a filter of the
 * grant must stand in the request too. What is not resolved covers nothing and is covered by nothing.
 */
export function coversScope(grant: Scope, request: Scope): boolean {
  if (!isResolved(grant) || !isResolved(request)) return false;
  if (grant.kind === "data" && request.kind === "data") return coversData(grant, request);
  return formatScope(grant) === formatScope(request);
}

type DataScope = Extract<Scope, { kind: "data" }>;

function coversData(grant: DataScope, request: DataScope): boolean {
  const asked = new Set(request.filters.map((filter) => filter.join("=")));
  return (
    grant.level === request.level &&
    grant.resource === request.resource &&
    request.actions.length > 0 &&
    request.actions.every((action) => grant.actions.includes(action)) &&
    grant.filters.every((filter) => asked.has(filter.join("=")))
  );
}

/** Scopes that allow less and that an operator may grant instead; empty where the scope is already the least. */
export function narrowerScopes(scope: Scope): Scope[] {
  if (scope.kind !== "data" || scope.actions.length < 2) return [];
  const without = scope.actions.map((left) => ({
    ...scope,
    actions: scope.actions.filter((action) => action !== left),
  }));
  const single = scope.actions.map((action) => ({ ...scope, actions: [action] }));
  const seen = new Map([...without, ...single].map((narrower) => [formatScope(narrower), narrower]));
  return [...seen.values()];
}
