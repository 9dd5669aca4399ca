import type { InstallJob } from "@hilum/contract/api";
import { createTempDir } from "@hilum/testkit";
import { createTestMarketplace, type OfferedPackage, type TestMarketplace } from "./a-marketplace.ts";
import { waitUntil } from "./practice.ts";
import type { TestClient } from "./test-client.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

/** A server in a test environment that trusts one marketplace, and may reach this machine. */
export interface MarketplaceWorld {
  server: TestServer;
  ana: TestClient;
  market: TestMarketplace;
  /** Publishes these versions in the place of what was published, and reads them; answers the packages' digests. */
  offer(versions: readonly OfferedPackage[], more?: Record<string, Uint8Array>): Promise<string[]>;
  /** Begins a job for the newest version, or the one that is named. */
  begin(plugin: string, version?: string, reason?: string): Promise<InstallJob>;
  /** Waits until a job is in another state than those. */
  until(job: InstallJob, ...states: InstallJob["state"][]): Promise<InstallJob>;
  install(plugin: string, version?: string, reason?: string): Promise<InstallJob>;
  /** Grants all that it asks for, and enables it. */
  enable(plugin: string): Promise<void>;
  running(plugin: string): Promise<string | undefined>;
  /** Waits until the plugin's instance serves: a version that is gone back to is started after that is kept. */
  serving(plugin: string): Promise<void>;
  /** Stops and starts again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };

export async function openMarketplaceWorld(): Promise<MarketplaceWorld> {
  const temp = createTempDir("marketplace-world");
  const server = await startTestServer();
  const ana = await server.as("administrator");
  const { settings, revision } = await ana.ok("getPlatformSettings");
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "The provider of these tests" }];
  await ana.ok("savePlatformSettings", {
    body: { settings: { ...settings, environment: "test", privateRanges }, revision },
  });
  const market = await createTestMarketplace(temp.join("market"));
  const place = { kind: "folder" as const, path: market.folder };
  let added = false;

  const world: MarketplaceWorld = {
    ...{ server, ana, market },
    async offer(versions, more) {
      const digests = await market.offer(versions, more);
      if (added) await world.ana.ok("refreshSource", { params: { source: "own" } });
      else {
        const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
        await ana.ok("addSource", {
          body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
        });
        added = true;
      }
      return digests;
    },
    async begin(plugin, version, reason) {
      const wanted = { plugin, ...(version === undefined ? {} : { version }) };
      const { digest } = await world.ana.ok("previewInstall", { body: wanted });
      return await world.ana.ok("startInstall", {
        body: { ...wanted, digest, ...(reason === undefined ? {} : { reason }) },
      });
    },
    until: (job, ...states) =>
      waitUntil(
        `job ${job.kind} ${job.to}`,
        () => world.ana.ok("getInstall", { params: { job: job.id } }),
        ({ state }) => !states.includes(state),
        60_000,
      ),
    install: async (...wanted) => await world.until(await world.begin(...wanted), "running"),
    async enable(plugin) {
      const params = { plugin };
      const { rows } = await world.ana.ok("getAccess", { params });
      const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" as const }));
      if (decisions.length > 0) await world.ana.ok("decideAccess", { params, body: { decisions } });
      const { enabled, gate } = await world.ana.ok("enableInstance", { params, body: {} });
      if (!enabled) throw new Error(`${plugin} was not enabled: ${JSON.stringify(gate.rows)}`);
    },
    running: async (plugin) => (await world.ana.ok("getVersions", { params: { plugin } })).installed?.version,
    async serving(plugin) {
      await waitUntil(
        `${plugin} to serve`,
        async () => (await world.ana.ok("getPlugin", { params: { plugin } })).instances[0],
        (instance) => instance?.state === "enabled" && instance.running,
      );
    },
    async restart() {
      world.server = await world.server.restart();
      world.ana = await world.server.as("administrator");
    },
    async close() {
      await world.server.close();
      temp.remove();
    },
  };
  return world;
}
