/** Registration, the plugin and its instances, settings, access, lifecycle, health, logs, remote links. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { OwnPage } from "./pages.ts";
import { administering, CauseClass, Evidence, everyone, InstanceId, InstanceQuery, Ok, operating, Page, PluginId, PluginParams, Reason, Strict, Time } from "./schemas.ts";

export const instanceStates = ["registered", "configured", "access_reviewed", "enabled", "disabled", "quarantined"] as const;
export const InstanceState = Type.Enum(instanceStates);
export type InstanceState = Static<typeof InstanceState>;
export const healthStates = ["not_tested", "healthy", "degraded", "failing"] as const;
export const HealthState = Type.Enum(healthStates);
/** What a person must do next to get the instance enabled; `null` when there is nothing. */
export const NextStep = Type.Union([Type.Enum(["code", "setup", "access", "enable", "revision"]), Type.Null()]);

export const Instance = Strict({
  plugin: PluginId, instance: InstanceId, title: Type.String(), state: InstanceState, health: HealthState, running: Type.Boolean(), testMode: Type.Boolean(),
  next: NextStep, enabledAt: Type.Optional(Time), lastSmokeRunAt: Type.Optional(Time), problem: Type.Optional(Strict({ code: Type.String(), title: Type.String(), why: Type.String(), fix: Type.String(), since: Time })),
  /** What the sandbox really gave the running process. */
  sandbox: Type.Optional(Strict({ level: Type.Enum(["isolated", "host_code", "remote", "not_available"]), controls: Type.Array(Strict({ name: Type.String(), state: Type.Enum(["active", "missing"]), how: Type.String() })) })),
});
export type Instance = Static<typeof Instance>;
export const codeStates = ["included", "installed", "linked", "host", "remote", "waiting"] as const;
export const Plugin = Strict({
  id: PluginId, name: Type.String(), version: Type.Optional(Type.String()), description: Type.Optional(Type.String()), publisher: Type.Optional(Type.String()), homepage: Type.Optional(Type.String()), license: Type.Optional(Type.String()),
  capabilities: Type.Array(Strict({ name: Type.String(), title: Type.String(), served: Type.Boolean() })), phi: Type.Enum(["none", "transit", "store"]),
  code: Type.Enum(codeStates), codePath: Type.Optional(Type.String()), digest: Type.String(), registeredAt: Time, registeredBy: Type.String(), pendingRevision: Type.Boolean(),
  instances: Type.Array(Instance),
});
export type Plugin = Static<typeof Plugin>;
export const PluginDetail = Strict({ ...Plugin.properties, manifest: Type.Record(Type.String(), Type.Unknown()), smokeTests: Type.Array(Strict({ id: Type.String(), title: Type.String(), live: Type.Boolean() })), hasSetup: Type.Boolean(), hasSettings: Type.Boolean(), /** Pages of its own, in the order of their tabs. */ pages: Type.Array(OwnPage) });
export type PluginDetail = Static<typeof PluginDetail>;

/** A manifest as a person reads it before deciding. */
export const ManifestReview = Strict({
  valid: Type.Boolean(),
  problems: Type.Array(Strict({ pointer: Type.String(), message: Type.String(), line: Type.Optional(Type.Integer()), fix: Type.Optional(Type.String()) })),
  plugin: Type.Optional(Strict({ id: Type.String(), name: Type.String(), version: Type.Optional(Type.String()), publisher: Type.Optional(Type.String()), phi: Type.String() })),
  capabilities: Type.Array(Strict({ name: Type.String(), title: Type.String(), plain: Type.String(), served: Type.Boolean() })),
  scopes: Type.Array(Strict({ scope: Type.String(), reason: Type.String(), plain: Type.String() })),
  /** What would happen: a new plugin, nothing, or a revision that waits. */
  effect: Type.Enum(["new", "same", "revision", "refused"]),
  differences: Type.Array(Strict({ pointer: Type.String(), before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) })),
  /** What approving does to the settings that are saved, a sentence each. */
  settings: Type.Array(Type.String()),
});
export type ManifestReview = Static<typeof ManifestReview>;
/** Any JSON object: the manifest is judged by its own parser, which names line, pointer and mend. */
const ManifestBody = Type.Object({}, { additionalProperties: true });

