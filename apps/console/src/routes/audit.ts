import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { numberOf, oneOf, present, textOf } from "../text/search.ts";

const audit = createRoute({
  ...inApp("/audit"),
  validateSearch: (search: Search) =>
    present({
      ...Object.fromEntries(
        (["actor", "action", "plugin", "instance", "outcome", "call", "request", "from", "to", "cursor"] as const).map(
          (name) => [name, textOf(search[name])],
        ),
      ),
      decision: oneOf(search["decision"], ["allow", "deny"]),
      entry: numberOf(search["entry"]),
      verify: oneOf(String(search["verify"]), ["true"]),
    }) as AuditSearch,
  component: lazyRouteComponent(() => import("../screens/audit/audit.tsx"), "AuditScreen"),
});
/** Filters of the audit search, the entry that is open, and whether to verify at once. */
export interface AuditSearch {
  actor?: string;
  action?: string;
  plugin?: string;
  instance?: string;
  outcome?: string;
  call?: string;
  request?: string;
  from?: string;
  to?: string;
  cursor?: string;
  decision?: "allow" | "deny";
  entry?: number;
  verify?: "true";
}

export const auditRoutes = [audit] as const;
