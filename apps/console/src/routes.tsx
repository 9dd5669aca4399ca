import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { hasCode } from "./api/api-problem.ts";
import { reading } from "./api/use-api.ts";
import { AppLayout } from "./shell/app-layout.tsx";
import { pageFocus } from "./shell/page-store.ts";
import { NothingHere, Root, RouteFault } from "./shell/root.tsx";
import { numberOf, oneOf, present, textOf } from "./text/search.ts";

type Search = Record<string, unknown>;
const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: NothingHere,
  errorComponent: RouteFault,
});

/** Which instance of the plugin is shown; absent means `default`. */
const instanceSearch = (search: Search) => present({ instance: textOf(search["instance"]) });
const messageStates = [
  "queued",
  "sending",
  "retrying",
  "sent",
  "delivered",
  "dead",
  "uncertain",
  "cancelled",
  "discarded",
] as const;
const channels = ["email", "sms", "fax"] as const;
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

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./screens/door/welcome.tsx"), "WelcomeScreen"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Search) => present({ next: textOf(search["next"]) }),
  component: lazyRouteComponent(() => import("./screens/door/sign-in.tsx"), "SignInScreen"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./screens/door/invitation.tsx"), "InvitationScreen"),
});

const unseal = createRoute({
  getParentRoute: () => root,
  path: "/unseal",
  validateSearch: (search: Search) => present({ next: textOf(search["next"]) }),
  component: lazyRouteComponent(() => import("./screens/door/unseal.tsx"), "UnsealScreen"),
});

const app = createRoute({
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

const inApp = <const Path extends string>(path: Path) => ({ getParentRoute: () => app, path }) as const;

const dashboard = createRoute({
  ...inApp("/"),
  component: lazyRouteComponent(() => import("./screens/dashboard/dashboard.tsx"), "DashboardScreen"),
});
const repairs = createRoute({
  ...inApp("/repairs"),
  component: lazyRouteComponent(() => import("./screens/dashboard/repairs.tsx"), "RepairsScreen"),
});

const plugins = createRoute({
  ...inApp("/plugins"),
  validateSearch: (search: Search) => present({ q: textOf(search["q"]), state: textOf(search["state"]) }),
  component: lazyRouteComponent(() => import("./screens/plugins/plugins.tsx"), "PluginsScreen"),
});
const addPlugin = createRoute({
  ...inApp("/plugins/add"),
  validateSearch: (search: Search) =>
    present({ from: oneOf(search["from"], ["included", "paste", "folder", "program"]) }),
  component: lazyRouteComponent(() => import("./screens/plugins/add.tsx"), "AddPluginScreen"),
});
const plugin = createRoute({
  ...inApp("/plugins/$plugin"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("./screens/plugin/overview.tsx"), "OverviewScreen"),
});
const setup = createRoute({
  ...inApp("/plugins/$plugin/setup"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      step: textOf(search["step"]),
      field: textOf(search["field"]),
    }),
  component: lazyRouteComponent(() => import("./screens/plugin/setup/setup.tsx"), "SetupScreen"),
});
const access = createRoute({
  ...inApp("/plugins/$plugin/access"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("./screens/plugin/access.tsx"), "AccessScreen"),
});
const pluginSettings = createRoute({
  ...inApp("/plugins/$plugin/settings"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      field: textOf(search["field"]),
      view: oneOf(search["view"], ["generated"]),
    }),
  component: lazyRouteComponent(() => import("./screens/plugin/settings.tsx"), "PluginSettingsScreen"),
});
const health = createRoute({
  ...inApp("/plugins/$plugin/health"),
  validateSearch: (search: Search) =>
    present({ instance: textOf(search["instance"]), view: oneOf(search["view"], ["generated"]) }),
  component: lazyRouteComponent(() => import("./screens/plugin/health.tsx"), "HealthScreen"),
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
  component: lazyRouteComponent(() => import("./screens/plugin/webhooks.tsx"), "WebhooksScreen"),
});
/** Filters of what arrived, the page of it, and the delivery that is open. */
export interface WebhooksSearch {
  instance?: string;
  hook?: string;
  verdict?: (typeof verdicts)[number];
  cursor?: string;
  delivery?: string;
}
const ownPage = createRoute({
  ...inApp("/plugins/$plugin/pages/$page"),
  validateSearch: instanceSearch,
  component: lazyRouteComponent(() => import("./screens/plugin/own-page.tsx"), "OwnPageScreen"),
});
const logs = createRoute({
  ...inApp("/plugins/$plugin/logs"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      level: oneOf(search["level"], ["debug", "info", "warn", "error"]),
    }),
  component: lazyRouteComponent(() => import("./screens/plugin/logs.tsx"), "LogsScreen"),
});

