import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { oneOf, present, textOf } from "../text/search.ts";

/** Which instance of the plugin is shown; absent means `default`. */
const instanceSearch = (search: Search) => present({ instance: textOf(search["instance"]) });

const verdicts = [
  "accepted",
  "bad_signature",
  "stale",
  "replayed",
  "too_large",
  "busy",
  "plugin_failed",
  "not_running",
] as const;

const plugins = createRoute({
  ...inApp("/plugins"),
  validateSearch: (search: Search) => present({ q: textOf(search["q"]), state: textOf(search["state"]) }),
  component: lazyRouteComponent(() => import("../screens/plugins/plugins.tsx"), "PluginsScreen"),
});
const addPlugin = createRoute({
  ...inApp("/plugins/add"),
  validateSearch: (search: Search) =>
    present({ from: oneOf(search["from"], ["included", "paste", "folder", "program", "package"]) }),
  component: lazyRouteComponent(() => import("../screens/plugins/add.tsx"), "AddPluginScreen"),
});
const plugin = createRoute({
  ...inApp("/plugins/$plugin"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("../screens/plugin/overview.tsx"), "OverviewScreen"),
});
const setup = createRoute({
  ...inApp("/plugins/$plugin/setup"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      step: textOf(search["step"]),
      field: textOf(search["field"]),
    }),
  component: lazyRouteComponent(() => import("../screens/plugin/setup/setup.tsx"), "SetupScreen"),
});
const access = createRoute({
  ...inApp("/plugins/$plugin/access"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("../screens/plugin/access.tsx"), "AccessScreen"),
});
const pluginSettings = createRoute({
  ...inApp("/plugins/$plugin/settings"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      field: textOf(search["field"]),
      view: oneOf(search["view"], ["generated"]),
    }),
  component: lazyRouteComponent(() => import("../screens/plugin/settings.tsx"), "PluginSettingsScreen"),
});
const health = createRoute({
  ...inApp("/plugins/$plugin/health"),
  validateSearch: (search: Search) =>
    present({ instance: textOf(search["instance"]), view: oneOf(search["view"], ["generated"]) }),
  component: lazyRouteComponent(() => import("../screens/plugin/health.tsx"), "HealthScreen"),
});
const webhooks = createRoute({
  ...inApp("/plugins/$plugin/webhooks"),
  validateSearch: (search: Search): WebhooksSearch =>
    present({
      instance: textOf(search["instance"]),
      hook: textOf(search["hook"]),
      verdict: oneOf(search["verdict"], verdicts),
      cursor: textOf(search["cursor"]),
      delivery: textOf(search["delivery"]),
    }),
  component: lazyRouteComponent(() => import("../screens/plugin/webhooks.tsx"), "WebhooksScreen"),
});
/** Filters of what arrived, the page of it, and the delivery that is open. */
export interface WebhooksSearch {
  instance?: string;
  hook?: string;
  verdict?: (typeof verdicts)[number];
  cursor?: string;
  delivery?: string;
}
const versions = createRoute({
  ...inApp("/plugins/$plugin/versions"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("../screens/plugin/versions/versions.tsx"), "VersionsScreen"),
});
const kill = createRoute({
  ...inApp("/plugins/$plugin/kill"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("../screens/plugin/kill/kill.tsx"), "KillScreen"),
});
const ownPage = createRoute({
  ...inApp("/plugins/$plugin/pages/$page"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("../screens/plugin/own-page.tsx"), "OwnPageScreen"),
});
const logs = createRoute({
  ...inApp("/plugins/$plugin/logs"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      level: oneOf(search["level"], ["debug", "info", "warn", "error"]),
    }),
  component: lazyRouteComponent(() => import("../screens/plugin/logs.tsx"), "LogsScreen"),
});

const egress = createRoute({
  ...inApp("/plugins/$plugin/egress"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      decision: oneOf(search["decision"], ["allow", "deny"]),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("../screens/plugin/egress.tsx"), "EgressScreen"),
});

export const pluginRoutes = [
  plugins,
  addPlugin,
  plugin,
  setup,
  access,
  pluginSettings,
  health,
  webhooks,
  versions,
  kill,
  ownPage,
  logs,
  egress,
] as const;
