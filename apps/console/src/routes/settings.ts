import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp } from "./app.ts";

const settings = createRoute({
  ...inApp("/settings"),
  component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "SettingsScreen"),
});
const sandbox = createRoute({
  ...inApp("/settings/sandbox"),
  component: lazyRouteComponent(() => import("../screens/settings/sandbox.tsx"), "SandboxScreen"),
});

export const settingsRoutes = [settings, sandbox] as const;
