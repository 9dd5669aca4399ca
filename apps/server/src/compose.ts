import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createDenyCoalescer, openAuditLog, recordRef } from "@hilum/audit";
import { HilumError, type Log } from "@hilum/contract";
import { createCallIds, createHost, createSandbox, type Governor, type Host } from "@hilum/host";
import { createFileKeyProvider, openStore } from "@hilum/store";
import type { FastifyInstance } from "fastify";
import type { Config } from "./config.ts";
import { loadDeploymentKeys } from "./deployment-keys.ts";
import { composeFeatures } from "./compose-features.ts";
import { createApp } from "./http/app.ts";
import { decideRequest } from "./http/decide-request.ts";
import { createOwnOrigins } from "./http/own-origins.ts";
import { closeOpenIntents } from "./recovery.ts";
import { loadServerCertificate } from "./tls/local-authority.ts";

export interface Server {
  url: string;
  authorityFile: string;
  /** To print, at a first start. */
  setupCode: string | undefined;
  /** Drains, then closes everything in reverse order. */
  close(): Promise<void>;
}

/** Where the parts of an installation are, relative to the program. */
export interface Installation {
  version: string;
  consoleDir: string;
  pluginsDir: string;
  packagesDir: string;
  modulesDir: string;
  /** Folder that holds the Python package `hilum`, where it is part of the installation. */
  pythonSdkDir?: string;
}

/** Builds store, audit, policy, host and services, listens, and brings up what is enabled. Whatever it opened is closed again when a later step fails. */
export async function composeServer(config: Config, installation: Installation, log: Log): Promise<Server> {
  const closers: (() => Promise<unknown>)[] = [];
  const opened = <T>(part: T, close: (part: T) => Promise<unknown>): T => {
    closers.push(() => close(part));
    return part;
  };
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return await compose(config, installation, log, opened, closeAll);
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

type Opened = <T>(part: T, close: (part: T) => Promise<unknown>) => T;

async function compose(
  config: Config,
  installation: Installation,
  log: Log,
  opened: Opened,
  closeAll: () => Promise<void>,
): Promise<Server> {
  const dirs = await makeDataDir(config.dataDir);
  const boot = randomUUID();
  const store = opened(
    await openStore({
      url: config.databaseUrl,
      keyProvider: createFileKeyProvider(config.keyFile),
      blobDir: dirs.blobs,
      log,
    }),
    (part) => part.close(),
  );
  const keys = await loadDeploymentKeys(store.platform, config.dataDir);
  const auditLog = opened(
    await openAuditLog({
      dir: dirs.audit,
      origin: `hilum/${store.platform.deployment}/audit`,
      signingKey: keys.auditSigning,
      onDegraded: (directory) => log.error("audit.copy_lost", { file: directory }),
    }),
    (part) => part.close(),
  );
  await closeOpenIntents(auditLog);
  const denials = opened(createDenyCoalescer({ append: (entry) => auditLog.append(entry) }), (part) => part.close());
  const governor: Governor = { audit: auditLog, denials };
  const certificate = await loadServerCertificate(dirs.tls, namesOf(config));
  const sandbox = opened(await createSandbox({ stateDir: dirs.run }), (part) => part.close());

  /** Made last and needed first: features answer for plugins before the host and the listener exist. */
  const late: { host?: Host; app?: FastifyInstance } = {};
  const requireHost = (): Host => {
    if (late.host === undefined) throw new HilumError("server.stopping");
    return late.host;
  };
  const features = opened(
    await composeFeatures({
      config,
      installation,
      log,
      boot,
      store,
      auditLog,
      auditPublic: keys.auditPublic,
      auditDir: dirs.audit,
      sandbox,
      host: requireHost,
      ref: (resource, id) => recordRef(keys.recordRef, resource, id),
      linkKey: keys.link,
      certificateUntil: () => certificate.validUntil,
      authorityPem: () => certificate.authorityPem,
      publicUrl: () => urlOf(config, late.app),
      governor,
    }),
    (part) => part.close(),
  );
  const host = opened(
    createHost({
      ...governor,
      sandbox,
      stateDir: dirs.run,
      version: installation.version,
      now: () => new Date(),
      lanes: features.lanes,
      grantsOf: features.grantsOf,
      decideCall: features.decideCall,
      writeLog: features.writeLog,
      egress: {
        ...features.egress,
        ownPorts: () => (late.app === undefined ? [] : portsOf(late.app)),
      },
    }),
    (part) => part.close(),
  );
  late.host = host;
  opened(host.onChange(features.onInstanceChange), async (unsubscribe) => unsubscribe());

  const app = opened(
    await createApp({
      governor,
      credentials: features.credentials,
      handlers: features.handlers,
      recordRef: (resource, id) => recordRef(keys.recordRef, resource, id),
      keepReason: features.keepReason,
      nextCall: createCallIds(),
      decide: decideRequest,
      publicUrl: config.publicUrl,
      ownOrigins: createOwnOrigins(config, () => (late.app === undefined ? [] : portsOf(late.app))),
      log,
      tls: certificate,
      consoleDir: installation.consoleDir,
      findPage: features.findPage,
      observe: features.observeRequest,
    }),
    (part) => part.close(),
  );
  late.app = app;
  features.attachUpgrades(app.server);
  await listen(app, config);
  await features.start();
  return {
    url: urlOf(config, late.app),
    authorityFile: certificate.authorityFile,
    setupCode: await features.issueSetupCode(),
    close: async () => {
      features.stop();
      await closeAll();
    },
  };
}

async function makeDataDir(dataDir: string) {
  const dirs = {
    audit: join(dataDir, "audit"),
    blobs: join(dataDir, "attachments"),
    tls: join(dataDir, "tls"),
    run: join(dataDir, "run"),
  };
  try {
    for (const dir of Object.values(dirs)) await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HilumError("config.invalid", { detail: `The data folder ${dataDir} cannot be made or written.`, cause });
  }
  if (!existsSync(dirs.audit))
    throw new HilumError("config.invalid", { detail: `The data folder ${dataDir} is not usable.` });
  return dirs;
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE")
      throw new HilumError("config.invalid", {
        detail: `Port ${port} is in use. Stop the other program, or choose another port with HILUM_PORT.`,
        cause,
      });
    if (code === "EACCES")
      throw new HilumError("config.invalid", {
        detail: `Port ${port} may not be used by this user. Choose one above 1023 with HILUM_PORT.`,
        cause,
      });
    if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL")
      throw new HilumError("config.invalid", {
        detail: `HILUM_HOST ${host} is not an address of this machine.`,
        cause,
      });
    throw cause;
  }
}

const portsOf = (app: FastifyInstance): number[] => [
  ...new Set(app.addresses().flatMap((address) => (typeof address === "string" ? [] : [address.port]))),
];

function urlOf({ publicUrl, host, port }: Config, app: FastifyInstance | undefined): string {
  const [listening = port] = app === undefined ? [] : portsOf(app);
  // A wildcard is where to listen and no name to call.
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return publicUrl?.origin ?? `https://${name}:${listening}`;
}

function namesOf({ publicUrl, host }: Config): string[] {
  const names = publicUrl === undefined ? [] : [publicUrl.hostname];
  return /[a-z]/i.test(host) && host !== "localhost" ? [...names, host] : names;
}
