import type { KeyObject } from "node:crypto";
import type { Server as HttpServer } from "node:http";
import type { AuditLog } from "@hilum/audit";
import type { Log } from "@hilum/contract";
import type { Governor, GrantsPort, Host, HostOptions, InstanceStatus, LanePorts, Sandbox } from "@hilum/host";
import type { KeyHolder, Store } from "@hilum/store";
import type { Config } from "./config.ts";
import type { Installation } from "./compose.ts";
import { composeAudit } from "./features/audit/compose-audit.ts";
import { composeGovernance, type GovernanceFeature } from "./features/custody/compose-governance.ts";
import type { PurposeUnderGlass } from "./features/glass/purpose-under-glass.ts";
import { composeDevtools } from "./features/devtools/compose-devtools.ts";
import { composeEgress, type EgressFeature } from "./features/egress/compose-egress.ts";
import { composeHooks } from "./features/hooks/compose-hooks.ts";
import { composeIdentity } from "./features/identity/compose-identity.ts";
import { composeKeys } from "./features/keys/compose-keys.ts";
import { composeMarketplace } from "./features/marketplace/compose-marketplace.ts";
import { createSharedCheck } from "./features/marketplace/hold-lease.ts";
import { createInstalledCode, withCodeHere } from "./features/marketplace/installs/installed-code.ts";
import { composeMessages } from "./features/messages/compose-messages.ts";
import type { PagesService } from "./features/pages/pages.ts";
import { createMetrics, type Metrics } from "./features/platform/metrics.ts";
import { createRepairSources } from "./features/platform/repair-sources.ts";
import { createRepairsService } from "./features/platform/repairs.ts";
import { createPlatformHandlers } from "./features/platform/routes.ts";
import { createPlatformSettings } from "./features/platform/settings.ts";
import { createFollower } from "./features/plugins/follow-others.ts";
import { composePlugins } from "./features/plugins/compose-plugins.ts";
import { createLanePorts } from "./features/plugins/lane-ports.ts";
import { composeRecords } from "./features/records/compose-records.ts";
import { composeRemote } from "./features/remote/compose-remote.ts";
import { composeReplication } from "./features/replication/compose-replication.ts";
import type { Credentials } from "./http/authentication.ts";
import type { Handlers } from "./http/request.ts";

