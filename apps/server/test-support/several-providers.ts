import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MessageDetail } from "@hilum/contract/api";
import { createTempDir, fixturePlugins, type TempDir } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";

/** A provider whose setting says what it does with a message; three instances of it are three providers. */
export const provider = "com.example.provider";
export const first = { plugin: provider, instance: "default" };
export const second = { plugin: provider, instance: "second" };
export const third = { plugin: provider, instance: "third" };

export type ProviderMode = "take" | "refuse" | "unknown" | "unreachable" | "maybe" | "crash" | "slow" | "late";

const manifest = {
  id: provider,
  name: "Provider",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
  config: {
    type: "object",
    properties: { mode: { type: "string", title: "Behaviour", maxLength: 20, default: "take" } },
  },
};

const code = `
import { ask, speak, wellBehaved } from "./speak.mjs";
let mode = "take";
const failures = {
  refuse: { code: "provider.sender", cause: "sender_not_verified", sent: "no", retry: "never", reply: "21608 not verified" },
  unknown: { code: "provider.recipient", cause: "recipient", sent: "no", retry: "never", reply: "21211 no such number" },
  unreachable: { code: "provider.unreachable", cause: "network", sent: "no", retry: "later" },
  maybe: { code: "provider.unreachable", cause: "network", sent: "maybe" },
};
speak({
  ...wellBehaved,
  initialize(params) {
    mode = params.settings.mode;
    return wellBehaved.initialize();
  },
  async "messages.send"({ message, attempt, idempotencyKey }) {
    if (mode === "crash") process.exit(3);
    if (mode === "slow") await new Promise((resolve) => setTimeout(resolve, 1500));
    if (failures[mode] !== undefined) throw Object.assign(new Error("no"), { data: failures[mode] });
    if (mode === "late") void ask("messages.updateDelivery", { message: message.id, state: "delivered", at: new Date().toISOString() });
    return { outcome: "accepted", providerId: idempotencyKey, reply: "taken under " + idempotencyKey + " as attempt " + attempt };
  },
});
`;

/** The provider's folder, which the sandbox's own user can read. Remove it after the server has stopped. */
export function createProviderFolder(): TempDir {
  const folder = createTempDir("provider-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  writeFileSync(folder.join("main.mjs"), code);
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}

const place = ({ plugin, instance }: typeof first) => ({ params: { plugin }, query: { instance } });

/** Adds the three providers, enabled, and routes e-mail to them in order. */
export async function turnOnProviders(operator: TestClient, folder: TempDir): Promise<void> {
  await operator.ok("linkFolder", { body: { path: folder.path } });
  for (const { instance } of [second, third])
    await operator.ok("createInstance", { params: { plugin: provider }, body: { instance, title: instance } });
  for (const key of [first, second, third]) {
    await setMode(operator, key, "take");
    const { enabled, gate } = await operator.ok("enableInstance", { ...place(key), body: {} });
    if (!enabled) throw new Error(`${key.instance} was not enabled: ${JSON.stringify(gate.rows)}`);
  }
  await operator.ok("setRoute", { params: { channel: "email" }, body: { to: [first, second, third] } });
}

/** Saved settings start the instance anew, so its circuit is closed again. */
export async function setMode(operator: TestClient, key: typeof first, mode: ProviderMode): Promise<void> {
  const { revision } = await operator.ok("getSettings", place(key));
  await operator.ok("saveSettings", { ...place(key), body: { values: { mode }, revision } });
}

export const enable = (operator: TestClient, key: typeof first) =>
  operator.ok("enableInstance", { ...place(key), body: {} });
export const disable = (operator: TestClient, key: typeof first) =>
  operator.ok("disableInstance", { ...place(key), body: {} });

/** The story of a message in short: what happened, and at which instance. */
export const story = ({ timeline }: MessageDetail): string[] =>
  timeline.map(({ kind, instance }) => (instance === undefined ? kind : `${kind} ${instance}`));
