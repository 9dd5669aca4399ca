import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, redirect } from "@tanstack/react-router";
import { hasCode } from "../api/api-problem.ts";
import { reading } from "../api/use-api.ts";
import { AppLayout } from "../shell/app-layout.tsx";
import { NothingHere, Root, RouteFault } from "../shell/root.tsx";

/** What stands behind the question mark of an address; anything may. */
export type Search = Record<string, unknown>;

export const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: NothingHere,
  errorComponent: RouteFault,
});

/** The part of the console behind the sign-in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: AppLayout,
  notFoundComponent: NothingHere,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(reading("getAccount"));
    } catch (problem) {
      if (hasCode(problem, "key.sealed"))
        throw redirect({ to: "/unseal", search: location.pathname === "/" ? {} : { next: location.href } });
      if (!hasCode(problem, "request.unauthenticated")) throw problem;
      const bootstrap = await context.client.fetchQuery(reading("getBootstrap"));
      if (bootstrap.state === "needs_administrator") throw redirect({ to: "/welcome" });
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.href } });
    }
  },
});

/** Where a route of that part hangs. */
export const inApp = <const Path extends string>(path: Path) => ({ getParentRoute: () => app, path }) as const;
