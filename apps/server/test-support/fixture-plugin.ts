import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, fixtureEntry, fixturePlugins, type FixturePlugin, type TempDir } from "@hilum/testkit";

export const fixture = { plugin: "com.example.fixture" };

/** A plugin for tests of the lifecycle: its settings say how it behaves. */
export const fixtureManifest = {
  id: fixture.plugin,
  name: "Fixture",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
  classification: { phi: "transit" },
  scopes: [{ scope: "net:tcp://{config.host}:{config.port}", reason: "Hands messages to its server." }],
  config: {
    type: "object",
    required: ["host", "port", "token"],
    properties: {
      host: { type: "string", title: "Server", format: "hostname" },
      port: { type: "integer", title: "Port", minimum: 1, maximum: 65535, default: 2525 },
      token: { type: "string", title: "Token", secret: true },
      mode: {
        type: "string",
        title: "Behaviour",
        enum: ["good", "crash", "early", "fail-smoke", "noisy"],
        default: "good",
      },
    },
  },
  setup: {
    minutes: 2,
    have: ["The name of the server"],
    steps: [
      { id: "server", type: "form", title: "Server", fields: ["host", "port", "token"] },
      { id: "check", type: "check", title: "Check" },
    ],
  },
  smokeTests: [{ id: "reach", title: "Reaches its server" }],
};

const code = `
import { ask, notify, speak, wellBehaved } from "./speak.mjs";
let settings = {};
const row = (status, more = {}) => ({ id: "row", title: "Row", status, ...more });
const makeNoise = () => {
  notify("log", { level: "info", text: "\\u001b[2J{\\"level\\":\\"error\\"}\\r\\nfake line\\u0000" });
  process.stderr.write("\\u001b[31mred\\r{\\"at\\":\\"2026\\"}\\n");
};
speak({
  ...wellBehaved,
  initialize(params) {
    settings = params.settings;
    if (settings.mode === "crash") setTimeout(() => process.exit(3), 150);
    if (settings.mode === "early") notify("log", { level: "info", text: "before my turn" });
    if (settings.mode === "noisy") setTimeout(makeNoise, 50);
    return wellBehaved.initialize();
  },
  "setup.check": () => ({ rows: [row(settings.host === "127.0.0.2" ? "failed" : "passed", settings.host === "127.0.0.2" ? { cause: "network", detail: "It does not answer.", fix: "Check its name.", field: "/host" } : {})] }),
  "smoke.run": () => ({ rows: [row(settings.mode === "fail-smoke" ? "failed" : "passed", settings.mode === "fail-smoke" ? { cause: "wrong_credential", detail: "It refused the token.", fix: "Make a new token.", field: "/token", reply: "535 no" } : {})] }),
  async "messages.send"(params) {
    notify("log", { level: "info", text: "sending", call: params.meta.call });
    return { outcome: "accepted", providerId: params.idempotencyKey, reply: "250 taken" };
  },
});
`;

/**
 * The fixture's folder, which the sandbox's own user can read. Remove it after the server has stopped. Its code is the one above,
 * or that of a fixture of the testkit.
 */
export function createFixtureFolder(manifest: object = fixtureManifest, program?: FixturePlugin): TempDir {
  const folder = createTempDir("fixture-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  if (program === undefined) writeFileSync(folder.join("main.mjs"), code);
  else copyFileSync(join(fixturePlugins, fixtureEntry(program)), folder.join("main.mjs"));
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}
