/** Installing, updating and rolling back: what would change, the job that does it, and the versions of one plugin. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { Digest, OfferedVersion, SourceId, Version } from "./packages.ts";
import {
  administering,
  everyone,
  Ok,
  operating,
  Page,
  PluginId,
  PluginParams,
  Reason,
  Strict,
  Time,
} from "./schemas.ts";
import { Type } from "./type.ts";

/** Computed from the installed bytes, never taken from what somebody says. `unsigned`: taken from a file by an administrator. */
export const packageStatuses = ["verified", "signed", "modified", "unsigned", "revoked"] as const;

const Problem = Strict({ code: Type.String(), title: Type.String(), why: Type.String(), fix: Type.String() });
const Right = Strict({ scope: Type.String(), plain: Type.String(), reason: Type.String() });

/** What another version changes, in the order in which a person should read it. */
export const VersionDifferences = Strict({
  /** It asks for something that the running version does not have. */
  moreRights: Type.Boolean(),
  scopes: Strict({ added: Type.Array(Right), removed: Type.Array(Right) }),
  hosts: Strict({ added: Type.Array(Type.String()), removed: Type.Array(Type.String()) }),
  capabilities: Strict({ added: Type.Array(Type.String()), removed: Type.Array(Type.String()) }),
  needs: Strict({ added: Type.Array(Type.String()), removed: Type.Array(Type.String()) }),
  /** What happens to the settings that are saved, a sentence each. */
  settings: Type.Array(Type.String()),
  manifest: Type.Array(
    Strict({ pointer: Type.String(), before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) }),
  ),
  /** Known once the package was fetched: before that empty, and `filesKnown` is false. */
  files: Type.Array(
    Strict({ path: Type.String(), change: Type.Enum(["added", "removed", "changed"]), bytes: Type.Integer() }),
  ),
  filesKnown: Type.Boolean(),
});
export type VersionDifferences = Static<typeof VersionDifferences>;

/** One step of what has to be installed, dependencies first. */
export const PlannedInstall = Strict({
  plugin: PluginId,
  name: Type.String(),
  from: Type.Optional(Type.String()),
  to: Version,
  digest: Digest,
  source: Type.Optional(SourceId),
  /** In words: asked for, or which plugin needs it. */
  because: Type.String(),
});
export type PlannedInstall = Static<typeof PlannedInstall>;

export const installKinds = ["install", "update", "downgrade", "reinstall", "roll_back"] as const;
export const InstallPreview = Strict({
  plugin: PluginId,
  name: Type.String(),
  kind: Type.Enum(installKinds),
  from: Type.Optional(Type.String()),
  to: Version,
  digest: Digest,
  bytes: Type.Integer(),
  publisher: Type.Optional(Type.String()),
  source: Type.Optional(Strict({ id: SourceId, title: Type.String() })),
  status: Type.Enum(packageStatuses),
  differences: VersionDifferences,
  /** Everything that is installed by it, in order; the last one is what was asked for. */
  order: Type.Array(PlannedInstall),
  /** What keeps it from being installed. Those that may be overridden need a reason. */
  blocked: Type.Array(Strict({ ...Problem.properties, override: Type.Boolean(), until: Type.Optional(Time) })),
});
export type InstallPreview = Static<typeof InstallPreview>;

export const installSteps = [
  "verify",
  "unpack",
  "approve",
  "start",
  "handshake",
  "conformance",
  "smoke",
  "switch",
  "watch",
] as const;
export const installStates = [
  "running",
  "awaiting_approval",
  "watching",
  "succeeded",
  "failed",
  "rolled_back",
  "cancelled",
] as const;
export const InstallStep = Strict({
  id: Type.Enum(installSteps),
  title: Type.String(),
  state: Type.Enum(["waiting", "running", "passed", "warning", "failed", "skipped"]),
  startedAt: Type.Optional(Time),
  durationMs: Type.Optional(Type.Integer()),
  detail: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  fix: Type.Optional(Type.String()),
});
export type InstallStep = Static<typeof InstallStep>;

/** One run of the steps. It goes on by itself after a restart; until `switch` has passed the old version is what runs. */
export const InstallJob = Strict({
  id: Type.String(),
  kind: Type.Enum(installKinds),
  plugin: PluginId,
  name: Type.String(),
  from: Type.Optional(Type.String()),
  to: Version,
  digest: Digest,
  source: Type.Optional(SourceId),
  state: Type.Enum(installStates),
  steps: Type.Array(InstallStep),
  /** Rights that wait for somebody's approval. */
  approval: Type.Optional(Type.Array(Right)),
  problem: Type.Optional(Problem),
  startedAt: Time,
  startedBy: Type.String(),
  finishedAt: Type.Optional(Time),
  /** Until then a failing smoke test or too many failed calls put the old version back. */
  watchUntil: Type.Optional(Time),
  /** True while nothing was switched yet. */
  cancellable: Type.Boolean(),
  reason: Type.Optional(Type.String()),
});
export type InstallJob = Static<typeof InstallJob>;

