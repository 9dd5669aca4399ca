/** The setup wizard: a session on the server that walks the steps of a manifest, and sign-in at a provider by OAuth 2. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { Checked, SecretValues, Settings, SettingValues } from "./plugins.ts";
import { Evidence, InstanceQuery, operating, PluginId, PluginParams, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/**
 * Why the wizard runs: for the first time, to change what is configured, or to renew what the provider accepts: then it
 * has only the steps that ask for secrets, and the checks.
 */
export const setupModes = ["setup", "reconfigure", "reauthenticate"] as const;
export const SetupMode = Type.Enum(setupModes);
export type SetupMode = Static<typeof SetupMode>;

const StepId = Type.String({ maxLength: 60 });
const StepParams = Strict({ plugin: PluginId, step: StepId });
const Answers = { values: SettingValues, secrets: Type.Optional(SecretValues) };

export const SetupStep = Strict({
  id: Type.String(),
  type: Type.Enum(["form", "menu", "oauth2", "check", "test", "summary"]),
  title: Type.String(),
  text: Type.Optional(Type.String()),
  help: Type.Optional(Type.String()),
  /** A page of the provider: an https address. */
  link: Type.Optional(Type.String()),
  /** `done` steps and the first open one can be gone to. */
  state: Type.Enum(["open", "current", "done"]),
  reachable: Type.Boolean(),
  /** Settings that the step asks for; of a sign-in the one that holds what it brings. */
  fields: Type.Array(Type.String()),
  options: Type.Array(Strict({ id: Type.String(), title: Type.String(), text: Type.Optional(Type.String()) })),
  /** Settings that the options of a `menu` answer. */
  sets: Type.Array(Type.String()),
  /** The option of a `menu` that was chosen. */
  chosen: Type.Optional(Type.String()),
  /** Settings whose values the plugin can list. */
  discover: Type.Array(Type.String()),
  /** True where answering also tries the answers. */
  check: Type.Boolean(),
  /** Title of the hook at which a call of the provider is awaited. */
  waitsForHook: Type.Optional(Type.String()),
  answeredAt: Type.Optional(Time),
  answeredBy: Type.Optional(Type.String()),
});

/** What the checks of one step found. */
export const SetupCheck = Strict({
  ...Checked.properties,
  at: Time,
  durationMs: Type.Number(),
  /** A call of the provider is awaited: read the setup again until it is there. */
  waiting: Type.Optional(
    Strict({
      hook: Type.String(),
      title: Type.String(),
      address: Type.Optional(Type.String()),
      since: Time,
      until: Time,
    }),
  ),
});
export type SetupCheck = Static<typeof SetupCheck>;

export const DiscoveredOption = Strict({
  value: Type.Union([Type.String(), Type.Number()]),
  title: Type.String(),
  text: Type.Optional(Type.String()),
});
/** Values that a setting may have at the provider, as they were when the plugin was asked. */
export const Discovered = Strict({
  options: Type.Array(DiscoveredOption),
  at: Time,
  /** Why there are none: the value is then typed. */
  problem: Type.Optional(Evidence),
});
export type Discovered = Static<typeof Discovered>;

/** Where the sign-in of an `oauth2` step stands. */
export const SetupSignIn = Strict({
  state: Type.Enum(["none", "waiting", "granted", "refused"]),
  /** Host of the provider's page. */
  host: Type.Optional(Type.String()),
  /** To be registered at the provider. */
  redirectUri: Type.String(),
  scopes: Type.Array(Type.String()),
  /** When a sign-in that is under way is given up. */
  until: Type.Optional(Time),
  /** Why it was refused, as a failed row. */
  problem: Type.Optional(Evidence),
  grantedAt: Type.Optional(Time),
  grantedBy: Type.Optional(Type.String()),
});
export type SetupSignIn = Static<typeof SetupSignIn>;

/** A setting that finishing would change. Secrets by name alone. */
export const SetupChange = Strict({
  name: Type.String(),
  title: Type.String(),
  secret: Type.Boolean(),
  before: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
});

/** A setup in progress, kept on the server so that it survives a reload and can be handed over. */
export const SetupSession = Strict({
  mode: SetupMode,
  steps: Type.Array(SetupStep),
  current: Type.String(),
  schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  values: SettingValues,
  secretsSet: Type.Array(Type.String()),
  checks: Type.Record(Type.String(), SetupCheck),
  /** By setting. */
  discovered: Type.Record(Type.String(), Discovered),
  /** By step. */
  signIns: Type.Record(Type.String(), SetupSignIn),
  changes: Type.Array(SetupChange),
  prepare: Type.Optional(Strict({ minutes: Type.Optional(Type.Integer()), have: Type.Array(Type.String()) })),
  startedAt: Time,
  startedBy: Type.String(),
});
export type SetupSession = Static<typeof SetupSession>;

