import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp } from "./app.ts";

const dashboard = createRoute({
  ...inApp("/"),
  component: lazyRouteComponent(() => import("../screens/dashboard/dashboard.tsx"), "DashboardScreen"),
});
const repairs = createRoute({
  ...inApp("/repairs"),
  component: lazyRouteComponent(() => import("../screens/dashboard/repairs.tsx"), "RepairsScreen"),
});

export const startRoutes = [dashboard, repairs] as const;
