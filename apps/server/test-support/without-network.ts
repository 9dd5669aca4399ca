import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { startTestServer } from "./test-server.ts";

/**
 * A hospital without internet, run where there is no route to anywhere: takes a mirror in, installs every plugin of it, and prints
 * what came of it as JSON. Arguments: the mirror's file, the fingerprint that its keeper told.
 */
const [file = "", fingerprint = ""] = process.argv.slice(2);

/** The name of the error; undefined where somebody answered. */
function reach(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, timeout: 5_000 });
    socket.once("connect", () => (socket.destroy(), resolve(undefined)));
    socket.once("timeout", () => (socket.destroy(), resolve("ETIMEDOUT")));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

await using server = await startTestServer();
const ana = await server.as("administrator");
const { settings, revision } = await ana.ok("getPlatformSettings");
await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment: "test" }, revision } });
const { mirror } = await ana.ok("uploadMirror", {
  body: readFileSync(file) as never,
  headers: { "content-type": "application/zip" },
});
const source = await ana.ok("addSource", {
  body: {
    ...{ id: "carried", title: "Carried in", kind: "air_gapped", place: { kind: "mirror", mirror }, fingerprint },
    policy: { coolingOffDays: 0, whenRevoked: "stop", publishers: [] },
  },
});
const { items } = await ana.ok("searchMarketplace", { query: { limit: 100 } });
const installed = [];
for (const { plugin } of items) {
  const { digest } = await ana.ok("previewInstall", { body: { plugin } });
  let job = await ana.ok("startInstall", { body: { plugin, digest } });
  while (job.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, 50));
    job = await ana.ok("getInstall", { params: { job: job.id } });
  }
  const there = (await ana.ok("listPlugins")).items.find(({ id }) => id === plugin);
  installed.push({ plugin, digest, code: there?.code, state: job.state, problem: job.problem?.why });
}
const network = { devices: Object.keys(networkInterfaces()), outside: await reach("192.0.2.1") };
process.stdout.write(JSON.stringify({ network, source: source.state, installed }));
