/** Webhooks: the entrance that vendors call, and what the console shows and does about it. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import {
  everyone,
  InstanceId,
  InstanceQuery,
  operating,
  Page,
  PluginId,
  PluginParams,
  Strict,
  Time,
} from "./schemas.ts";

export const hookVerdicts = [
  "accepted",
  "bad_signature",
  "stale",
  "replayed",
  "too_large",
  "busy",
  "plugin_failed",
  "not_running",
] as const;
/** What came of a call at a hook. `accepted`: its signature was right and the plugin answered it. */
export const HookVerdict = Type.Enum(hookVerdicts);
export type HookVerdict = Static<typeof HookVerdict>;

/** Who sent it: the vendor, a person who tested the hook, or a person who handed an earlier one over again. */
export const HookOrigin = Type.Enum(["vendor", "test", "replay"]);
export type HookOrigin = Static<typeof HookOrigin>;

const HookId = Type.String({ pattern: "^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$", maxLength: 60 });
const DeliveryId = Type.String({ maxLength: 60 });

export const HookDelivery = Strict({
  id: Type.String(),
  hook: Type.String(),
  at: Time,
  method: Type.String(),
  origin: HookOrigin,
  verdict: HookVerdict,
  /** Why, as a token: a fault of the signature, or an error code. */
  reason: Type.Optional(Type.String()),
  /** What the vendor was answered. */
  status: Type.Integer(),
  /** Of the body, as far as it was read. */
  bytes: Type.Integer(),
  durationMs: Type.Integer(),
  /** The delivery that was handed over again. */
  replayOf: Type.Optional(Type.String()),
});
export type HookDelivery = Static<typeof HookDelivery>;

const Body = Type.Union([Strict({ text: Type.String() }), Strict({ base64: Type.String() })]);

export const HookDeliveryDetail = Strict({
  ...HookDelivery.properties,
  /** What arrived; absent where nothing of it was read. */
  content: Type.Optional(
    Strict({ target: Type.String(), headers: Type.Record(Type.String(), Type.String()), body: Body }),
  ),
  /** The body that the plugin answered with. */
  answer: Type.Optional(Strict({ text: Type.String(), contentType: Type.String() })),
  /** Whether it can be handed over again; if not, why. */
  replayable: Type.Boolean(),
  notReplayable: Type.Optional(Type.Enum(["signature", "no_content"])),
});
export type HookDeliveryDetail = Static<typeof HookDeliveryDetail>;

export const Hook = Strict({
  id: HookId,
  title: Type.String(),
  /** What the vendor is told to call. */
  address: Type.String(),
  methods: Type.Array(Type.String()),
  scheme: Type.Enum(["hmac", "standard-webhooks", "twilio", "ed25519"]),
  /** The scheme in an operator's words: "HMAC-SHA256 in the header x-signature". */
  plain: Type.String(),
  /** The setting that holds the secret, or the vendor's public key, and whether it is set. */
  key: Strict({ setting: Type.String(), title: Type.String(), secret: Type.Boolean(), set: Type.Boolean() }),
  replaySeconds: Type.Integer(),
  bytesMax: Type.Integer(),
  phi: Type.Boolean(),
  /** Whether a test delivery can be signed here; if not, why. */
  testable: Type.Boolean(),
  notTestable: Type.Optional(Type.Enum(["key_not_set", "vendor_only"])),
  /** What a test delivery sends unless somebody writes another body. */
  sample: Strict({ contentType: Type.String(), text: Type.String() }),
  last: Type.Optional(HookDelivery),
});
export type Hook = Static<typeof Hook>;

const receive = defineOperation({
  id: "receiveHook",
  method: "POST",
  path: "/hooks/{plugin}/{instance}/{path}",
  tag: "webhooks",
  summary: "Take a webhook of a vendor: its signature is the credential, and the plugin answers it",
  access: "public",
  console: { exempt: "called by the vendor's own servers" },
  // Each call that is heard leaves its entries by a pipeline of its own: who is nobody here is known by the signature.
  audit: "denials",
  raw: true,
  params: Strict({
    plugin: Type.String({ maxLength: 200 }),
    instance: Type.String({ maxLength: 200 }),
    path: Type.String({ maxLength: 200 }),
  }),
  bodyType: "bytes",
  bodyBytesMax: 262_144,
  responses: { 200: null },
});

const DeliveryParams = Strict({ plugin: PluginId, delivery: DeliveryId });
const list = defineOperation({
  id: "listHooks",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/hooks",
  tag: "webhooks",
  summary: "List the webhooks of an instance with their addresses",
  access: everyone,
  console: { screen: "/plugins/{id}/webhooks" },
  audit: "denials",
  params: PluginParams,
  query: InstanceQuery,
  responses: { 200: Strict({ items: Type.Array(Hook) }) },
});
const test = defineOperation({
  id: "sendTestDelivery",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/hooks/{hook}/test",
  tag: "webhooks",
  summary: "Sign a body as the vendor would and take it in by the same way",
  access: operating,
  console: { screen: "/plugins/{id}/webhooks" },
  audit: "intent",
  params: Strict({ plugin: PluginId, hook: HookId }),
  query: InstanceQuery,
  body: Strict({
    contentType: Type.Optional(Type.String({ pattern: "^[a-z]+/[a-z0-9.+-]+$", maxLength: 100 })),
    text: Type.Optional(Type.String({ maxLength: 65_536 })),
  }),
  responses: { 200: HookDelivery },
});
const deliveries = defineOperation({
  id: "listHookDeliveries",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/hook-deliveries",
  tag: "webhooks",
  summary: "List what arrived at an instance's webhooks, newest first, without its content",
  access: operating,
  console: { screen: "/plugins/{id}/webhooks" },
  audit: "denials",
  params: PluginParams,
  query: Strict({
    instance: Type.Optional(InstanceId),
    hook: Type.Optional(HookId),
    verdict: Type.Optional(HookVerdict),
    ...Page,
  }),
  responses: { 200: Strict({ items: Type.Array(HookDelivery), next: Type.Optional(Type.String()) }) },
});
const delivery = defineOperation({
  id: "getHookDelivery",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/hook-deliveries/{delivery}",
  tag: "webhooks",
  summary: "Read one delivery with its headers and body, which may hold patient data",
  access: operating,
  console: { screen: "/plugins/{id}/webhooks" },
  audit: "intent",
  params: DeliveryParams,
  query: InstanceQuery,
  responses: { 200: HookDeliveryDetail },
});
const replay = defineOperation({
  id: "replayHookDelivery",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/hook-deliveries/{delivery}/replay",
  tag: "webhooks",
  summary: "Hand a delivery to the plugin again; its signature was right when it came",
  access: operating,
  console: { screen: "/plugins/{id}/webhooks" },
  audit: "intent",
  params: DeliveryParams,
  query: InstanceQuery,
  responses: { 200: HookDelivery },
});

export const hookOperations = [receive, list, test, deliveries, delivery, replay] as const;
