/** Where a glass needs a second person: one asks to break it, another lets it be broken, and the first breaks it. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { auditing, operating, Page, Reason, Strict, Time } from "./schemas.ts";
import { FieldGroup, Permission } from "./browser.ts";
import { GlassDetail, glassMinutes, GlassPurpose, GlassReason, GlassTarget, WantedGlass } from "./glasses.ts";

/** `approved`: it can be opened now, once, by who asked. */
export const glassRequestStates = ["waiting", "approved", "refused", "opened", "expired"] as const;
export const GlassRequest = Strict({
  id: Type.String(),
  state: Type.Enum(glassRequestStates),
  target: GlassTarget,
  /** Masked. */
  title: Type.String(),
  purpose: GlassPurpose,
  /** The purpose in words. */
  purposeLabel: Type.String(),
  reason: GlassReason,
  caseReference: Type.Optional(Type.String()),
  fields: Type.Array(FieldGroup),
  minutes: Type.Enum(glassMinutes),
  requestedBy: Type.String(),
  requestedAt: Time,
  decidedBy: Type.Optional(Type.String()),
  decidedAt: Type.Optional(Time),
  refusal: Type.Optional(Type.String()),
  /** Until when it can be approved, and then until when it can be opened. */
  until: Time,
  openedAt: Type.Optional(Time),
  can: Type.Array(Permission),
});
export type GlassRequest = Static<typeof GlassRequest>;
const RequestParams = Strict({ request: Type.String({ maxLength: 60 }) });
const holding = ["administrator", "operator", "auditor"] as const;

const list = defineOperation({
  id: "listGlassRequests",
  method: "GET",
  path: "/api/v1/glass-requests",
  tag: "glasses",
  summary: "List which glasses somebody asked another person to let be broken; who may not decide sees their own",
  access: holding,
  console: { screen: "/records/glass-requests" },
  audit: "intent",
  query: Strict(Page),
  responses: { 200: Strict({ items: Type.Array(GlassRequest), next: Type.Optional(Type.String()) }) },
});
const request = defineOperation({
  id: "requestGlass",
  method: "POST",
  path: "/api/v1/glass-requests",
  tag: "glasses",
  summary: "Ask another person to let a glass be broken",
  access: operating,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  body: WantedGlass,
  responses: { 201: GlassRequest },
});
const approve = defineOperation({
  id: "approveGlassRequest",
  method: "POST",
  path: "/api/v1/glass-requests/{request}/approve",
  tag: "glasses",
  summary: "Let a glass be broken that somebody else asked for; it can be opened for fifteen minutes",
  access: auditing,
  console: { screen: "/records/glass-requests" },
  audit: "intent",
  stepUp: true,
  params: RequestParams,
  responses: { 200: GlassRequest },
});
const refuse = defineOperation({
  id: "refuseGlassRequest",
  method: "POST",
  path: "/api/v1/glass-requests/{request}/refuse",
  tag: "glasses",
  summary: "Refuse a glass, with a reason; who asked for it takes it back so",
  access: holding,
  console: { screen: "/records/glass-requests" },
  audit: "intent",
  params: RequestParams,
  body: Strict({ reason: Reason }),
  responses: { 200: GlassRequest },
});
const open = defineOperation({
  id: "openRequestedGlass",
  method: "POST",
  path: "/api/v1/glass-requests/{request}/open",
  tag: "glasses",
  summary: "Break the glass that another person approved, as it was asked for",
  access: operating,
  console: { screen: "/records/glass-requests" },
  audit: "intent",
  stepUp: true,
  params: RequestParams,
  responses: { 201: GlassDetail },
});

export const glassRequestOperations = [list, request, approve, refuse, open] as const;