export interface FeatureParts {
  config: Config;
  installation: Installation;
  log: Log;
  boot: string;
  store: Store;
  /** What the key file leads to. */
  holder: KeyHolder;
  auditLog: AuditLog;
  auditPublic: KeyObject;
  auditDir: string;
  sandbox: Sandbox;
  host(): Host;
  ref(resource: string, id: string): string;
  /** Seals the links from page to page of records. */
  linkKey: Buffer;
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
  purposeUnderGlass: PurposeUnderGlass;
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
/** How often what other processes of the deployment did is looked for. */
const followEveryMs = 1_000;
/** How long a vendor's call can be looked at, and handed over again. */
const hookDaysKept = 14;

export async function composeFeatures(parts: FeatureParts): Promise<Features> {
  const { config, installation, log, boot, auditLog, sandbox, host, ref, publicUrl } = parts;
  const startedAt = new Date();
  let stopping = false;

  const isShared = createSharedCheck(parts.store);
  const installed = createInstalledCode({
    ...{ store: parts.store, dataDir: config.dataDir, isShared },
    obtain: (row) => marketplace.obtain(row),
  });
  await installed.packages.sweep();
  const store = withCodeHere(parts.store, installed.packages);
  const platform = await createPlatformSettings(store.platform);
  const egress = await composeEgress({ store, settings: () => platform.current(), log });
  const identity = composeIdentity({ store, platformSettings: async () => (await platform.read()).settings });
  const audit = composeAudit({ ...{ store, auditLog, log }, auditPublic: parts.auditPublic, auditDir: parts.auditDir });
  const plugins = await composePlugins({
    ...{ installation, log, boot, store, auditLog, sandbox, host, publicUrl },
    verifyPackage: installed.verify,
    settings: () => platform.current(),
    disclosures: egress.disclosures,
    holds: identity.holds,
  });
  const { runner, lifecycle, health, registration, pages, counter } = plugins;
  // Whoever writes records writes them through the primary store, where a plugin is that.
  const throughPrimary: Store = {
    ...store,
    records: { ...store.records, write: (writes) => replication.write(writes) },
  };
  const governance = composeGovernance({
    ...{ store: throughPrimary, host, ref, governor: parts.governor, linkKey: parts.linkKey, holds: identity.holds },
  });
  const messages = composeMessages({
    ...{ store, host, runner, counter, boot, ref, log, releases: governance.releases, mayOpen: governance.mayOpen },
    testMode: () => platform.current().environment === "test",
  });
  const remote = composeRemote({
    store,
    host,
    governor: parts.governor,
    publicUrl,
    authorityPem: parts.authorityPem,
  });
  const hooks = composeHooks({
    ...{ store, host, counter, governor: parts.governor, publicUrl, ref },
    awaited: plugins.awaitedHook,
  });
  const keys = composeKeys({ store, holder: parts.holder, keyFile: config.keyFile, owner: boot, log });
  const records = composeRecords({
    ...{ store: throughPrimary, startedAt, publicUrl, ref, governor: parts.governor, linkKey: parts.linkKey },
    guards: governance.guards,
    purposeUnderGlass: governance.purposeUnderGlass,
    grantsOf: (key) => plugins.grants.grantsOf(key),
    log,
    version: installation.version,
  });
  const replication = composeReplication({
    ...{ store, host, runner, counter, boot, ref, log, consents: governance.consents },
    testMode: () => platform.current().environment === "test",
  });
  const devtools = composeDevtools({
    ...{ config, installation, store, host, sandbox, runner, lifecycle, health, registration, pages, ref, log },
    holds: identity.holds,
  });
  const marketplace = await composeMarketplace({
    ...{ config, store, boot, installed, log, runner, lifecycle, isShared, judge: devtools.judge },
    restorePages: () => pages.restore(),
    closeLinks: (key) => remote.links.closeInstance(key),
    testMode: () => platform.current().environment === "test",
    acceptPages: (plugin) => pages.accept(plugin),
    refreshGrants: async () => void (await plugins.grants.refresh()),
  });
  const repairs = createRepairsService({
    snoozes: store.snoozes,
    sources: createRepairSources({
      store,
      auditLog,
      verifications: audit.verifications,
      sandbox,
      startedAt,
      certificateUntil: parts.certificateUntil,
      egress: egress.repairs,
      routes: messages.routeRepairs,
      keys: keys.repairs,
      marketplace: marketplace.repairs,
      records: async () => [
        ...(await records.repairs()),
        ...(await governance.repairs()),
        ...(await replication.repairs()),
      ],
    }),
  });
  let metrics: Promise<Metrics> | undefined;
  const loadMetrics = (): Promise<Metrics> => (metrics ??= createMetrics({ auditLog, store }));

  const handlers: Handlers = {
    ...createPlatformHandlers({
      config,
      version: installation.version,
      store,
      auditLog,
      stopping: () => stopping,
      dashboard: {
        store,
        auditLog,
        verifications: audit.verifications,
        plugins: plugins.plugins,
        repairs: repairs.open,
      },
      repairs,
      metrics: loadMetrics,
      settings: platform,
      sandbox,
    }),
    ...identity.handlers,
    ...audit.handlers,
    ...plugins.handlers,
    ...messages.handlers,
    ...egress.handlers,
    ...remote.handlers,
    ...hooks.handlers,
    ...devtools.handlers,
    ...marketplace.handlers,
    ...records.handlers,
    ...keys.handlers,
    ...governance.handlers,
    ...replication.handlers,
  };

  const timers = [
    setInterval(
      () => void sweep(store, egress, governance).catch(() => log.warn("sweep.skipped")),
      sweepEveryMs,
    ).unref(),
    setInterval(() => void plugins.grants.refresh().catch(() => undefined), grantsEveryMs).unref(),
    setInterval(() => void egress.refresh().catch(() => undefined), grantsEveryMs).unref(),
  ];
  const follow = createFollower({
    ...{ store, runner, lifecycle, log, verifyPackage: installed.verify },
    acceptPages: (plugin) => pages.accept(plugin),
    closeLinks: (key) => remote.links.closeInstance(key),
  });
  let following: Promise<void> | undefined;
  /** One look at a time: bringing a plugin up takes longer than the time between two. */
  const followOthers = (): void => {
    if (stopping) return;
    following ??= follow()
      .catch(() => log.warn("plugin.not_followed"))
      .finally(() => (following = undefined));
  };

  return {
    handlers,
    credentials: identity.credentials,
    lanes: createLanePorts({ store, records: records.port }),
    grantsOf: (key) => plugins.grants.grantsOf(key),
    decideCall: (request) => runner.decideCall(request),
    writeLog: (key, line) => plugins.logs.write(key, line),
    egress: egress.ports,
    findPage: pages.find,
    onInstanceChange: (status) => {
      void lifecycle
        .note(status)
        .catch(() => log.warn("plugin.state_not_kept", { plugin: status.key.plugin, instance: status.key.instance }));
      if (status.state !== "running") return;
      messages.onInstanceRunning(status);
      replication.onInstanceRunning(status.key);
    },
    keepReason: audit.keepReason,
    purposeUnderGlass: governance.purposeUnderGlass,
    observeRequest: (operation, status, seconds) =>
      void loadMetrics().then((loaded) => loaded.observeRequest(operation, status, seconds)),
    attachUpgrades: (server) => remote.attachUpgrades(server),
    issueSetupCode: identity.issueSetupCode,
    async start() {
      void plugins.sandboxReady();
      await store.smoke.closeInterrupted(startedAt.toISOString());
      // Providers first, so that what waits finds them.
      await lifecycle.resume();
      await messages.start();
      await replication.start();
      health.start();
      marketplace.start();
      keys.start();
      if (await isShared()) timers.push(setInterval(followOthers, followEveryMs).unref());
    },
    stop: () => void (stopping = true),
    async close() {
      stopping = true;
      for (const timer of timers) clearInterval(timer);
      await following;
      await marketplace.close();
      await devtools.close();
      await keys.close();
      await health.close();
      await messages.close();
      await replication.close();
      await remote.close();
      await audit.close();
      await plugins.close();
      await egress.close();
      await plugins.logs.flush();
    },
  };
}

async function sweep(store: Store, egress: EgressFeature, governance: GovernanceFeature): Promise<void> {
  const now = new Date();
  await egress.sweep(now);
  await governance.sweep(now);
  await store.sessions.sweep(now.toISOString());
  await store.registrations.sweep(now.toISOString());
  await store.remote.sweep(now.toISOString());
  await store.signIns.sweep(now.toISOString());
  await store.snoozes.sweep(now.toISOString());
  await store.health.sweep(new Date(now.getTime() - 7 * 86_400_000).toISOString());
  await store.blobs.sweep(new Date(now.getTime() - 86_400_000).toISOString());
  await store.hooks.sweep(new Date(now.getTime() - hookDaysKept * 86_400_000).toISOString());
}
