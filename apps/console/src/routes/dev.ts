import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { numberOf, oneOf, present, textOf } from "../text/search.ts";

const devOverview = createRoute({
  ...inApp("/dev"),
  component: lazyRouteComponent(() => import("../screens/dev/overview.tsx"), "DevOverviewScreen"),
});
const devScaffold = createRoute({
  ...inApp("/dev/scaffold"),
  component: lazyRouteComponent(() => import("../screens/dev/scaffold.tsx"), "ScaffoldScreen"),
});
/** The plugin, and the instance of it, that a developer's tool works on. */
const subjectSearch = (search: Search) =>
  present({ plugin: textOf(search["plugin"]), instance: textOf(search["instance"]) });
const devManifest = createRoute({
  ...inApp("/dev/manifest"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("../screens/dev/manifest.tsx"), "ManifestScreen"),
});
const devReload = createRoute({
  ...inApp("/dev/reload"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("../screens/dev/reload.tsx"), "ReloadScreen"),
});
const devWire = createRoute({
  ...inApp("/dev/wire"),
  validateSearch: (search: Search): WireSearch =>
    present({
      ...subjectSearch(search),
      direction: oneOf(search["direction"], ["to_plugin", "from_plugin"]),
      method: textOf(search["method"]),
      frame: numberOf(search["frame"]),
    }),
  component: lazyRouteComponent(() => import("../screens/dev/wire.tsx"), "WireScreen"),
});
/** Whose frames, filters of them, and the frame that is open. */
export interface WireSearch {
  plugin?: string;
  instance?: string;
  direction?: "to_plugin" | "from_plugin";
  method?: string;
  frame?: number;
}
const devFixtures = createRoute({
  ...inApp("/dev/fixtures"),
  validateSearch: (search: Search) => ({
    ...subjectSearch(search),
    ...present({ fixture: textOf(search["fixture"]) }),
  }),
  component: lazyRouteComponent(() => import("../screens/dev/fixtures.tsx"), "FixturesScreen"),
});
const devConformance = createRoute({
  ...inApp("/dev/conformance"),
  validateSearch: (search: Search) => ({ ...subjectSearch(search), ...present({ run: textOf(search["run"]) }) }),
  component: lazyRouteComponent(() => import("../screens/dev/conformance.tsx"), "ConformanceScreen"),
});
const devPackage = createRoute({
  ...inApp("/dev/package"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("../screens/dev/package.tsx"), "PackageScreen"),
});
const devUpgrade = createRoute({
  ...inApp("/dev/upgrade"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("../screens/dev/upgrade.tsx"), "UpgradeScreen"),
});
const devApi = createRoute({
  ...inApp("/dev/api"),
  validateSearch: (search: Search) => ({
    ...subjectSearch(search),
    ...present({ q: textOf(search["q"]), operation: textOf(search["operation"]) }),
  }),
  component: lazyRouteComponent(() => import("../screens/dev/api.tsx"), "ApiScreen"),
});

export const devRoutes = [
  devOverview,
  devScaffold,
  devManifest,
  devReload,
  devWire,
  devFixtures,
  devConformance,
  devPackage,
  devUpgrade,
  devApi,
] as const;