const JobParams = Strict({ job: Type.String({ maxLength: 60 }) });
const wanted = {
  plugin: PluginId,
  /** The first in order that offers it, unless one is named. */
  source: Type.Optional(SourceId),
  /** The newest that may be taken, unless one is named. */
  version: Type.Optional(Version),
  /** A package that was uploaded: taken by an administrator, with a reason. */
  upload: Type.Optional(Digest),
};
const jobScreen = { screen: "/marketplace/installs" } as const;

const preview = defineOperation({
  id: "previewInstall",
  method: "POST",
  path: "/api/v1/marketplace/installs/preview",
  tag: "marketplace",
  summary: "Show what installing or updating would change, what else it needs and what keeps it; changes nothing",
  access: operating,
  console: { screen: "/marketplace/{id}" },
  audit: "denials",
  body: Strict(wanted),
  responses: { 200: InstallPreview },
});
const start = defineOperation({
  id: "startInstall",
  method: "POST",
  path: "/api/v1/marketplace/installs",
  tag: "marketplace",
  summary:
    "Install or update a plugin: verify, unpack, start beside the old, handshake, conformance, smoke tests, switch, watch",
  access: administering,
  console: { screen: "/marketplace/{id}" },
  audit: "intent",
  stepUp: true,
  body: Strict({
    ...wanted,
    /** Of the preview that was read: another package is refused. */
    digest: Digest,
    /** Why something that may be overridden is. */
    reason: Type.Optional(Reason),
  }),
  responses: { 202: InstallJob },
});
const list = defineOperation({
  id: "listInstalls",
  method: "GET",
  path: "/api/v1/marketplace/installs",
  tag: "marketplace",
  summary: "List install jobs, newest first",
  access: everyone,
  console: jobScreen,
  audit: "denials",
  query: Strict({ plugin: Type.Optional(PluginId), state: Type.Optional(Type.Enum(installStates)), ...Page }),
  responses: { 200: Strict({ items: Type.Array(InstallJob), next: Type.Optional(Type.String()) }) },
});
const get = defineOperation({
  id: "getInstall",
  method: "GET",
  path: "/api/v1/marketplace/installs/{job}",
  tag: "marketplace",
  summary: "Read an install job with its steps and times",
  access: everyone,
  console: jobScreen,
  audit: "denials",
  params: JobParams,
  responses: { 200: InstallJob },
});
const approve = defineOperation({
  id: "approveInstall",
  method: "POST",
  path: "/api/v1/marketplace/installs/{job}/approve",
  tag: "marketplace",
  summary: "Approve that a new version may do more; until then the old one runs",
  access: administering,
  console: jobScreen,
  audit: "intent",
  stepUp: true,
  params: JobParams,
  body: Strict({ scopes: Type.Array(Type.String({ maxLength: 300 }), { maxItems: 100 }) }),
  responses: { 200: InstallJob },
});
const cancel = defineOperation({
  id: "cancelInstall",
  method: "POST",
  path: "/api/v1/marketplace/installs/{job}/cancel",
  tag: "marketplace",
  summary: "Cancel an install job that has not switched yet; the old version goes on",
  access: operating,
  console: jobScreen,
  audit: "intent",
  params: JobParams,
  responses: { 200: InstallJob },
});
const upload = defineOperation({
  id: "uploadPackage",
  method: "POST",
  path: "/api/v1/marketplace/packages",
  tag: "marketplace",
  summary: "Upload a package; it is read and kept aside, and nothing of it runs",
  access: administering,
  console: { screen: "/plugins/add" },
  audit: "intent",
  stepUp: true,
  bodyType: "bytes",
  bodyBytesMax: 209_715_200,
  responses: {
    201: Strict({ digest: Digest, plugin: PluginId, name: Type.String(), version: Version, bytes: Type.Integer() }),
  },
});

/** A version that is kept on the disk. */
export const KeptVersion = Strict({
  version: Version,
  digest: Digest,
  status: Type.Enum(packageStatuses),
  source: Type.Optional(SourceId),
  publisher: Type.Optional(Type.String()),
  installedAt: Time,
  installedBy: Type.String(),
  running: Type.Boolean(),
  /** Why it cannot be gone back to, and what can be done instead. */
  rollBack: Strict({
    possible: Type.Boolean(),
    why: Type.Optional(Type.String()),
    instead: Type.Optional(Type.String()),
  }),
});
export const PluginVersions = Strict({
  plugin: PluginId,
  /** Absent for a plugin whose code is a linked folder, comes with Hilum, or runs elsewhere. */
  installed: Type.Optional(KeptVersion),
  kept: Type.Array(KeptVersion),
  offered: Type.Array(OfferedVersion),
  /** No update is offered while it holds. */
  pin: Type.Optional(Strict({ reason: Type.String(), at: Time, by: Type.String() })),
  /** The highest version that ran: below it a reason is needed. */
  highest: Type.Optional(Type.String()),
  history: Type.Array(
    Strict({
      at: Time,
      by: Type.String(),
      kind: Type.Enum(installKinds),
      from: Type.Optional(Type.String()),
      to: Type.String(),
      state: Type.Enum(installStates),
      job: Type.String(),
      reason: Type.Optional(Type.String()),
    }),
  ),
  /** The job that is under way. */
  job: Type.Optional(InstallJob),
});
export type PluginVersions = Static<typeof PluginVersions>;

