import type { KeyObject } from "node:crypto";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import type { AuditLog } from "@hilum/audit";
import type { Actor, Log } from "@hilum/contract";
import {
  pluginFailureData,
  type Governor,
  type GrantsPort,
  type Host,
  type HostOptions,
  type InstanceStatus,
  type LanePorts,
  type Sandbox,
  type SandboxReport,
} from "@hilum/host";
import type { Store } from "@hilum/store";
import type { Config } from "./config.ts";
import type { Installation } from "./compose.ts";
import { createAuditIndexer } from "./features/audit/indexer.ts";
import { createReasons } from "./features/audit/reasons.ts";
import { createAuditHandlers } from "./features/audit/routes.ts";
import { createVerificationsService } from "./features/audit/verifications.ts";
import { composeDevtools } from "./features/devtools/compose-devtools.ts";
import { composeEgress, type EgressFeature } from "./features/egress/compose-egress.ts";
import { composeHooks } from "./features/hooks/compose-hooks.ts";
import { createAccountService } from "./features/identity/account.ts";
import { createBootstrapService } from "./features/identity/bootstrap.ts";
import { createPasswords } from "./features/identity/passwords.ts";
import { createIdentityHandlers } from "./features/identity/routes.ts";
import { createSessionsService } from "./features/identity/sessions.ts";
import { createThrottle } from "./features/identity/throttle.ts";
import { createTokensService, createUsersService } from "./features/identity/users.ts";
import { composeMarketplace } from "./features/marketplace/compose-marketplace.ts";
import { createInstalledCode } from "./features/marketplace/installs/installed-code.ts";
import { createMessageAcceptance } from "./features/messages/accept-message.ts";
import { createAttachmentsService } from "./features/messages/attachments.ts";
import { createCircuits } from "./features/messages/circuits.ts";
import { createDispatcher, type Dispatcher } from "./features/messages/dispatcher.ts";
import { createMessageHandlers } from "./features/messages/routes.ts";
import { readStanding } from "./features/messages/instance-standing.ts";
import { listRouteRepairs } from "./features/messages/route-repairs.ts";
import { createRoutingService } from "./features/messages/routing.ts";
import { createSender } from "./features/messages/send-message.ts";
import { createPagesService, type PagesService } from "./features/pages/pages.ts";
import { createPageHandlers } from "./features/pages/routes.ts";
import { createMetrics, type Metrics } from "./features/platform/metrics.ts";
import { createRepairSources } from "./features/platform/repair-sources.ts";
import { createRepairsService } from "./features/platform/repairs.ts";
import { createPlatformHandlers } from "./features/platform/routes.ts";
import { createPlatformSettings } from "./features/platform/settings.ts";
import { createAccessService } from "./features/plugins/access.ts";
import { createCallCounter } from "./features/plugins/call-counter.ts";
import { createGrantUsageCounter } from "./features/plugins/grant-usage.ts";
import { createGrantTable } from "./features/plugins/grant-table.ts";
import { createHealthService } from "./features/plugins/health.ts";
import { loadIncludedPlugins } from "./features/plugins/included.ts";
import { createLanePorts } from "./features/plugins/lane-ports.ts";
import { createLifecycleService } from "./features/plugins/lifecycle.ts";
import { createLogHub } from "./features/plugins/log-hub.ts";
import { createPluginsService } from "./features/plugins/plugins.ts";
import { createRegistrationService } from "./features/plugins/registration.ts";
import { createPluginHandlers } from "./features/plugins/routes.ts";
import { createInstanceRunner, type RunnerParts } from "./features/plugins/runner.ts";
import { createSettingsService } from "./features/plugins/settings.ts";
import { createTokenEndpoint } from "./features/plugins/setup/oauth/ask-token-endpoint.ts";
import { createTokenKeeper } from "./features/plugins/setup/oauth/token-keeper.ts";
import { createTokenRenewal } from "./features/plugins/setup/oauth/token-renewal.ts";
import { createTrialSignIns } from "./features/plugins/setup/oauth/trial-sign-ins.ts";
import { createSignInService } from "./features/plugins/setup/oauth/sign-in.ts";
import { createSignInStates } from "./features/plugins/setup/oauth/sign-in-state.ts";
import { createSetupHandlers } from "./features/plugins/setup/routes.ts";
import { createHookPort } from "./features/plugins/setup/hooks.ts";
import { createSetupService } from "./features/plugins/setup/setup.ts";
import { createSmokeService } from "./features/plugins/smoke.ts";
import { createSettingsTest } from "./features/plugins/test-settings.ts";
import { practiceMailboxId } from "./features/practice-mailbox/manifest.ts";
import { createPracticeMailbox } from "./features/practice-mailbox/practice-mailbox.ts";
import { composeRemote } from "./features/remote/compose-remote.ts";
import type { Credentials } from "./http/authentication.ts";
import type { Handlers } from "./http/request.ts";

