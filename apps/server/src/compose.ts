import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createDenyCoalescer, openAuditLog, recordRef, type AuditInput } from "@hilum/audit";
import { HilumError, type Log } from "@hilum/contract";
import { createCallIds, createHost, createSandbox, type Governor, type Host } from "@hilum/host";
import type { FastifyInstance } from "fastify";
import type { Config } from "./config.ts";
import { loadDeploymentKeys } from "./deployment-keys.ts";
import { composeFeatures } from "./compose-features.ts";
import { createApp } from "./http/app.ts";
import { decideRequest } from "./http/decide-request.ts";
import { createOwnOrigins } from "./http/own-origins.ts";
import { isSealed, openData, type OpenedData } from "./open-data.ts";
import { closeOpenIntents } from "./recovery.ts";
import { startSealed } from "./sealed-start.ts";
import { loadServerCertificate, type ServerCertificate } from "./tls/local-authority.ts";

export interface Server {
  url: string;
  authorityFile: string;
  /** To print, at a first start. */
  setupCode: string | undefined;
  /** Why the data cannot be read yet; the address takes the passphrase. */
  sealed: string | undefined;
  /** Resolves once everything serves; rejects when a server that was sealed cannot be opened. */
  ready: Promise<void>;
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

/**
 * Builds store, audit, policy, host and services, listens, and brings up what is enabled. Whatever it opened is closed again when a later step fails.
 * Where the data needs a passphrase, or a key server that does not answer, it listens all the same and waits for them.
 */
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
    const dirs = await makeDataDir(config.dataDir);
    const certificate = await loadServerCertificate(dirs.tls, namesOf(config));
    const found = { config, installation, log, dirs, certificate, opened, closeAll };
    const data = await openData(config, { blobDir: dirs.blobs, log }).catch((error: unknown) => {
      if (isSealed(error)) return error as HilumError;
      throw error;
    });
    return "store" in data ? await compose(found, data) : await waitSealed(found, data);
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

/** Listens without data until it is opened, then gives the address to the whole server. */
async function waitSealed(found: Found, why: HilumError): Promise<Server> {
  const { config, installation, log, dirs, certificate, closeAll } = found;
  log.warn("server.sealed", { code: why.code });
  const late: { app?: FastifyInstance } = {};
  const ports = (): number[] => (late.app === undefined ? [] : portsOf(late.app));
  const sealed = await startSealed(
    {
      tls: certificate,
      consoleDir: installation.consoleDir,
      log,
      publicUrl: config.publicUrl,
      ownOrigins: createOwnOrigins(config, ports),
    },
    (passphrase) => openData(config, { blobDir: dirs.blobs, log, passphrase }),
  );
  late.app = found.opened(sealed.app, (app) => app.close());
  found.opened(sealed, async ({ close }) => close());
  await listen(sealed.app, config);
  const [port = config.port] = ports();
  const server: { whole?: Server } = {};
  const ready = sealed.opened.then(async (data) => {
    const whole = await compose({ ...found, config: { ...config, port } }, data, {
      entries: sealed.entries(),
      leave: () => sealed.app.close(),
    });
    server.whole = whole;
    log.info("server.opened");
  });
  ready.catch(() => undefined);
  return {
    url: urlOf(config, sealed.app),
    authorityFile: certificate.authorityFile,
    setupCode: undefined,
    sealed: why.detail,
    ready,
    close: async () => {
      sealed.close();
      if (server.whole === undefined) await closeAll();
      else await server.whole.close();
    },
  };
}

type Opened = <T>(part: T, close: (part: T) => Promise<unknown>) => T;

/** What is there before the data is. */
interface Found {
  config: Config;
  installation: Installation;
  log: Log;
  dirs: Dirs;
  certificate: ServerCertificate;
  opened: Opened;
  closeAll(): Promise<void>;
}

/** What a sealed start leaves behind. */
interface Sealed {
  entries: AuditInput[];
  /** Gives the address up. */
  leave(): Promise<void>;
}

async function compose(found: Found, data: OpenedData, sealed?: Sealed): Promise<Server> {
  const { config, installation, log, dirs, certificate, opened, closeAll } = found;
  const boot = randomUUID();
  const store = opened(data.store, (part) => part.close());
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
  for (const entry of sealed?.entries ?? []) await auditLog.append(entry);
  const denials = opened(createDenyCoalescer({ append: (entry) => auditLog.append(entry) }), (part) => part.close());
  const governor: Governor = { audit: auditLog, denials };
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
      holder: data.holder,
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
      purposeUnderGlass: features.purposeUnderGlass,
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
  await sealed?.leave();
  await listen(app, config);
  await features.start();
  return {
    url: urlOf(config, late.app),
    authorityFile: certificate.authorityFile,
    setupCode: await features.issueSetupCode(),
    sealed: undefined,
    ready: Promise.resolve(),
    close: async () => {
      features.stop();
      await closeAll();
    },
  };
}

interface Dirs {
  audit: string;
  blobs: string;
  tls: string;
  run: string;
}

async function makeDataDir(dataDir: string): Promise<Dirs> {
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
