/** The wire inspector: the frames between host and plugin, masked where they are taken, for a limited time. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { InstanceId, InstanceQuery, operating, PluginId, PluginParams, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

export const FrameDirection = Type.Enum(["to_plugin", "from_plugin"]);
export const FrameKind = Type.Enum(["request", "result", "error", "notification"]);

/** One line of the wire. Its body is masked before it is kept: names and shapes stay, what could be a person's does not. */
export const WireFrame = Strict({
  /** Rises by one with each frame of the instance; the cursor of `after`. */
  number: Type.Integer(),
  at: Time,
  direction: FrameDirection,
  kind: FrameKind,
  /** Of an answer: the method of the request it answers. */
  method: Type.String(),
  /** JSON-RPC id; absent for notifications. */
  id: Type.Optional(Type.String()),
  /** Bytes of the line. */
  size: Type.Integer(),
  /** Of an answer: since its request. */
  durationMs: Type.Optional(Type.Number()),
  /** `params`, `result` or `error`, masked; absent where it is longer than is kept. */
  body: Type.Optional(Type.Unknown()),
  /** Code of an answered error. */
  code: Type.Optional(Type.Integer()),
  /** Whether `replayFrame` takes it; if not, why. */
  replayable: Type.Boolean(),
  notReplayable: Type.Optional(Type.Enum(["not_to_plugin", "not_a_request", "method", "too_long"])),
});
export type WireFrame = Static<typeof WireFrame>;

export const WireInspector = Strict({
  on: Type.Boolean(),
  /** When it ends by itself. */
  until: Type.Optional(Time),
  startedBy: Type.Optional(Type.String()),
  /** Frames that are kept now, and the most that are. */
  frames: Type.Integer(),
  framesMax: Type.Integer(),
  /** Frames that had to make room. */
  dropped: Type.Integer(),
  /** Whether the instance runs, so that there is a wire at all. */
  running: Type.Boolean(),
});
export type WireInspector = Static<typeof WireInspector>;

const screen = { screen: "/dev/wire" } as const;
const filters = {
  instance: Type.Optional(InstanceId),
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  direction: Type.Optional(FrameDirection),
  method: Type.Optional(Type.String({ maxLength: 100 })),
};

const get = defineOperation({
  id: "getWireInspector",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/wire",
  tag: "dev",
  summary: "Tell whether the frames between host and instance are being kept, and until when",
  access: operating,
  console: screen,
  audit: "denials",
  params: PluginParams,
  query: InstanceQuery,
  responses: { 200: WireInspector },
});
const start = defineOperation({
  id: "startWireInspector",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/wire/start",
  tag: "dev",
  summary: "Keep the frames between host and instance in memory, masked, for some minutes; begins anew when it is on",
  access: operating,
  console: screen,
  audit: "intent",
  stepUp: true,
  params: PluginParams,
  query: InstanceQuery,
  body: Strict({ minutes: Type.Integer({ minimum: 1, maximum: 60 }) }),
  responses: { 200: WireInspector },
});
const stop = defineOperation({
  id: "stopWireInspector",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/wire/stop",
  tag: "dev",
  summary: "Stop keeping frames and forget those that were kept",
  access: operating,
  console: screen,
  audit: "intent",
  params: PluginParams,
  query: InstanceQuery,
  responses: { 200: WireInspector },
});
const list = defineOperation({
  id: "listFrames",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/wire/frames",
  tag: "dev",
  summary: "List the kept frames, oldest first, with masked bodies",
  access: operating,
  console: screen,
  audit: "denials",
  params: PluginParams,
  query: Strict({ ...filters, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) }),
  responses: { 200: Strict({ items: Type.Array(WireFrame), dropped: Type.Integer() }) },
});
const tail = defineOperation({
  id: "tailFrames",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/wire/stream",
  tag: "dev",
  summary:
    "Follow the frames as server-sent events (event `frame`, data WireFrame; event `end` when the inspector ends)",
  access: operating,
  console: screen,
  audit: "denials",
  params: PluginParams,
  query: Strict(filters),
  responses: { 200: null },
  produces: "text/event-stream",
});

/** What the plugin answered to a frame that it was handed again. */
export const Replayed = Strict({
  method: Type.String(),
  call: Type.String(),
  outcome: Type.Enum(["answered", "failed"]),
  durationMs: Type.Number(),
  code: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
  /** Masked as the frames are. */
  answer: Type.Optional(Type.Unknown()),
});
export type Replayed = Static<typeof Replayed>;

const replay = defineOperation({
  id: "replayFrame",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/wire/frames/{frame}/replay",
  tag: "dev",
  summary: "Hand a kept request to the plugin again; a message only to an instance in test mode",
  access: operating,
  console: screen,
  audit: "intent",
  stepUp: true,
  params: Strict({ plugin: PluginId, frame: Type.Integer({ minimum: 1 }) }),
  query: InstanceQuery,
  responses: { 200: Replayed },
});

export const wireOperations = [get, start, stop, list, tail, replay] as const;