const list = defineOperation({ id: "listPlugins", method: "GET", path: "/api/v1/plugins", tag: "plugins", summary: "List plugins with their instances", access: everyone, console: { screen: "/plugins" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(Plugin) }) } });
const get = defineOperation({ id: "getPlugin", method: "GET", path: "/api/v1/plugins/{plugin}", tag: "plugins", summary: "Read one plugin", access: everyone, console: { screen: "/plugins/{id}" }, audit: "denials", params: PluginParams, responses: { 200: PluginDetail } });
const Registered = Strict({ plugin: PluginId, instance: InstanceId, outcome: Type.Enum(["registered", "unchanged", "revision_waits"]), next: NextStep, console: Type.String() });
const Waiting = Strict({ registration: Type.String(), outcome: Type.Literal("awaiting_approval"), expiresAt: Time, message: Type.String(), console: Type.String() });
const register = defineOperation({ id: "registerPlugin", method: "POST", path: "/api/v1/plugins/register", tag: "plugins", summary: "Register a plugin by its manifest", access: "public", console: { screen: "/plugins/add" }, audit: "intent", body: ManifestBody, bodyBytesMax: 262_144, responses: { 200: Registered, 201: Registered, 202: Type.Union([Waiting, Registered]) } });
const check = defineOperation({ id: "checkManifest", method: "POST", path: "/api/v1/plugins/check", tag: "plugins", summary: "Read a manifest as a person would before registering it; changes nothing", access: operating, console: { screen: "/plugins/add" }, audit: "denials", body: Strict({ text: Type.String({ maxLength: 262_144 }) }), responses: { 200: ManifestReview } });
const included = defineOperation({ id: "listIncludedPlugins", method: "GET", path: "/api/v1/plugins/included", tag: "plugins", summary: "List the plugins that come with Hilum", access: everyone, console: { screen: "/plugins/add" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(Strict({ id: Type.String(), name: Type.String(), description: Type.String(), capabilities: Type.Array(Type.String()), registered: Type.Boolean(), /** Host code: works without a sandbox and without an account. */ host: Type.Boolean() })) }) } });
const include = defineOperation({ id: "addIncludedPlugin", method: "POST", path: "/api/v1/plugins/included/{plugin}", tag: "plugins", summary: "Register a plugin that comes with Hilum, with its code", access: operating, console: { screen: "/plugins/add" }, audit: "intent", params: PluginParams, responses: { 200: Registered, 201: Registered } });
const link = defineOperation({ id: "linkFolder", method: "POST", path: "/api/v1/plugins/link", tag: "plugins", summary: "Link a folder on the server that holds hilum.json and code (development)", access: administering, console: { screen: "/plugins/add" }, audit: "intent", stepUp: true, body: Strict({ path: Type.String({ minLength: 1, maxLength: 1024 }) }), responses: { 200: Registered, 201: Registered, 202: Registered } });

export const Registration = Strict({ id: Type.String(), kind: Type.Enum(["plugin", "revision"]), plugin: Type.String(), name: Type.String(), from: Type.String(), at: Time, expiresAt: Type.Optional(Time), review: ManifestReview });
export type Registration = Static<typeof Registration>;
const RegistrationParams = Strict({ registration: Type.String({ maxLength: 60 }) });
const registrations = defineOperation({ id: "listRegistrations", method: "GET", path: "/api/v1/registrations", tag: "plugins", summary: "List plugins and revisions that wait for approval", access: operating, console: { screen: "/plugins" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(Registration) }) } });
const approve = defineOperation({ id: "approveRegistration", method: "POST", path: "/api/v1/registrations/{registration}/approve", tag: "plugins", summary: "Approve a plugin or a revision that waits", access: operating, console: { screen: "/plugins" }, audit: "intent", params: RegistrationParams, responses: { 200: Registered } });
const reject = defineOperation({ id: "rejectRegistration", method: "POST", path: "/api/v1/registrations/{registration}/reject", tag: "plugins", summary: "Reject a plugin or a revision that waits", access: operating, console: { screen: "/plugins" }, audit: "intent", params: RegistrationParams, body: Strict({ reason: Reason }), responses: { 200: Ok } });

