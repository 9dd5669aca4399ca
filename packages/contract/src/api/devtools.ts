/** What a plugin's developer does: begin a plugin, see it anew on each change, pack it. */
import type { Static } from "typebox";
import { capabilityNames } from "../manifest/manifest.ts";
import { conformanceOperations } from "./conformance.ts";
import { defineOperation } from "./operation.ts";
import { administering, everyone, operating, PluginId, PluginParams, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";
import { upgradeOperations } from "./upgrades.ts";
import { wireOperations } from "./wire-inspector.ts";

export const pluginLanguages = ["node", "python"] as const;
export type PluginLanguage = (typeof pluginLanguages)[number];

/** What a new plugin is to be. */
export const ScaffoldChoice = Strict({
  language: Type.Enum(pluginLanguages),
  id: PluginId,
  name: Type.String({ minLength: 1, maxLength: 80 }),
  /** Ones that are served: those of `listScaffolds`. */
  capabilities: Type.Array(Type.Enum(capabilityNames), { minItems: 1, maxItems: 10 }),
  /** A page of its own in the console, written in React; for `node` alone. */
  pages: Type.Boolean(),
});
export type ScaffoldChoice = Static<typeof ScaffoldChoice>;

export const ScaffoldFile = Strict({
  /** From the plugin's folder, with forward slashes. */
  path: Type.String(),
  /** What it is for, in one sentence. */
  purpose: Type.String(),
  text: Type.String(),
});
export type ScaffoldFile = Static<typeof ScaffoldFile>;

export const Scaffold = Strict({
  /** Name of the folder that it would get. */
  folder: Type.String(),
  files: Type.Array(ScaffoldFile),
  /** What to run in the folder so that its tests pass. */
  test: Type.String(),
});
export type Scaffold = Static<typeof Scaffold>;

export const workspaceStates = ["not_linked", "linked", "revision_waits", "invalid"] as const;
/** A folder of the workspace that holds a manifest. */
export const WorkspaceFolder = Strict({
  folder: Type.String(),
  /** On the server: what `linkFolder` takes. */
  path: Type.String(),
  state: Type.Enum(workspaceStates),
  plugin: Type.Optional(PluginId),
  name: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
  /** First problem of the manifest, where it has one. */
  problem: Type.Optional(Type.String()),
});
export type WorkspaceFolder = Static<typeof WorkspaceFolder>;

export const Workspace = Strict({
  /** Folder on the server below which new plugins are written, and nowhere else. */
  path: Type.String(),
  writable: Type.Boolean(),
  folders: Type.Array(WorkspaceFolder),
});
export type Workspace = Static<typeof Workspace>;

const scaffolds = defineOperation({
  id: "listScaffolds",
  method: "GET",
  path: "/api/v1/dev/scaffolds",
  tag: "dev",
  summary: "List the languages and capabilities that a new plugin can begin with",
  access: everyone,
  console: { screen: "/dev/scaffold" },
  audit: "denials",
  responses: {
    200: Strict({
      languages: Type.Array(
        Strict({ id: Type.Enum(pluginLanguages), title: Type.String(), pages: Type.Boolean(), test: Type.String() }),
      ),
      capabilities: Type.Array(Strict({ name: Type.String(), title: Type.String(), plain: Type.String() })),
    }),
  },
});
const preview = defineOperation({
  id: "previewScaffold",
  method: "POST",
  path: "/api/v1/dev/scaffolds/preview",
  tag: "dev",
  summary: "Show the files of a new plugin; writes nothing",
  access: operating,
  console: { screen: "/dev/scaffold" },
  audit: "denials",
  body: ScaffoldChoice,
  responses: { 200: Scaffold },
});
const download = defineOperation({
  id: "downloadScaffold",
  method: "POST",
  path: "/api/v1/dev/scaffolds/download",
  tag: "dev",
  summary: "Download the files of a new plugin as a zip",
  access: operating,
  console: { screen: "/dev/scaffold" },
  audit: "denials",
  body: ScaffoldChoice,
  responses: { 200: null },
  produces: "application/zip",
});
const scaffold = defineOperation({
  id: "scaffoldPlugin",
  method: "POST",
  path: "/api/v1/dev/scaffolds",
  tag: "dev",
  summary: "Write the files of a new plugin into a new folder of the workspace and link it; replaces nothing",
  access: administering,
  console: { screen: "/dev/scaffold" },
  audit: "intent",
  stepUp: true,
  body: ScaffoldChoice,
  responses: { 201: Strict({ plugin: PluginId, path: Type.String(), files: Type.Array(Type.String()) }) },
});
const workspace = defineOperation({
  id: "getWorkspace",
  method: "GET",
  path: "/api/v1/dev/workspace",
  tag: "dev",
  summary: "List the plugin folders of the workspace and whether they are linked",
  access: operating,
  console: { screen: "/dev" },
  audit: "denials",
  responses: { 200: Workspace },
});
const schema = defineOperation({
  id: "getManifestSchema",
  method: "GET",
  path: "/api/v1/dev/manifest-schema",
  tag: "dev",
  summary: "Read the JSON Schema of hilum.json, for editors",
  access: everyone,
  console: { screen: "/dev/manifest" },
  audit: "denials",
  responses: { 200: Type.Record(Type.String(), Type.Unknown()) },
});

/** One reload: what made it, how long it took until each instance answered again, or why it did not happen. */
export const Reload = Strict({
  at: Time,
  /** Files that changed, from the plugin's folder; the first twenty. */
  files: Type.Array(Type.String()),
  outcome: Type.Enum(["reloaded", "not_running", "manifest_changed", "failed"]),
  /** From the change on disk as it was noticed to the last instance that answers. */
  durationMs: Type.Number(),
  instances: Type.Integer(),
  code: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
  fix: Type.Optional(Type.String()),
});
export type Reload = Static<typeof Reload>;

export const LiveReload = Strict({
  plugin: PluginId,
  on: Type.Boolean(),
  /** `events` of the operating system, or looking at the folder again and again. */
  watching: Type.Optional(Type.Enum(["events", "polling"])),
  /** Why the folder cannot be watched, as `{code, detail}`. */
  problem: Type.Optional(Strict({ code: Type.String(), detail: Type.String(), fix: Type.String() })),
  since: Type.Optional(Time),
  /** Newest first; the last twenty. */
  reloads: Type.Array(Reload),
});
export type LiveReload = Static<typeof LiveReload>;

const reloadGet = defineOperation({
  id: "getLiveReload",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/live-reload",
  tag: "dev",
  summary: "Tell whether a linked folder is watched, and how its last reloads went",
  access: operating,
  console: { screen: "/dev/reload" },
  audit: "denials",
  params: PluginParams,
  responses: { 200: LiveReload },
});
const reloadPut = defineOperation({
  id: "setLiveReload",
  method: "PUT",
  path: "/api/v1/plugins/{plugin}/live-reload",
  tag: "dev",
  summary: "Start the enabled instances of a linked folder anew whenever a file changes; off again when Hilum stops",
  access: operating,
  console: { screen: "/dev/reload" },
  audit: "intent",
  params: PluginParams,
  body: Strict({ on: Type.Boolean() }),
  responses: { 200: LiveReload },
});

/** A package before it is downloaded: what is in it, and what keeps it from being made. */
export const PackagePreview = Strict({
  /** Name of the file. */
  name: Type.String(),
  /** SHA-256 of the whole file: the same folder gives the same. */
  digest: Type.String(),
  bytes: Type.Integer(),
  files: Type.Array(Strict({ path: Type.String(), bytes: Type.Integer(), digest: Type.String() })),
});
export type PackagePreview = Static<typeof PackagePreview>;

const packPreview = defineOperation({
  id: "previewPackage",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/package/preview",
  tag: "dev",
  summary: "Show what the package of a linked folder would hold, with the digest of each file",
  access: operating,
  console: { screen: "/dev/package" },
  audit: "denials",
  params: PluginParams,
  responses: { 200: PackagePreview },
});
const pack = defineOperation({
  id: "packPlugin",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/package",
  tag: "dev",
  summary: "Download a linked folder as a package: one .hilum file, the same bytes for the same folder; not signed yet",
  access: operating,
  console: { screen: "/dev/package" },
  audit: "intent",
  params: PluginParams,
  responses: { 200: null },
  produces: "application/vnd.hilum.package+zip",
});

export const devtoolsOperations = [
  scaffolds,
  preview,
  download,
  scaffold,
  workspace,
  schema,
  reloadGet,
  reloadPut,
  ...wireOperations,
  ...conformanceOperations,
  packPreview,
  pack,
  ...upgradeOperations,
] as const;
