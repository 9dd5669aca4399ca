import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { HilumError } from "@hilum/contract/errors";
import { createBlobPlaces } from "./blobs/place-settings.ts";
import { unlock, type Unlocked } from "./crypto/unlock.ts";
import type { Engine } from "./engine/engine.ts";
import { openSqliteFile, openSqliteMemory } from "./engine/sqlite/engine.ts";
import type { SqlChannel } from "./engine/statement.ts";
import type { KeyProvider } from "./ports/keys.ts";
import type { Clock } from "./ports/shapes.ts";
import type { Repositories, Store, StoreOptions } from "./ports/store.ts";
import { createAuditIndex, createVerifications } from "./repositories/audit-index.ts";
import { createBlobs } from "./repositories/blobs.ts";
import { createEgressReceipts } from "./repositories/egress-receipts.ts";
import { createApprovals } from "./repositories/governance/approvals.ts";
import { createDisclosures } from "./repositories/governance/disclosures.ts";
import { createGlasses } from "./repositories/governance/glasses.ts";
import { createRetention } from "./repositories/governance/retention.ts";
import { createGrants } from "./repositories/grants.ts";
import { createHealth } from "./repositories/health.ts";
import { createHooks } from "./repositories/hooks.ts";
import { createInstances } from "./repositories/instances.ts";
import { createKeys } from "./repositories/keys.ts";
import { createLeases } from "./repositories/leases.ts";
import { createLogs } from "./repositories/logs.ts";
import { createListings, createMarketplaceEntries, createPackages } from "./repositories/marketplace.ts";
import { createMessages } from "./repositories/messages/messages.ts";
import { createPlatform } from "./repositories/platform.ts";
import { createPlugins } from "./repositories/plugins.ts";
import { createPractice } from "./repositories/practice.ts";
import { createPrivateState } from "./repositories/private-state.ts";
import { createPrimaryWrites } from "./repositories/primary-writes.ts";
import { createReach } from "./repositories/reach.ts";
import { createRecordStores } from "./repositories/record-stores.ts";
import { createCompartmentKeys, type CompartmentKeys } from "./repositories/records/compartments.ts";
import { createRecords } from "./repositories/records/records.ts";
import { createRegistrations } from "./repositories/registrations.ts";
import { createRemote } from "./repositories/remote.ts";
import { createRoutes } from "./repositories/routes.ts";
import { createSessions } from "./repositories/sessions.ts";
import { createSettings } from "./repositories/settings.ts";
import { createSetup } from "./repositories/setup.ts";
import { createSignIns } from "./repositories/sign-ins.ts";
import { createSmoke } from "./repositories/smoke.ts";
import { createSnoozes } from "./repositories/snoozes.ts";
import { createInvitations, createTokens } from "./repositories/tokens.ts";
import { createUsers } from "./repositories/users.ts";
import { createVendors } from "./repositories/vendors.ts";
import { createSession, toTime, type Session } from "./session.ts";

const systemClock: Clock = { now: () => Date.now() };
/** SQLite has one process; others on PostgreSQL look every two seconds. */
const announceMs = { sqlite: 0, postgresql: 5_000 };

/**
 * Opens the database, brings it to the newest migration and unlocks its keys. Throws `data.corrupt` naming the file,
 * `data.newer`, `data.no_space`, `store.unavailable`, `key.missing`, `key.exposed` or `key.wrong`; then nothing is
 * left open.
 */
export async function openStore({
  url,
  keyProvider,
  blobDir,
  clock = systemClock,
  log,
  keysAnnouncedMs,
}: StoreOptions): Promise<Store> {
  const engine = await openEngine(url, toTime(clock.now()));
  try {
    const unlocked = await unlock(engine, keyProvider, toTime(clock.now()));
    const keyId = unlocked.keyring.currentId;
    log?.info("store.opened", { dialect: engine.dialect, migration: engine.migration, keyId });
    return composeStore(engine, unlocked, {
      clock,
      blobDir,
      keyProvider,
      announceMs: keysAnnouncedMs ?? announceMs[engine.dialect],
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function openEngine(url: string, now: string): Promise<Engine> {
  if (url === "sqlite::memory:") return openSqliteMemory(now);
  if (url.startsWith("sqlite:")) {
    const path = url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSqliteFile(path, now);
  }
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    const { openPostgres } = await import("./engine/postgresql/engine.ts");
    return openPostgres(url, now);
  }
  // The address may hold a password: it is not repeated.
  throw new HilumError("config.invalid", { detail: "The database address must begin with sqlite: or postgresql://." });
}

function composeStore(
  engine: Engine,
  { keyring, epoch }: Unlocked,
  about: { clock: Clock; blobDir: string; keyProvider: KeyProvider; announceMs: number },
): Store {
  const sessionOn = (channel: SqlChannel): Session => createSession(channel, engine.dialect, keyring, about.clock);
  const session = sessionOn(engine);
  const blobPlaces = createBlobPlaces(session, createPlatform(session), about.blobDir);
  const blobs = createBlobs(session, blobPlaces);
  const keys = createKeys({
    ...{ engine, session, keyring, epoch, attachments: blobs },
    provider: about.keyProvider,
    announceMs: about.announceMs,
  });
  return {
    ...createRepositories(session, createCompartmentKeys()),
    blobs,
    blobPlaces,
    keys,
    transaction: (work) =>
      // Keys of its own: those that it makes are none when it is undone.
      engine.transaction((channel) => work(createRepositories(sessionOn(channel), createCompartmentKeys()))),
    status: async () => ({
      ...(await engine.status()),
      dialect: engine.dialect,
      migration: engine.migration,
      keyId: keyring.currentId,
      keyProvider: keys.provider,
    }),
    close: () => engine.close(),
  };
}

function createRepositories(session: Session, compartmentKeys: CompartmentKeys): Repositories {
  return {
    plugins: createPlugins(session),
    instances: createInstances(session),
    registrations: createRegistrations(session),
    grants: createGrants(session),
    settings: createSettings(session),
    setup: createSetup(session),
    signIns: createSignIns(session),
    state: createPrivateState(session),
    messages: createMessages(session),
    routes: createRoutes(session),
    practice: createPractice(session),
    users: createUsers(session),
    sessions: createSessions(session),
    tokens: createTokens(session),
    invitations: createInvitations(session),
    remote: createRemote(session),
    smoke: createSmoke(session),
    health: createHealth(session),
    logs: createLogs(session),
    hooks: createHooks(session),
    audit: createAuditIndex(session),
    verifications: createVerifications(session),
    leases: createLeases(session),
    snoozes: createSnoozes(session),
    platform: createPlatform(session),
    egressReceipts: createEgressReceipts(session),
    vendors: createVendors(session),
    listings: createListings(session),
    packages: createPackages(session),
    marketplace: createMarketplaceEntries(session),
    reach: createReach(session),
    recordStores: createRecordStores(session),
    primaryWrites: createPrimaryWrites(session),
    glasses: createGlasses(session),
    disclosures: createDisclosures(session),
    approvals: createApprovals(session),
    retention: createRetention(session),
    records: createRecords(session, compartmentKeys),
  };
}