const remove = defineOperation({ id: "removePlugin", method: "DELETE", path: "/api/v1/plugins/{plugin}", tag: "plugins", summary: "Remove a plugin: stops it, revokes its tokens, deletes settings, secrets and state; messages and audit stay", access: administering, console: { screen: "/plugins/{id}" }, audit: "intent", stepUp: true, params: PluginParams, body: Strict({ reason: Reason }), responses: { 200: Ok } });
const instanceCreate = defineOperation({ id: "createInstance", method: "POST", path: "/api/v1/plugins/{plugin}/instances", tag: "plugins", summary: "Make another instance of a plugin", access: operating, console: { screen: "/plugins/{id}" }, audit: "intent", params: PluginParams, body: Strict({ instance: InstanceId, title: Type.String({ minLength: 1, maxLength: 80 }) }), responses: { 201: Instance } });
const instanceRemove = defineOperation({ id: "removeInstance", method: "DELETE", path: "/api/v1/plugins/{plugin}/instances/{instance}", tag: "plugins", summary: "Remove an instance that is not the last", access: administering, console: { screen: "/plugins/{id}" }, audit: "intent", stepUp: true, params: Strict({ plugin: PluginId, instance: InstanceId }), body: Strict({ reason: Reason }), responses: { 200: Ok } });

