import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp } from "./app.ts";

const settings = createRoute({
  ...inApp("/settings"),
  component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "SettingsScreen"),
});
const keys = createRoute({
  ...inApp("/settings/keys"),
  component: lazyRouteComponent(() => import("../screens/settings/keys/keys.tsx"), "KeysScreen"),
});
const sandbox = createRoute({
  ...inApp("/settings/sandbox"),
  component: lazyRouteComponent(() => import("../screens/settings/sandbox.tsx"), "SandboxScreen"),
});

export const settingsRoutes = [settings, keys, sandbox] as const;
