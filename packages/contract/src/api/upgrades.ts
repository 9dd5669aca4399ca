/** Bringing the code of a linked folder from one SDK version to the next. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { administering, operating, PluginId, PluginParams, Strict } from "./schemas.ts";
import { Type } from "./type.ts";

const ByHand = Strict({
  path: Type.String(),
  /** From 1. */
  line: Type.Integer({ minimum: 1 }),
  /** What to do there, in one sentence. */
  todo: Type.String(),
});

/** One numbered upgrade, and what it finds in this folder. */
export const UpgradeStep = Strict({
  number: Type.Integer(),
  /** SDK version that it leads to. */
  version: Type.String(),
  title: Type.String(),
  why: Type.String(),
  /** Files that it changes; none where there is nothing left to do. */
  files: Type.Array(Type.String()),
  /** Places that are left to a person. */
  byHand: Type.Array(ByHand),
});
export type UpgradeStep = Static<typeof UpgradeStep>;

export const UpgradePreview = Strict({
  plugin: PluginId,
  language: Type.Enum(["node", "python"]),
  /** SDK version that the folder declares; absent where it declares none, and every upgrade is asked. */
  from: Type.Optional(Type.String()),
  /** File that declares it. */
  declaredIn: Type.Optional(Type.String()),
  to: Type.String(),
  /** Stands for the files as they were looked at: `upgradePlugin` takes it. */
  basis: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  steps: Type.Array(UpgradeStep),
  /** How the declared version moves; it stays while something is left to do by hand. */
  declares: Strict({ files: Type.Array(Type.String()), byHand: Type.Array(ByHand) }),
  /** What changes in all, as a unified diff for each file. */
  files: Type.Array(Strict({ path: Type.String(), diff: Type.String() })),
  /** Files that were not looked at. */
  skipped: Type.Array(Strict({ path: Type.String(), why: Type.String() })),
});
export type UpgradePreview = Static<typeof UpgradePreview>;

export const Upgraded = Strict({
  plugin: PluginId,
  to: Type.String(),
  files: Type.Array(Type.String()),
  byHand: Type.Array(ByHand),
  /** Folder on the server that keeps the files as they were; absent where nothing was written. */
  backup: Type.Optional(Type.String()),
  /** The manifest is another one: link the folder again so that it is looked at. */
  manifestChanged: Type.Boolean(),
});
export type Upgraded = Static<typeof Upgraded>;

const preview = defineOperation({
  id: "previewUpgrade",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/upgrade/preview",
  tag: "dev",
  summary: "Show what bringing a linked folder to the newest SDK would change; writes nothing",
  access: operating,
  console: { screen: "/dev/upgrade" },
  audit: "denials",
  params: PluginParams,
  responses: { 200: UpgradePreview },
});
const download = defineOperation({
  id: "downloadUpgrade",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/upgrade/patch",
  tag: "dev",
  summary: "Download what an upgrade would change as a patch, for `git apply` or `patch -p1`",
  access: operating,
  console: { screen: "/dev/upgrade" },
  audit: "denials",
  params: PluginParams,
  responses: { 200: null },
  produces: "text/x-patch",
});
const upgrade = defineOperation({
  id: "upgradePlugin",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/upgrade",
  tag: "dev",
  summary:
    "Bring a linked folder to the newest SDK: writes all files that were shown, or none, and keeps them as they were",
  access: administering,
  console: { screen: "/dev/upgrade" },
  audit: "intent",
  stepUp: true,
  params: PluginParams,
  body: Strict({ basis: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
  responses: { 200: Upgraded },
});

export const upgradeOperations = [preview, download, upgrade] as const;
