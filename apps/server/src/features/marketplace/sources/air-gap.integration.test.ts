import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTempDir, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });
const run = promisify(execFile);
const temp = createTempDir("air-gap");
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = at("../../../../../../scripts/publish-first-party.ts");
const hospital = at("../../../../test-support/without-network.ts");
const namespace = requires("network-namespace");
const canInstall = requires("bubblewrap").available && requires("python3").available;

interface Offered {
  plugins: { plugin: string; digest: string }[];
}
interface Outcome {
  network: { devices: string[]; outside?: string };
  source: string;
  installed: { plugin: string; digest: string; code?: string; state: string; problem?: string }[];
}

describe("the plugins that come with Hilum, from a marketplace", () => {
  let server: TestServer;
  let ana: TestClient;
  let offered: Offered;
  let fingerprint: string;
  const mirror = temp.join("carried.mirror.zip");
  const place = { kind: "folder" as const, path: temp.join("marketplace") };
  const setEnvironment = async (environment: "test" | "production"): Promise<void> => {
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment }, revision } });
  };

  beforeAll(async () => {
    const { stdout } = await run(process.execPath, [program, place.path], { maxBuffer: 1_048_576 });
    offered = JSON.parse(stdout) as Offered;
    server = await startTestServer();
    ana = await server.as("administrator");
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  it("threat 119: are refused outside of tests, for their keys are marked as a test's", async () => {
    await setEnvironment("production");
    const root = await ana.ok("inspectSource", { body: { place } });
    expect(root).toMatchObject({ test: true, threshold: 2 });
    ({ fingerprint } = root);
    const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
    const body = { id: "ours", title: "Hilum", kind: "official" as const, place, fingerprint, policy };
    expect((await ana.call("addSource", { body })).problem().code).toBe("source.test_keys");
    await setEnvironment("test");
    expect(await ana.ok("addSource", { body })).toMatchObject({ state: "fresh", plugins: offered.plugins.length });
    const { bytes } = await ana.call("exportMirror", { params: { source: "ours" } });
    writeFileSync(mirror, bytes);
  });

  it.skipIf(!namespace.available || !canInstall)(
    "are carried as a mirror to a server that has no route to anywhere, and installed there",
    async () => {
      const { stdout } = await run(
        namespace.path ?? "",
        [
          ...["--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
          ...[process.execPath, hospital, mirror, fingerprint],
        ],
        { maxBuffer: 10 * 1_048_576 },
      );
      const { network, source, installed } = JSON.parse(stdout) as Outcome;
      expect(network).toEqual({ devices: ["lo"], outside: "ENETUNREACH" });
      expect(source).toBe("fresh");
      expect(installed.toSorted((one, other) => one.plugin.localeCompare(other.plugin))).toEqual(
        offered.plugins
          .map(({ plugin, digest }) => ({ plugin, digest, code: "installed", state: "succeeded" }))
          .toSorted((one, other) => one.plugin.localeCompare(other.plugin)),
      );
    },
  );
});
