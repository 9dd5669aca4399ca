import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root, type Search } from "./app.ts";
import { present, textOf } from "../text/search.ts";

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: lazyRouteComponent(() => import("../screens/door/welcome.tsx"), "WelcomeScreen"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Search) => present({ next: textOf(search["next"]) }),
  component: lazyRouteComponent(() => import("../screens/door/sign-in.tsx"), "SignInScreen"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("../screens/door/invitation.tsx"), "InvitationScreen"),
});
const unseal = createRoute({
  getParentRoute: () => root,
  path: "/unseal",
  validateSearch: (search: Search) => present({ next: textOf(search["next"]) }),
  component: lazyRouteComponent(() => import("../screens/door/unseal.tsx"), "UnsealScreen"),
});

export const doorRoutes = [welcome, signIn, invitation, unseal] as const;