const egress = createRoute({
  ...inApp("/plugins/$plugin/egress"),
  validateSearch: (search: Search) =>
    present({
      instance: textOf(search["instance"]),
      decision: oneOf(search["decision"], ["allow", "deny"]),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("./screens/plugin/egress.tsx"), "EgressScreen"),
});

const messages = createRoute({
  ...inApp("/messages"),
  validateSearch: (search: Search) =>
    present({
      state: oneOf(search["state"], messageStates),
      channel: oneOf(search["channel"], channels),
      plugin: textOf(search["plugin"]),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("./screens/messages/outbox.tsx"), "OutboxScreen"),
});
const compose = createRoute({
  ...inApp("/messages/compose"),
  validateSearch: (search: Search) =>
    present({ channel: oneOf(search["channel"], channels), again: textOf(search["again"]) }),
  component: lazyRouteComponent(() => import("./screens/messages/compose.tsx"), "ComposeScreen"),
});
const routing = createRoute({
  ...inApp("/messages/routing"),
  component: lazyRouteComponent(() => import("./screens/messages/routing.tsx"), "RoutingScreen"),
});
const practice = createRoute({
  ...inApp("/messages/practice"),
  validateSearch: (search: Search) => present({ message: textOf(search["message"]), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("./screens/messages/practice.tsx"), "PracticeScreen"),
});
const message = createRoute({
  ...inApp("/messages/$message"),
  component: lazyRouteComponent(() => import("./screens/messages/message.tsx"), "MessageScreen"),
});

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
  component: lazyRouteComponent(() => import("./screens/audit/audit.tsx"), "AuditScreen"),
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

const vendors = createRoute({
  ...inApp("/vendors"),
  validateSearch: (search: Search) => present({ host: textOf(search["host"]) }),
  component: lazyRouteComponent(() => import("./screens/vendors/vendors.tsx"), "VendorsScreen"),
});
const vendor = createRoute({
  ...inApp("/vendors/$vendor"),
  component: lazyRouteComponent(() => import("./screens/vendors/vendor.tsx"), "VendorScreen"),
});

const users = createRoute({
  ...inApp("/users"),
  component: lazyRouteComponent(() => import("./screens/users/users.tsx"), "UsersScreen"),
});
const tokens = createRoute({
  ...inApp("/users/tokens"),
  component: lazyRouteComponent(() => import("./screens/users/tokens.tsx"), "TokensScreen"),
});
const account = createRoute({
  ...inApp("/account"),
  component: lazyRouteComponent(() => import("./screens/account/account.tsx"), "AccountScreen"),
});
const settings = createRoute({
  ...inApp("/settings"),
  component: lazyRouteComponent(() => import("./screens/settings/settings.tsx"), "SettingsScreen"),
});
const keys = createRoute({
  ...inApp("/settings/keys"),
  component: lazyRouteComponent(() => import("./screens/settings/keys/keys.tsx"), "KeysScreen"),
});
const sandbox = createRoute({
  ...inApp("/settings/sandbox"),
  component: lazyRouteComponent(() => import("./screens/settings/sandbox.tsx"), "SandboxScreen"),
});

const devOverview = createRoute({
  ...inApp("/dev"),
  component: lazyRouteComponent(() => import("./screens/dev/overview.tsx"), "DevOverviewScreen"),
});
const devScaffold = createRoute({
  ...inApp("/dev/scaffold"),
  component: lazyRouteComponent(() => import("./screens/dev/scaffold.tsx"), "ScaffoldScreen"),
});
/** The plugin, and the instance of it, that a developer's tool works on. */
const subjectSearch = (search: Search) =>
  present({ plugin: textOf(search["plugin"]), instance: textOf(search["instance"]) });
const devManifest = createRoute({
  ...inApp("/dev/manifest"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("./screens/dev/manifest.tsx"), "ManifestScreen"),
});
const devReload = createRoute({
  ...inApp("/dev/reload"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("./screens/dev/reload.tsx"), "ReloadScreen"),
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
  component: lazyRouteComponent(() => import("./screens/dev/wire.tsx"), "WireScreen"),
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
  component: lazyRouteComponent(() => import("./screens/dev/fixtures.tsx"), "FixturesScreen"),
});
const devConformance = createRoute({
  ...inApp("/dev/conformance"),
  validateSearch: (search: Search) => ({ ...subjectSearch(search), ...present({ run: textOf(search["run"]) }) }),
  component: lazyRouteComponent(() => import("./screens/dev/conformance.tsx"), "ConformanceScreen"),
});
const devPackage = createRoute({
  ...inApp("/dev/package"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("./screens/dev/package.tsx"), "PackageScreen"),
});
const devUpgrade = createRoute({
  ...inApp("/dev/upgrade"),
  validateSearch: subjectSearch,
  component: lazyRouteComponent(() => import("./screens/dev/upgrade.tsx"), "UpgradeScreen"),
});
const devApi = createRoute({
  ...inApp("/dev/api"),
  validateSearch: (search: Search) => ({
    ...subjectSearch(search),
    ...present({ q: textOf(search["q"]), operation: textOf(search["operation"]) }),
  }),
  component: lazyRouteComponent(() => import("./screens/dev/api.tsx"), "ApiScreen"),
});

const tree = root.addChildren([
  welcome,
  signIn,
  invitation,
  unseal,
  app.addChildren([
    dashboard,
    repairs,
    plugins,
    addPlugin,
    plugin,
    setup,
    access,
    pluginSettings,
    health,
    webhooks,
    egress,
    ownPage,
    logs,
    messages,
    compose,
    routing,
    practice,
    message,
    audit,
    vendors,
    vendor,
    users,
    tokens,
    account,
    settings,
    keys,
    sandbox,
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
  ]),
]);

/** Every address of the console; all state that a person would want to come back to stands in it. */
export function createConsoleRouter(client: QueryClient) {
  const router = createRouter({
    routeTree: tree,
    basepath: "/admin/ui",
    context: { client },
    scrollRestoration: false,
    defaultPendingMs: 200,
    defaultPendingMinMs: 0,
  });
  router.subscribe("onBeforeNavigate", ({ pathChanged, fromLocation }) => {
    if (pathChanged && fromLocation !== undefined) pageFocus.moved();
  });
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
