import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { app, root } from "./routes/app.ts";
import { auditRoutes } from "./routes/audit.ts";
import { devRoutes } from "./routes/dev.ts";
import { doorRoutes } from "./routes/door.ts";
import { marketplaceRoutes } from "./routes/marketplace.ts";
import { messageRoutes } from "./routes/messages.ts";
import { pluginRoutes } from "./routes/plugins.ts";
import { recordRoutes } from "./routes/records.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { startRoutes } from "./routes/start.ts";
import { userRoutes } from "./routes/users.ts";
import { vendorRoutes } from "./routes/vendors.ts";
import { pageFocus } from "./shell/page-store.ts";

const tree = root.addChildren([
  ...doorRoutes,
  app.addChildren([
    ...startRoutes,
    ...pluginRoutes,
    ...marketplaceRoutes,
    ...messageRoutes,
    ...recordRoutes,
    ...auditRoutes,
    ...vendorRoutes,
    ...userRoutes,
    ...settingsRoutes,
    ...devRoutes,
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
