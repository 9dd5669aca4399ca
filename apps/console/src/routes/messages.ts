import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inApp, type Search } from "./app.ts";
import { numberOf, oneOf, present, textOf } from "../text/search.ts";

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

const messages = createRoute({
  ...inApp("/messages"),
  validateSearch: (search: Search) =>
    present({
      state: oneOf(search["state"], messageStates),
      channel: oneOf(search["channel"], channels),
      plugin: textOf(search["plugin"]),
      cursor: textOf(search["cursor"]),
    }),
  component: lazyRouteComponent(() => import("../screens/messages/outbox.tsx"), "OutboxScreen"),
});
const compose = createRoute({
  ...inApp("/messages/compose"),
  validateSearch: (search: Search) =>
    present({
      channel: oneOf(search["channel"], channels),
      again: textOf(search["again"]),
      // A document that was taken from a record, and the patient whom it is about.
      attach: textOf(search["attach"]),
      contentType: textOf(search["contentType"]),
      size: numberOf(search["size"]),
      patient: textOf(search["patient"]),
    }),
  component: lazyRouteComponent(() => import("../screens/messages/compose.tsx"), "ComposeScreen"),
});
const routing = createRoute({
  ...inApp("/messages/routing"),
  component: lazyRouteComponent(() => import("../screens/messages/routing.tsx"), "RoutingScreen"),
});
const practice = createRoute({
  ...inApp("/messages/practice"),
  validateSearch: (search: Search) => present({ message: textOf(search["message"]), cursor: textOf(search["cursor"]) }),
  component: lazyRouteComponent(() => import("../screens/messages/practice.tsx"), "PracticeScreen"),
});
const message = createRoute({
  ...inApp("/messages/$message"),
  component: lazyRouteComponent(() => import("../screens/messages/message.tsx"), "MessageScreen"),
});

export const messageRoutes = [messages, compose, routing, practice, message] as const;
