/** Pages of a plugin's own in the Admin Console. */
import type { Static } from "typebox";
import { pageIcons } from "../manifest/plugin-pages.ts";
import { defineOperation } from "./operation.ts";
import { everyone, InstanceQuery, Ok, PluginParams, Strict } from "./schemas.ts";
import { Type } from "./type.ts";

/** `settings`, `health` or `pages/{path}`. */
const PageName = Type.String({ maxLength: 70, pattern: "^(settings|health|pages/[a-z][a-z0-9-]*)$" });

/** A page as the console frames it: its address, or why it has none. */
export const OwnPage = Strict({
  name: PageName,
  title: Type.String(),
  icon: Type.Optional(Type.Enum(pageIcons)),
  /** Path of its document, which holds the digest of its files. */
  src: Type.Optional(Type.String()),
  problem: Type.Optional(Strict({ code: Type.String(), title: Type.String(), why: Type.String(), fix: Type.String() })),
});
export type OwnPage = Static<typeof OwnPage>;

/** Why the console took a page away. */
export const pageFaults = ["second_load", "not_started", "unresponsive", "flood", "protocol", "focus"] as const;
export type PageFault = (typeof pageFaults)[number];

const report = defineOperation({
  id: "reportPluginPage",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/pages/reports",
  tag: "plugins",
  summary: "Report why the console took a page of the plugin away; kept in the plugin's log",
  access: everyone,
  console: { exempt: "the console itself tells when it took a page of a plugin away" },
  audit: "intent",
  params: PluginParams,
  query: InstanceQuery,
  body: Strict({ page: PageName, fault: Type.Enum(pageFaults) }),
  responses: { 200: Ok },
});

export const pageOperations = [report] as const;