export interface FeatureParts {
  config: Config;
  installation: Installation;
  log: Log;
  boot: string;
  store: Store;
  auditLog: AuditLog;
  auditPublic: KeyObject;
  auditDir: string;
  sandbox: Sandbox;
  host(): Host;
  ref(resource: string, id: string): string;
  certificateUntil(): Date;
  authorityPem(): string;
  /** Where people and plugins reach this server. */
  publicUrl(): string;
  governor: Governor;
}

/** What the rest of the composition takes from the features. */
export interface Features {
  handlers: Handlers;
  credentials: Credentials;
  lanes: LanePorts;
  grantsOf: GrantsPort["grantsOf"];
  decideCall: HostOptions["decideCall"];
  writeLog: HostOptions["writeLog"];
  egress: EgressFeature["ports"];
  findPage: PagesService["find"];
  onInstanceChange(status: InstanceStatus): void;
  keepReason(requestId: string, reason: string): Promise<void>;
  observeRequest(operation: string, status: number, seconds: number): void;
  /** WebSocket upgrades of remote plugins. */
  attachUpgrades(server: HttpServer): void;
  issueSetupCode(): Promise<string | undefined>;
  /** Brings up what is enabled and begins to work. */
  start(): Promise<void>;
  /** From now on health says that the process stops. */
  stop(): void;
  close(): Promise<void>;
}

const sweepEveryMs = 60_000;
const grantsEveryMs = 2_000;
/** How long a vendor's call can be looked at, and handed over again. */
const hookDaysKept = 14;

