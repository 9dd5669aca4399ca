import { join } from "node:path";
import type { AuditLog } from "@hilum/audit";
import type { Actor, Log } from "@hilum/contract";
import type { PlatformSettings } from "@hilum/contract/api";
import { pluginFailureData, type Host, type Sandbox, type SandboxReport } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { Installation } from "../../compose.ts";
import type { EgressFeature } from "../egress/compose-egress.ts";
import { createPagesService, type PagesService } from "../pages/pages.ts";
import { createPageHandlers } from "../pages/routes.ts";
import { practiceMailboxId } from "../practice-mailbox/manifest.ts";
import { createPracticeMailbox } from "../practice-mailbox/practice-mailbox.ts";
import { createAccessService } from "./access.ts";
import { createCallCounter, type CallCounter } from "./call-counter.ts";
import { createGrantTable, type GrantTable } from "./grant-table.ts";
import { createGrantUsageCounter } from "./grant-usage.ts";
import { createHealthService, type HealthService } from "./health.ts";
import { loadIncludedPlugins } from "./included.ts";
import { watchLifecycle, type WatchedLifecycle } from "./follow-others.ts";
import { createLifecycleService } from "./lifecycle.ts";
import { createLogHub, type LogHub } from "./log-hub.ts";
import { createPluginsService, type PluginsService } from "./plugins.ts";
import { createRegistrationService, type RegistrationService } from "./registration.ts";
import { createPluginHandlers } from "./routes.ts";
import { createInstanceRunner, type InstanceRunner, type RunnerParts } from "./runner.ts";
import { createSettingsService } from "./settings.ts";
import { createClientTokens } from "./setup/oauth/client-token.ts";
import { createTokenEndpoint } from "./setup/oauth/ask-token-endpoint.ts";
import { createSignInService } from "./setup/oauth/sign-in.ts";
import { createSignInStates } from "./setup/oauth/sign-in-state.ts";
import { createTokenKeeper } from "./setup/oauth/token-keeper.ts";
import { createTokenRenewal } from "./setup/oauth/token-renewal.ts";
import { createTrialSignIns } from "./setup/oauth/trial-sign-ins.ts";
import { createHookPort } from "./setup/hooks.ts";
import { createSetupHandlers } from "./setup/routes.ts";
import { createSetupService, type SetupService } from "./setup/setup.ts";
import { createSmokeService } from "./smoke.ts";
import { createSettingsTest } from "./test-settings.ts";

export interface PluginsParts {
  installation: Installation;
  log: Log;
  /** Names this process. */
  boot: string;
  store: Store;
  auditLog: AuditLog;
  sandbox: Sandbox;
  host(): Host;
  publicUrl(): string;
  settings(): PlatformSettings;
  disclosures: EgressFeature["disclosures"];
  holds(actor: Actor): Promise<boolean>;
  verifyPackage: RunnerParts["verifyPackage"];
}

/** Registering, setting up, enabling and watching plugins. */
export interface PluginsFeature {
  handlers: ReturnType<typeof createPluginHandlers> &
    ReturnType<typeof createSetupHandlers> &
    ReturnType<typeof createPageHandlers>;
  runner: InstanceRunner;
  grants: GrantTable;
  logs: LogHub;
  counter: CallCounter;
  pages: PagesService;
  lifecycle: WatchedLifecycle;
  health: HealthService;
  registration: RegistrationService;
  plugins: PluginsService;
  awaitedHook: SetupService["awaitedHook"];
  /** The self-test costs as much as a dozen plugins starting: it begins when somebody asks. */
  sandboxReady(): Promise<SandboxReport>;
  /** Writes down what was counted. */
  close(): Promise<void>;
}