const common = {
  tag: "setup",
  access: operating,
  console: { screen: "/plugins/{id}/setup" },
  query: InstanceQuery,
} as const;
const session = { responses: { 200: SetupSession } };

const get = defineOperation({
  ...common,
  id: "getSetup",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/setup",
  summary: "Read the setup in progress, or what a new one would ask",
  audit: "denials",
  params: PluginParams,
  ...session,
});
const begin = defineOperation({
  ...common,
  id: "beginSetup",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/setup",
  summary: "Begin a setup, a reconfiguration or a renewed sign-in; one of the same kind that is in progress goes on",
  audit: "intent",
  params: PluginParams,
  body: Strict({
    mode: SetupMode,
    /** Drops the answers of one of another kind. */ replace: Type.Optional(Type.Boolean()),
  }),
  ...session,
});
const restart = defineOperation({
  ...common,
  id: "restartSetup",
  method: "DELETE",
  path: "/api/v1/plugins/{plugin}/setup",
  summary: "Start the setup over; saved settings stay",
  audit: "intent",
  params: PluginParams,
  ...session,
});
const goTo = defineOperation({
  ...common,
  id: "goToSetupStep",
  method: "PUT",
  path: "/api/v1/plugins/{plugin}/setup/current",
  summary: "Go to a step that is done or the next open one; what was typed in the step that is left is kept",
  audit: "intent",
  params: PluginParams,
  body: Strict({
    step: StepId,
    /** Of the step that is left, as typed. */ kept: Type.Optional(Strict({ step: StepId, ...Answers })),
  }),
  ...session,
});
const answer = defineOperation({
  ...common,
  id: "answerSetupStep",
  method: "PUT",
  path: "/api/v1/plugins/{plugin}/setup/steps/{step}",
  summary: "Answer one step of the setup; its answers are tested before the next opens",
  audit: "intent",
  params: StepParams,
  body: Strict({
    ...Answers,
    option: Type.Optional(StepId),
    /** Who may receive what a step of type `test` sends. */
    recipient: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  }),
  ...session,
});
const discover = defineOperation({
  ...common,
  id: "discoverSetupOptions",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/setup/steps/{step}/discover",
  summary: "Ask the plugin which values a setting may have at the provider, with the answers so far",
  audit: "intent",
  params: StepParams,
  body: Strict({ field: Type.String({ maxLength: 64 }), ...Answers }),
  ...session,
});
const startOAuth = defineOperation({
  ...common,
  id: "startSetupOAuth",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/setup/steps/{step}/sign-in",
  summary: "Begin a sign-in at the provider: answers the address to open",
  audit: "intent",
  params: StepParams,
  responses: { 200: Strict({ address: Type.String(), until: Time, session: SetupSession }) },
});
const enterOAuth = defineOperation({
  ...common,
  id: "enterSetupOAuth",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/setup/steps/{step}/sign-in/answer",
  summary: "Enter by hand the address to which the provider sent the browser, where it could not come back",
  audit: "intent",
  params: StepParams,
  body: Strict({ address: Type.String({ minLength: 1, maxLength: 8192 }) }),
  ...session,
});
const finish = defineOperation({
  ...common,
  id: "finishSetup",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/setup/finish",
  summary: "Save what the setup gathered as the instance's settings",
  audit: "intent",
  params: PluginParams,
  query: Strict({
    ...InstanceQuery.properties,
    /** Puts the instance into test mode, or out of it. */ as: Type.Optional(Type.Enum(["live", "test"])),
  }),
  responses: { 200: Settings },
});

const Parameter = Type.Optional(Type.String({ maxLength: 4096 }));
/** RFC 6749 section 4.1.2 and RFC 9207. Providers add parameters of their own. */
const finishOAuth = defineOperation({
  id: "finishOAuth",
  method: "GET",
  path: "/oauth/callback",
  tag: "setup",
  summary: "Where a provider sends the browser after a sign-in; bound to the state and to the browser that began it",
  access: "public",
  fromElsewhere: true,
  console: { exempt: "a provider's page sends the browser here; the wizard shows what came of it" },
  audit: "intent",
  query: Type.Object(
    { state: Parameter, code: Parameter, error: Parameter, error_description: Parameter, iss: Parameter },
    { additionalProperties: true, maxProperties: 40 },
  ),
  responses: { 303: null },
  produces: "text/html",
});

export const setupOperations = [
  get,
  begin,
  restart,
  goTo,
  answer,
  discover,
  startOAuth,
  enterOAuth,
  finish,
  finishOAuth,
] as const;
