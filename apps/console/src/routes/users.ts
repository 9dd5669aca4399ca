import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp } from "./app.ts";

const users = createRoute({
  ...inApp("/users"),
  component: lazyRouteComponent(() => import("../screens/users/users.tsx"), "UsersScreen"),
});
const tokens = createRoute({
  ...inApp("/users/tokens"),
  component: lazyRouteComponent(() => import("../screens/users/tokens.tsx"), "TokensScreen"),
});
const account = createRoute({
  ...inApp("/account"),
  component: lazyRouteComponent(() => import("../screens/account/account.tsx"), "AccountScreen"),
});

export const userRoutes = [users, tokens, account] as const;