export async function composePlugins(parts: PluginsParts): Promise<PluginsFeature> {
  const { installation, log, boot, store, auditLog, sandbox, host, settings: platformSettings } = parts;
  const testMode = (): boolean => platformSettings().environment === "test";
  let checked: Promise<SandboxReport> | undefined;
  const sandboxReady = (): Promise<SandboxReport> => (checked ??= sandbox.check());

  const grants = await createGrantTable(store.grants);
  const logs = createLogHub({ logs: store.logs, processLog: log });
  const usage = createGrantUsageCounter({ auditLog, grants: store.grants, processLog: log });
  const counter = createCallCounter({ health: store.health, source: boot });
  const askTokenEndpoint = createTokenEndpoint({ host, grants });
  const renewal = createTokenRenewal({ ask: askTokenEndpoint });
  const tokenKeeper = createTokenKeeper({ store, renewal });
  const runner = createInstanceRunner({
    verifyPackage: parts.verifyPackage,
    host,
    store,
    grants,
    hostCode: new Map([
      [practiceMailboxId, (_key, settings) => createPracticeMailbox({ practice: store.practice, settings })],
    ]),
    accessToken: (key, step) => tokenKeeper.accessToken(key, step),
    clientTokens: createClientTokens({ ask: askTokenEndpoint }),
    developmentModules: developmentModules(installation),
    publicUrl: parts.publicUrl,
  });
  const smoke = createSmokeService({ store, runner, failureData: pluginFailureData });
  const pages = createPagesService({ store, log });
  await pages.restore();
  const ownLifecycle = createLifecycleService({
    store,
    runner,
    smoke,
    disclosures: parts.disclosures,
    pages,
    sandbox: { report: () => sandbox.report(), ready: async () => (await sandboxReady(), sandbox.report()) },
    failureData: pluginFailureData,
    log,
  });
  const lifecycle = watchLifecycle(ownLifecycle);
  const health = createHealthService({ store, runner, smoke, failureData: pluginFailureData, owner: boot, log });
  const settings = createSettingsService({ store });
  const trialSignIns = createTrialSignIns({ store, settings, renewal });
  const redirectUri = (): string => `${parts.publicUrl()}/oauth/callback`;
  const setup = createSetupService({
    store,
    settings,
    runner,
    hooks: createHookPort({ hooks: store.hooks, publicUrl: parts.publicUrl }),
    signIns: createSignInStates({ signIns: store.signIns, redirectUri }),
    trialSignIns,
    failureData: pluginFailureData,
  });
  const plugins = createPluginsService({ store, runner, pages, testMode });
  const included = loadIncludedPlugins(installation.pluginsDir);
  const registration = createRegistrationService({
    store,
    included,
    localRegistration: () => platformSettings().localRegistration,
    testMode,
  });
  const access = createAccessService({ store, settings: platformSettings });
  const signIn = createSignInService({ store, settings, setup, ask: askTokenEndpoint, redirectUri });

  return {
    handlers: {
      ...createPluginHandlers(
        {
          ...{
            store,
            plugins,
            registration,
            included,
            settings,
            access,
            grants,
            lifecycle,
            health,
            smoke,
            pages,
            logs,
          },
          holds: parts.holds,
        },
        createSettingsTest({ settings, runner, signIns: trialSignIns, failureData: pluginFailureData }),
      ),
      ...createSetupHandlers({ setup, settings, lifecycle, signIn }),
      ...createPageHandlers({ store, logs }),
    },
    ...{ runner, grants, logs, counter, pages, lifecycle, health, registration, plugins, sandboxReady },
    awaitedHook: (key, hook) => setup.awaitedHook(key, hook),
    async close() {
      await counter.close();
      await usage.close();
    },
  };
}

/** A linked folder finds the SDK where its runtime looks, as it would after an installation; for Node in one file, which starts sooner. */
function developmentModules({
  packagesDir,
  modulesDir,
  pythonSdkDir,
}: Installation): RunnerParts["developmentModules"] {
  return {
    node: [
      { from: join(packagesDir, "sdk/dist/linked"), to: "/node_modules/@hilum/sdk" },
      { from: join(packagesDir, "contract"), to: "/node_modules/@hilum/contract" },
      ...["re2js", "typebox", "ws"].map((name) => ({ from: join(modulesDir, name), to: `/node_modules/${name}` })),
    ],
    python: pythonSdkDir === undefined ? [] : [{ from: pythonSdkDir, to: "/usr/lib/hilum-python" }],
    executable: [],
  };
}