export const SettingValues = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown());
/** Write-only: absent keeps the secret, `null` removes it. */
export const SecretValues = Type.Record(Type.String({ maxLength: 100 }), Type.Union([Type.String({ maxLength: 65_536 }), Type.Null()]));
export const Settings = Strict({
  /** The manifest's `config`: a declared profile of JSON Schema 2020-12. */
  schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  values: SettingValues,
  /** Only whether, when and by whom. */
  secrets: Type.Record(Type.String(), Strict({ setAt: Time, setBy: Type.String() })),
  defaults: SettingValues, revision: Type.Integer(), savedAt: Type.Optional(Time), savedBy: Type.Optional(Type.String()), testMode: Type.Boolean(),
  problems: Type.Array(Strict({ pointer: Type.String(), message: Type.String(), fix: Type.Optional(Type.String()) })),
});
export type Settings = Static<typeof Settings>;
const SettingsBody = Strict({ values: SettingValues, secrets: Type.Optional(SecretValues), /** The revision the form was read at; another one is a conflict. */ revision: Type.Integer(), testMode: Type.Optional(Type.Boolean()) });
const settingsGet = defineOperation({ id: "getSettings", method: "GET", path: "/api/v1/plugins/{plugin}/settings", tag: "settings", summary: "Read an instance's settings; secrets only as set or not", access: operating, console: { screen: "/plugins/{id}/settings" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Settings } });
const settingsSave = defineOperation({ id: "saveSettings", method: "PUT", path: "/api/v1/plugins/{plugin}/settings", tag: "settings", summary: "Save an instance's settings and secrets", access: operating, console: { screen: "/plugins/{id}/settings" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: SettingsBody, responses: { 200: Settings } });
export const Checked = Strict({ ok: Type.Boolean(), rows: Type.Array(Evidence) });
const settingsTest = defineOperation({ id: "testSettings", method: "POST", path: "/api/v1/plugins/{plugin}/settings/test", tag: "settings", summary: "Test settings with the provider without saving them", access: operating, console: { screen: "/plugins/{id}/settings" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: Strict({ values: SettingValues, secrets: Type.Optional(SecretValues) }), responses: { 200: Checked } });
export const SettingsRevision = Strict({ revision: Type.Integer(), at: Time, by: Type.String(), changes: Type.Array(Strict({ name: Type.String(), secret: Type.Boolean(), before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) })) });
const settingsHistory = defineOperation({ id: "listSettingsRevisions", method: "GET", path: "/api/v1/plugins/{plugin}/settings/revisions", tag: "settings", summary: "Read who changed which setting when", access: operating, console: { screen: "/plugins/{id}/settings" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Strict({ items: Type.Array(SettingsRevision) }) } });
const settingsRestore = defineOperation({ id: "restoreSettings", method: "POST", path: "/api/v1/plugins/{plugin}/settings/revisions/{revision}/restore", tag: "settings", summary: "Make an earlier revision the newest one; secrets stay as they are", access: operating, console: { screen: "/plugins/{id}/settings" }, audit: "intent", params: Strict({ plugin: PluginId, revision: Type.Integer({ minimum: 1 }) }), query: InstanceQuery, responses: { 200: Settings } });

export const AccessRow = Strict({
  scope: Type.String(), reason: Type.String(), plain: Type.String(), required: Type.Boolean(), decision: Type.Enum(["undecided", "granted", "denied"]),
  /** The scope with its settings filled in, as it would be pinned now. */
  resolved: Type.String(), pinned: Type.Optional(Type.String()),
  /** True when a setting changed after the grant: the grant no longer covers the resolved value. */
  stale: Type.Boolean(), decidedAt: Type.Optional(Time), decidedBy: Type.Optional(Type.String()),
  used30Days: Type.Integer(), lastUsedAt: Type.Optional(Time), /** Narrower scopes that may be granted instead. */ narrower: Type.Array(Type.String()),
});
export const Access = Strict({ rows: Type.Array(AccessRow), implied: Type.Array(Strict({ plain: Type.String() })), never: Type.Array(Strict({ plain: Type.String() })), reviewed: Type.Boolean(), phi: Type.String(), addresses: Type.Array(Strict({ cidr: Type.String(), reason: Type.String() })), advice: Type.Array(Strict({ scope: Type.String(), text: Type.String() })) });
export type Access = Static<typeof Access>;
const accessGet = defineOperation({ id: "getAccess", method: "GET", path: "/api/v1/plugins/{plugin}/access", tag: "access", summary: "Read what was requested, granted and used", access: everyone, console: { screen: "/plugins/{id}/access" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Access } });
const accessDecide = defineOperation({ id: "decideAccess", method: "PUT", path: "/api/v1/plugins/{plugin}/access", tag: "access", summary: "Grant, narrow or deny scopes", access: administering, console: { screen: "/plugins/{id}/access" }, audit: "intent", stepUp: true, params: PluginParams, query: InstanceQuery, body: Strict({ decisions: Type.Array(Strict({ scope: Type.String({ maxLength: 300 }), decision: Type.Enum(["granted", "denied"]), narrowedTo: Type.Optional(Type.String({ maxLength: 300 })) }), { minItems: 1, maxItems: 100 }) }), responses: { 200: Access } });

export const Gate = Strict({ ready: Type.Boolean(), rows: Type.Array(Evidence) });
const gateGet = defineOperation({ id: "getEnableGate", method: "GET", path: "/api/v1/plugins/{plugin}/gate", tag: "lifecycle", summary: "Read what Enable would check, without running the smoke tests", access: operating, console: { screen: "/plugins/{id}" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Gate } });
const enable = defineOperation({ id: "enableInstance", method: "POST", path: "/api/v1/plugins/{plugin}/enable", tag: "lifecycle", summary: "Run the gate and enable the instance; override only with a reason", access: operating, console: { screen: "/plugins/{id}" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: Strict({ override: Type.Optional(Strict({ reason: Reason })) }), responses: { 200: Strict({ enabled: Type.Boolean(), gate: Gate, instance: Instance }) } });
const disable = defineOperation({ id: "disableInstance", method: "POST", path: "/api/v1/plugins/{plugin}/disable", tag: "lifecycle", summary: "Drain and disable the instance", access: operating, console: { screen: "/plugins/{id}" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: Strict({ reason: Type.Optional(Reason) }), responses: { 200: Instance } });
const restart = defineOperation({ id: "restartInstance", method: "POST", path: "/api/v1/plugins/{plugin}/restart", tag: "lifecycle", summary: "Restart the instance's process; lifts a quarantine", access: operating, console: { screen: "/plugins/{id}" }, audit: "intent", params: PluginParams, query: InstanceQuery, responses: { 200: Instance } });

export const SmokeResult = Strict({ ...Evidence.properties, test: Type.String(), live: Type.Boolean() });
export const SmokeRun = Strict({ id: Type.String(), trigger: Type.Enum(["person", "schedule", "enable", "change"]), by: Type.String(), startedAt: Time, finishedAt: Type.Optional(Time), status: Type.Enum(["running", "passed", "failed", "no_tests"]), results: Type.Array(SmokeResult) });
export type SmokeRun = Static<typeof SmokeRun>;
export const Health = Strict({
  state: HealthState, sentence: Type.String(), running: Type.Boolean(), checkedAt: Type.Optional(Time), checks: Type.Array(Evidence),
  schedule: Strict({ everyMinutes: Type.Integer(), nextAt: Type.Optional(Time) }), lastRun: Type.Optional(SmokeRun),
  /** The newest 90 days, oldest first: the worst state of each. */
  days: Type.Array(Strict({ day: Type.String(), state: HealthState, runs: Type.Integer(), failed: Type.Integer() })),
  restarts: Type.Integer(), restartBudget: Type.Integer(), startedAt: Type.Optional(Time), memoryBytes: Type.Optional(Type.Integer()), calls: Strict({ total: Type.Integer(), failed: Type.Integer(), p50Ms: Type.Optional(Type.Number()), p95Ms: Type.Optional(Type.Number()) }),
});
export type Health = Static<typeof Health>;
const healthGet = defineOperation({ id: "getPluginHealth", method: "GET", path: "/api/v1/plugins/{plugin}/health", tag: "health", summary: "Read an instance's health", access: everyone, console: { screen: "/plugins/{id}/health" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Health } });
const healthCheck = defineOperation({ id: "checkPluginHealth", method: "POST", path: "/api/v1/plugins/{plugin}/health/check", tag: "health", summary: "Ask the plugin for its live checks now", access: operating, console: { screen: "/plugins/{id}/health" }, audit: "intent", params: PluginParams, query: InstanceQuery, responses: { 200: Health } });
const smokeRun = defineOperation({ id: "runSmokeTests", method: "POST", path: "/api/v1/plugins/{plugin}/smoke-runs", tag: "health", summary: "Run all or some smoke tests now", access: operating, console: { screen: "/plugins/{id}/health" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: Strict({ tests: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 50 })), /** Live tests send for real; to whom. */ recipient: Type.Optional(Type.String({ maxLength: 254 })) }), responses: { 200: SmokeRun } });
const smokeList = defineOperation({ id: "listSmokeRuns", method: "GET", path: "/api/v1/plugins/{plugin}/smoke-runs", tag: "health", summary: "List smoke-test runs, newest first", access: everyone, console: { screen: "/plugins/{id}/health" }, audit: "denials", params: PluginParams, query: Strict({ instance: Type.Optional(InstanceId), ...Page }), responses: { 200: Strict({ items: Type.Array(SmokeRun), next: Type.Optional(Type.String()) }) } });
const schedulePut = defineOperation({ id: "saveSmokeSchedule", method: "PUT", path: "/api/v1/plugins/{plugin}/health/schedule", tag: "health", summary: "Choose how often smoke tests run; 0 turns the schedule off", access: operating, console: { screen: "/plugins/{id}/health" }, audit: "intent", params: PluginParams, query: InstanceQuery, body: Strict({ everyMinutes: Type.Integer({ minimum: 0, maximum: 10_080 }) }), responses: { 200: Health } });

export const LogLine = Strict({ id: Type.Integer(), at: Time, level: Type.Enum(["debug", "info", "warn", "error"]), source: Type.Enum(["plugin", "stderr", "host"]), text: Type.String(), call: Type.Optional(Type.String()) });
export type LogLine = Static<typeof LogLine>;
const logsQuery = { instance: Type.Optional(InstanceId), level: Type.Optional(Type.Enum(["debug", "info", "warn", "error"])), after: Type.Optional(Type.Integer({ minimum: 0 })) };
const logs = defineOperation({ id: "listPluginLogs", method: "GET", path: "/api/v1/plugins/{plugin}/logs", tag: "logs", summary: "Read an instance's newest log lines", access: operating, console: { screen: "/plugins/{id}/logs" }, audit: "denials", params: PluginParams, query: Strict({ ...logsQuery, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }), responses: { 200: Strict({ items: Type.Array(LogLine), dropped: Type.Integer() }) } });
const logsStream = defineOperation({ id: "tailPluginLogs", method: "GET", path: "/api/v1/plugins/{plugin}/logs/stream", tag: "logs", summary: "Follow an instance's log as server-sent events (event `line`, data LogLine)", access: operating, console: { screen: "/plugins/{id}/logs" }, audit: "denials", params: PluginParams, query: Strict(logsQuery), responses: { 200: null }, produces: "text/event-stream" });

export const RemoteToken = Strict({ id: Type.String(), kind: Type.Enum(["enrolment", "link"]), createdAt: Time, createdBy: Type.String(), expiresAt: Time, lastUsedAt: Type.Optional(Time), state: Type.Enum(["open", "used", "connected", "expired", "revoked"]), fingerprint: Type.Optional(Type.String()) });
const remoteList = defineOperation({ id: "listRemoteLinks", method: "GET", path: "/api/v1/plugins/{plugin}/remote", tag: "remote", summary: "List enrolment codes and links of a remote plugin", access: operating, console: { screen: "/plugins/{id}/access" }, audit: "denials", params: PluginParams, query: InstanceQuery, responses: { 200: Strict({ items: Type.Array(RemoteToken) }) } });
const enrolmentCreate = defineOperation({ id: "createEnrolment", method: "POST", path: "/api/v1/plugins/{plugin}/remote/enrolments", tag: "remote", summary: "Make a single-use enrolment code for a plugin that runs elsewhere; shown once", access: administering, console: { screen: "/plugins/{id}/access" }, audit: "intent", stepUp: true, params: PluginParams, query: InstanceQuery, responses: { 201: Strict({ code: Type.String(), expiresAt: Time, link: RemoteToken }) } });
const remoteRevoke = defineOperation({ id: "revokeRemoteLink", method: "DELETE", path: "/api/v1/plugins/{plugin}/remote/{link}", tag: "remote", summary: "Revoke an enrolment code or a link at once", access: operating, console: { screen: "/plugins/{id}/access" }, audit: "intent", params: Strict({ plugin: PluginId, link: Type.String({ maxLength: 60 }) }), query: InstanceQuery, responses: { 204: null } });
const enrol = defineOperation({ id: "enrolRemotePlugin", method: "POST", path: "/api/v1/remote/enrol", tag: "remote", summary: "Exchange an enrolment code and a public key for a link", access: "public", console: { exempt: "called by the plugin's own program" }, audit: "intent", body: Strict({ code: Type.String({ maxLength: 4096 }), /** Ed25519 public key, SPKI, base64url. */ publicKey: Type.String({ maxLength: 200 }) }), responses: { 201: Strict({ link: Type.String(), plugin: PluginId, instance: InstanceId }) } });
const remoteToken = defineOperation({ id: "issueRemoteToken", method: "POST", path: "/api/v1/remote/token", tag: "remote", summary: "Exchange a proof of the link's key for a token of five minutes", access: "public", console: { exempt: "called by the plugin's own program" }, audit: "intent", body: Strict({ link: Type.String({ maxLength: 60 }), at: Time, nonce: Type.String({ minLength: 16, maxLength: 64 }), /** Ed25519 over `hilum-remote-token\n{link}\n{at}\n{nonce}`, base64url. */ signature: Type.String({ maxLength: 120 }) }), responses: { 200: Strict({ token: Type.String(), expiresAt: Time }) } });
const remoteConnect = defineOperation({ id: "connectRemotePlugin", method: "GET", path: "/api/v1/remote/connect", tag: "remote", summary: "Open the WebSocket that carries the plugin protocol", access: "plugin", console: { exempt: "called by the plugin's own program" }, audit: "intent", responses: { 101: null } });

/** Channel, plugin and instance whose failures are classed; used by charts. */
export const CallStats = Strict({ plugin: PluginId, instance: InstanceId, p95Ms: Type.Number(), calls: Type.Integer(), failed: Type.Integer(), cause: Type.Optional(CauseClass) });

export const pluginOperations = [list, register, check, included, include, link, get, remove, instanceCreate, instanceRemove, registrations, approve, reject, settingsGet, settingsSave, settingsTest, settingsHistory, settingsRestore, accessGet, accessDecide, gateGet, enable, disable, restart, healthGet, healthCheck, smokeRun, smokeList, schedulePut, logs, logsStream, remoteList, enrolmentCreate, remoteRevoke, enrol, remoteToken, remoteConnect] as const;