export async function composeFeatures(parts: FeatureParts): Promise<Features> {
  const { config, installation, log, boot, store, auditLog, sandbox, host } = parts;
  const startedAt = new Date();
  let stopping = false;
  let dispatcher: Dispatcher | undefined;
  const wake = (): void => dispatcher?.wake();
  /** The self-test costs as much as a dozen plugins starting: it waits until the server listens. */
  let checked: Promise<SandboxReport> | undefined;
  const sandboxReady = (): Promise<SandboxReport> => (checked ??= sandbox.check());

  const platform = await createPlatformSettings(store.platform);
  const testMode = (): boolean => platform.current().environment === "test";
  const grants = await createGrantTable(store.grants);
  const logs = createLogHub({ logs: store.logs, processLog: log });
  const usage = createGrantUsageCounter({ auditLog, grants: store.grants, processLog: log });
  const counter = createCallCounter({ health: store.health, source: boot });
  const egress = await composeEgress({ store, settings: () => platform.current(), log });
  const circuits = createCircuits();

  const askTokenEndpoint = createTokenEndpoint({ host, grants });
  const renewal = createTokenRenewal({ ask: askTokenEndpoint });
  const tokenKeeper = createTokenKeeper({ store, renewal });
  const installed = createInstalledCode({ store, dataDir: config.dataDir });
  await installed.packages.sweep();
  const runner = createInstanceRunner({
    verifyPackage: installed.verify,
    host,
    store,
    grants,
    hostCode: new Map([
      [practiceMailboxId, (_key, settings) => createPracticeMailbox({ practice: store.practice, settings })],
    ]),
    accessToken: (key, step) => tokenKeeper.accessToken(key, step),
    developmentModules: developmentModules(installation),
    publicUrl: parts.publicUrl,
  });
  const smoke = createSmokeService({ store, runner, failureData: pluginFailureData });
  const pages = createPagesService({ store, log });
  await pages.restore();
  const lifecycle = createLifecycleService({
    store,
    runner,
    smoke,
    disclosures: egress.disclosures,
    pages,
    sandbox: { report: () => sandbox.report(), ready: async () => (await sandboxReady(), sandbox.report()) },
    failureData: pluginFailureData,
    log,
  });
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
    localRegistration: () => platform.current().localRegistration,
    testMode,
  });

  const verifications = createVerificationsService({
    log: auditLog,
    dir: parts.auditDir,
    publicKey: parts.auditPublic,
    verifications: store.verifications,
    processLog: log,
  });
  const reasons = createReasons({ platform: store.platform });
  const indexer = createAuditIndexer({ log: auditLog, index: store.audit, processLog: log });
  const routing = createRoutingService({
    store,
    circuits,
    running: (key) => runner.status(key)?.state === "running",
    takesTestsOnly: (key) => runner.takesTestsOnly(key),
    testMode,
    wake,
  });
  const repairs = createRepairsService({
    snoozes: store.snoozes,
    sources: createRepairSources({
      store,
      auditLog,
      verifications,
      sandbox,
      startedAt,
      certificateUntil: parts.certificateUntil,
      egress: egress.repairs,
      routes: () => listRouteRepairs(routing),
    }),
  });
  let metrics: Promise<Metrics> | undefined;
  const loadMetrics = (): Promise<Metrics> => (metrics ??= createMetrics({ auditLog, store }));

  const passwords = createPasswords();
  const throttle = createThrottle(store.sessions);
  const bootstrap = createBootstrapService({ store, passwords, throttle });
  const sessions = createSessionsService({ store, passwords, throttle });
  const tokens = createTokensService({ store });
  const remote = composeRemote({
    store,
    host,
    governor: parts.governor,
    publicUrl: parts.publicUrl,
    authorityPem: parts.authorityPem,
  });

  const hooks = composeHooks({
    ...{ store, host, counter, governor: parts.governor, publicUrl: parts.publicUrl, ref: parts.ref },
    awaited: (key, hook) => setup.awaitedHook(key, hook),
  });

  const holds = async (actor: Actor): Promise<boolean> =>
    actor.kind === "user" ? await sessions.holds(actor) : actor.kind === "token" && (await tokens.holds(actor));
  const devtools = composeDevtools({
    ...{ config, installation, store, host, sandbox, runner, lifecycle, health, registration, pages, holds, log },
    ref: parts.ref,
  });

  const marketplace = composeMarketplace({
    ...{ config, store, installed, log, testMode, runner, lifecycle, judge: devtools.judge },
    acceptPages: (plugin) => pages.accept(plugin),
    refreshGrants: async () => void (await grants.refresh()),
  });

  const handlers: Handlers = {
    ...createPlatformHandlers({
      config,
      version: installation.version,
      store,
      auditLog,
      stopping: () => stopping,
      dashboard: { store, auditLog, verifications, plugins, repairs: repairs.open },
      repairs,
      metrics: loadMetrics,
      settings: platform,
      sandbox,
    }),
    ...createIdentityHandlers({
      bootstrap,
      sessions,
      account: createAccountService({ store, passwords }),
      users: createUsersService({ store, passwords }),
      tokens,
      platformSettings: async () => (await platform.read()).settings,
    }),
    ...createAuditHandlers({
      log: auditLog,
      index: store.audit,
      indexer,
      reasons,
      verifications,
      publicKey: parts.auditPublic,
    }),
    ...createPluginHandlers(
      {
        store,
        plugins,
        registration,
        included,
        settings,
        access: createAccessService({ store, settings: () => platform.current() }),
        grants,
        lifecycle,
        health,
        smoke,
        pages,
        logs,
        holds,
      },
      createSettingsTest({ settings, runner, signIns: trialSignIns, failureData: pluginFailureData }),
    ),
    ...createSetupHandlers({
      setup,
      settings,
      lifecycle,
      signIn: createSignInService({ store, settings, setup, ask: askTokenEndpoint, redirectUri }),
    }),
    ...createMessageHandlers({
      store,
      acceptance: createMessageAcceptance({ store, testMode, wake }),
      attachments: createAttachmentsService({ blobs: store.blobs }),
      routing,
      askAgain: circuits.probeNow,
      wake,
    }),
    ...egress.handlers,
    ...createPageHandlers({ store, logs }),
    ...remote.handlers,
    ...hooks.handlers,
    ...devtools.handlers,
    ...marketplace.handlers,
  };

  const timers = [
    setInterval(() => void sweep(store, egress).catch(() => log.warn("sweep.skipped")), sweepEveryMs).unref(),
    setInterval(() => void grants.refresh().catch(() => undefined), grantsEveryMs).unref(),
    setInterval(() => void egress.refresh().catch(() => undefined), grantsEveryMs).unref(),
  ];

  return {
    handlers,
    credentials: { session: (token) => sessions.resolve(token), apiToken: (token) => tokens.resolve(token) },
    lanes: createLanePorts({ store }),
    grantsOf: (key) => grants.grantsOf(key),
    decideCall: (request) => runner.decideCall(request),
    writeLog: (key, line) => logs.write(key, line),
    egress: egress.ports,
    findPage: pages.find,
    onInstanceChange: (status) => {
      void lifecycle
        .note(status)
        .catch(() => log.warn("plugin.state_not_kept", { plugin: status.key.plugin, instance: status.key.instance }));
      if (status.state !== "running") return;
      if (status.key.trial === undefined) circuits.reset(status.key);
      wake();
    },
    keepReason: (requestId, reason) => reasons.keep(requestId, reason),
    observeRequest: (operation, status, seconds) =>
      void loadMetrics().then((loaded) => loaded.observeRequest(operation, status, seconds)),
    attachUpgrades: (server) => remote.attachUpgrades(server),
    issueSetupCode: () => bootstrap.issueCode(),
    async start() {
      void sandboxReady();
      await store.smoke.closeInterrupted(startedAt.toISOString());
      dispatcher = createDispatcher({
        store,
        owner: boot,
        single: (await store.status()).dialect === "sqlite",
        send: createSender({ host, ref: parts.ref, counter }),
        standing: (key, message) => readStanding(runner.status(key), message.testMode || !runner.takesTestsOnly(key)),
        circuits,
        failureData: pluginFailureData,
        log,
      });
      await lifecycle.resume();
      await dispatcher.start();
      health.start();
      marketplace.start();
    },
    stop: () => void (stopping = true),
    async close() {
      stopping = true;
      for (const timer of timers) clearInterval(timer);
      await marketplace.close();
      await devtools.close();
      await health.close();
      await dispatcher?.close();
      await remote.close();
      await verifications.close();
      await indexer.close();
      await counter.close();
      await usage.close();
      await egress.close();
      await logs.flush();
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

async function sweep(store: Store, egress: EgressFeature): Promise<void> {
  const now = new Date();
  await egress.sweep(now);
  await store.sessions.sweep(now.toISOString());
  await store.registrations.sweep(now.toISOString());
  await store.remote.sweep(now.toISOString());
  await store.signIns.sweep(now.toISOString());
  await store.snoozes.sweep(now.toISOString());
  await store.health.sweep(new Date(now.getTime() - 7 * 86_400_000).toISOString());
  await store.blobs.sweep(new Date(now.getTime() - 86_400_000).toISOString());
  await store.hooks.sweep(new Date(now.getTime() - hookDaysKept * 86_400_000).toISOString());
}
