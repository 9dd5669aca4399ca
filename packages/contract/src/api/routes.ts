/** Which instances the messages of a channel go to, in which order, and what would happen to one now. */
import type { Static } from "typebox";
import { Channel } from "./messages.ts";
import { defineOperation } from "./operation.ts";
import { everyone, InstanceId, operating, PluginId, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

const Target = { plugin: PluginId, instance: InstanceId };

/** `open`: it failed again and again and is left alone until `until`. `probing`: the next message tries whether it works again. */
export const circuitStates = ["closed", "open", "probing"] as const;
export const Circuit = Strict({
  state: Type.Enum(circuitStates),
  /** Within the last minute, without a success between them. */
  failures: Type.Integer(),
  until: Type.Optional(Time),
  /** True while a rehearsal keeps messages away from it. */
  rehearsed: Type.Boolean(),
});
export type Circuit = Static<typeof Circuit>;

/** `usable`: a message could be handed to it now. */
const Standing = { title: Type.String(), usable: Type.Boolean(), why: Type.Optional(Type.String()) };
export const RouteTarget = Strict({ ...Target, ...Standing, circuit: Circuit });
export type RouteTarget = Static<typeof RouteTarget>;
export const RouteCandidate = Strict({ ...Target, ...Standing });
export type RouteCandidate = Static<typeof RouteCandidate>;

export const Route = Strict({
  channel: Channel,
  /** In the order in which they are asked. */
  targets: Type.Array(RouteTarget),
  setAt: Type.Optional(Time),
  setBy: Type.Optional(Type.String()),
  /** Every instance that sends messages. */
  candidates: Type.Array(RouteCandidate),
  /** What would happen to a message now. */
  sentence: Type.String(),
});
export type Route = Static<typeof Route>;

const RouteParams = Strict({ channel: Channel });

const list = defineOperation({
  id: "listRoutes",
  method: "GET",
  path: "/api/v1/routes",
  tag: "messages",
  summary: "Read which instances each channel goes to, in order, and how they stand",
  access: everyone,
  console: { screen: "/messages/routing" },
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(Route) }) },
});

const set = defineOperation({
  id: "setRoute",
  method: "PUT",
  path: "/api/v1/routes/{channel}",
  tag: "messages",
  summary: "Choose the instances a channel goes to, the first choice first; an empty list takes the choice away",
  access: operating,
  console: { screen: "/messages/routing" },
  audit: "intent",
  params: RouteParams,
  body: Strict({ to: Type.Array(Strict(Target), { maxItems: 10 }) }),
  responses: { 200: Route },
});

const rehearse = defineOperation({
  id: "rehearseFailover",
  method: "POST",
  path: "/api/v1/routes/{channel}/rehearsal",
  tag: "messages",
  summary: "Leave one provider of a route alone for a minute, as if it had failed, to see the next one take over",
  access: operating,
  console: { screen: "/messages/routing" },
  audit: "intent",
  params: RouteParams,
  body: Strict(Target),
  responses: { 200: Route },
});

export const routeOperations = [list, set, rehearse] as const;
