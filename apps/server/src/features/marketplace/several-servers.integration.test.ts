import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InstallJob } from "@hilum/contract/api";
import { createTempDir, requires, startPostgres } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  aPackage,
  createTestMarketplace,
  senderCode,
  type OfferedPackage,
  type TestMarketplace,
} from "../../../test-support/a-marketplace.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import { startServerProcess, type ServerProcess } from "../../../test-support/server-process.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password } from "../../../test-support/test-server.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
const available = requires("postgresql").available && requires("bubblewrap").available;
const plugin = "com.example.mail";
const params = { plugin };
const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };

/** A version that says which it is, and takes its time to start, so that a job is long enough to be killed in. */
const aVersion = (version: string): OfferedPackage => ({
  manifest: { id: plugin, version },
  code: `await new Promise((resolve) => setTimeout(resolve, 700));\n${senderCode().replace("As it was told.", `Version ${version}.`)}`,
});

interface Node {
  folder: string;
  server: ServerProcess;
  ana: TestClient;
}

describe.skipIf(!available)("a marketplace of several servers on one database, each with a disk of its own", () => {
  const temp = createTempDir("several-servers");
  let drop: () => void;
  let env: Record<string, string>;
  let market: TestMarketplace;
  let first: string;
  let a: Node;
  let b: Node;

  async function start(name: string): Promise<Node> {
    const folder = temp.join(name);
    const server = await startServerProcess({ folder, env });
    const ana = server.client();
    if (server.setupCode === undefined) await ana.ok("signIn", { body: { username: "ana", password } });
    else {
      const person = { username: "ana", displayName: "Ana", password };
      await ana.ok("createFirstAdministrator", { body: { code: server.setupCode, ...person } });
    }
    return { folder, server, ana };
  }

  /** Folders on its own disk. */
  const packagesOf = ({ folder }: Node): string[] => {
    const names = readdirSync(join(folder, "hilum-data"));
    return names.includes("packages") ? readdirSync(join(folder, "hilum-data/packages")) : [];
  };

  async function begin({ ana }: Node): Promise<InstallJob> {
    const { digest } = await ana.ok("previewInstall", { body: params });
    return await ana.ok("startInstall", { body: { ...params, digest } });
  }

  const jobAt = ({ ana }: Node, { id }: InstallJob): Promise<InstallJob> =>
    ana.ok("getInstall", { params: { job: id } });

  const until = (node: Node, job: InstallJob, ...states: InstallJob["state"][]): Promise<InstallJob> =>
    waitUntil(
      `${job.kind} to ${states.join()}`,
      () => jobAt(node, job),
      ({ state }) => states.includes(state),
      120_000,
    );

  /** Digests of the packages whose code processes of that server run. */
  function digestsAt({ folder }: Node): string[] {
    const below = `${join(folder, "hilum-data/packages")}/`;
    const lines = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(readCommandLine);
    return [...new Set(lines.flatMap((line) => line.split(below).slice(1)).map((rest) => rest.slice(0, 64)))];
  }

  const isRunning = async ({ ana }: Node): Promise<boolean> =>
    (await ana.ok("getPlugin", { params })).instances[0]?.running === true;

  /** Waits, without asking anything of the plugin, until its code alone runs there; then asks which version it is. */
  async function runsAt(node: Node, digest: string, version: string): Promise<void> {
    await waitUntil(
      `version ${version} at ${node.folder}`,
      async () => ({
        ...{ digests: digestsAt(node), running: await isRunning(node) },
        // What a failure of this test should say first: whether and why it was gone back from.
        jobs: (await node.ana.ok("listInstalls", { query: params })).items.map(({ state, to, problem }) => ({
          ...{ state, to, problem },
        })),
      }),
      ({ digests, running }) => running && digests.join() === digest,
      90_000,
    );
    const { results } = await node.ana.ok("runSmokeTests", { params, body: {} });
    expect(results.map(({ detail }) => detail)).toEqual([`Version ${version}.`]);
  }

  beforeAll(async () => {
    const database = (await startPostgres()).createDatabase();
    drop = () => database.drop();
    env = { HILUM_DATABASE_URL: database.connectionString };
    market = await createTestMarketplace(temp.join("market"));
    [first = ""] = await market.offer([aVersion("1.0.0")]);
    for (const name of ["a", "b"]) mkdirSync(temp.join(name));
    a = await start("a");
    cpSync(join(a.folder, "hilum-data.key"), join(temp.join("b"), "hilum-data.key"));
    b = await start("b");
    const { settings, revision } = await a.ana.ok("getPlatformSettings");
    await a.ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
    const place = { kind: "folder" as const, path: market.folder };
    const { fingerprint } = await a.ana.ok("inspectSource", { body: { place } });
    await a.ana.ok("addSource", {
      body: { id: "own", title: "Our own", kind: "organisation", place, fingerprint, policy },
    });
  });
  afterAll(async () => {
    for (const node of [a, b]) await node?.server.end("SIGKILL");
    drop?.();
    temp.remove();
  });

  it("brings a job to its end whose server was killed in the midst of it, with bytes that it fetched and verified itself", async () => {
    const job = await begin(a);
    await waitUntil(
      "the conformance run to begin",
      () => jobAt(a, job),
      ({ steps }) => steps.find(({ id }) => id === "conformance")?.state === "running",
    );
    await a.server.end("SIGKILL");
    expect((await jobAt(b, job)).state).toBe("running");
    expect(packagesOf(b)).toEqual([]);
    const ended = await until(b, job, "succeeded", "failed");
    expect(ended).toMatchObject({ state: "succeeded", to: "1.0.0" });
    expect(packagesOf(b)).toEqual([first]);
    expect(await b.ana.ok("getVersions", { params })).toMatchObject({
      installed: { version: "1.0.0", status: "signed" },
    });
  });

  it("runs what was enabled at one server at the others too", async () => {
    const { enabled } = await b.ana.ok("enableInstance", { params, body: {} });
    expect(enabled).toBe(true);
    await runsAt(b, first, "1.0.0");
    a = await start("a");
    await runsAt(a, first, "1.0.0");
  });

  it("runs an update that was taken at one server at the others too", async () => {
    const [, digest = ""] = await market.offer([aVersion("1.0.0"), aVersion("1.1.0")]);
    await a.ana.ok("refreshSource", { params: { source: "own" } });
    const job = await until(a, await begin(a), "watching", "succeeded", "failed", "rolled_back");
    expect(job).toMatchObject({ state: "watching", to: "1.1.0" });
    await runsAt(a, digest, "1.1.0");
    await runsAt(b, digest, "1.1.0");
    for (const node of [a, b]) expect(packagesOf(node)).toContain(digest);
    expect((await b.ana.ok("getVersions", { params })).kept.map(({ status }) => status)).toEqual(["signed", "signed"]);
    const { state, problem } = await jobAt(b, job);
    expect({ state, problem }).toEqual({ state: "watching" });
  });

  it("leaves a package that was uploaded to one server to that one, and says at another that it has to be uploaded there", async () => {
    const other = { id: "com.example.post", version: "1.0.0" };
    const body = aPackage({ manifest: other });
    const headers = { "content-type": "application/zip" };
    const { digest } = await a.ana.ok("uploadPackage", { body: body as never, headers });
    const job = await a.ana.ok("startInstall", {
      body: { plugin: other.id, upload: digest, digest, reason: "It was made here" },
    });
    expect(await until(b, job, "succeeded", "failed")).toMatchObject({ state: "succeeded" });
    const key = { plugin: other.id };
    const refused = await b.ana.ok("enableInstance", { params: key, body: {} });
    expect(refused).toMatchObject({ enabled: false });
    expect(JSON.stringify(refused.gate.rows)).toContain("Upload it to this one too");
    await b.ana.ok("uploadPackage", { body: body as never, headers });
    expect(await b.ana.ok("enableInstance", { params: key, body: {} })).toMatchObject({ enabled: true });
  });

  it("stops a plugin everywhere whose kill switch is pressed at one server", async () => {
    expect(await isRunning(b)).toBe(true);
    await a.ana.ok("killPlugin", { params, body: { reason: "It sends at night" } });
    await waitUntil(
      "it to end at the other server",
      () => isRunning(b),
      (running) => !running,
      60_000,
    );
    const refused = await b.ana.call("enableInstance", { params, body: {} });
    expect(refused.status >= 400 || !(refused.json() as { enabled: boolean }).enabled).toBe(true);
    expect(await isRunning(b)).toBe(false);
  });
});

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}