const versionsScreen = { screen: "/plugins/{id}/versions" } as const;
const versions = defineOperation({
  id: "getVersions",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/versions",
  tag: "marketplace",
  summary: "Read which version runs, which are kept, which are offered, and who changed it when",
  access: everyone,
  console: versionsScreen,
  audit: "denials",
  params: PluginParams,
  responses: { 200: PluginVersions },
});
const pin = defineOperation({
  id: "pinPlugin",
  method: "PUT",
  path: "/api/v1/plugins/{plugin}/pin",
  tag: "marketplace",
  summary: "Hold a plugin at its version, or let it be updated again",
  access: operating,
  console: versionsScreen,
  audit: "intent",
  params: PluginParams,
  body: Strict({ pinned: Type.Boolean(), reason: Type.Optional(Reason) }),
  responses: { 200: PluginVersions },
});
const rollBack = defineOperation({
  id: "rollBackPlugin",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/roll-back",
  tag: "marketplace",
  summary: "Go back to a version that is kept",
  access: administering,
  console: versionsScreen,
  audit: "intent",
  stepUp: true,
  params: PluginParams,
  body: Strict({ digest: Digest, reason: Reason }),
  responses: { 202: InstallJob },
});
const forget = defineOperation({
  id: "forgetVersion",
  method: "DELETE",
  path: "/api/v1/plugins/{plugin}/versions/{digest}",
  tag: "marketplace",
  summary: "Delete a kept version that does not run",
  access: administering,
  console: versionsScreen,
  audit: "intent",
  params: Strict({ plugin: PluginId, digest: Digest }),
  responses: { 200: Ok },
});

/** An update that could be taken now, or why it is not. */
export const PossibleUpdate = Strict({
  plugin: PluginId,
  name: Type.String(),
  from: Type.String(),
  to: Version,
  source: SourceId,
  security: Type.Boolean(),
  moreRights: Type.Boolean(),
  /** It is left out of *update all*, and why: pinned, cooling off, more rights, does not fit. */
  held: Type.Optional(Strict({ code: Type.String(), why: Type.String(), until: Type.Optional(Time) })),
});
export type PossibleUpdate = Static<typeof PossibleUpdate>;

/** Updates one after the other; the first that fails ends it, and those behind it are not begun. */
export const UpdateRun = Strict({
  id: Type.String(),
  state: Type.Enum(["running", "succeeded", "stopped"]),
  startedAt: Time,
  startedBy: Type.String(),
  finishedAt: Type.Optional(Time),
  items: Type.Array(
    Strict({
      plugin: PluginId,
      to: Version,
      state: Type.Enum(["waiting", ...installStates]),
      job: Type.Optional(Type.String()),
      /** Why it was not begun. */
      why: Type.Optional(Type.String()),
    }),
  ),
});
export type UpdateRun = Static<typeof UpdateRun>;

const updates = defineOperation({
  id: "listUpdates",
  method: "GET",
  path: "/api/v1/marketplace/updates",
  tag: "marketplace",
  summary: "List the updates that could be taken, in the order in which *update all* takes them",
  access: everyone,
  console: { screen: "/marketplace" },
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(PossibleUpdate), run: Type.Optional(UpdateRun) }) },
});
const updateAll = defineOperation({
  id: "startUpdates",
  method: "POST",
  path: "/api/v1/marketplace/updates",
  tag: "marketplace",
  summary: "Take several updates one after the other, stopping at the first that fails",
  access: administering,
  console: { screen: "/marketplace" },
  audit: "intent",
  stepUp: true,
  body: Strict({ plugins: Type.Array(PluginId, { minItems: 1, maxItems: 200 }) }),
  responses: { 202: UpdateRun },
});
const updateRun = defineOperation({
  id: "getUpdateRun",
  method: "GET",
  path: "/api/v1/marketplace/updates/{run}",
  tag: "marketplace",
  summary: "Read how far several updates have come",
  access: everyone,
  console: { screen: "/marketplace" },
  audit: "denials",
  params: Strict({ run: Type.String({ maxLength: 60 }) }),
  responses: { 200: UpdateRun },
});

export const installOperations = [
  ...[preview, start, list, get, approve, cancel, upload],
  ...[versions, pin, rollBack, forget],
] as const;

/** Several at once. */
export const updateOperations = [updates, updateAll, updateRun] as const;
