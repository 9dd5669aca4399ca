import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, fixturePlugins, type TempDir } from "@hilum/testkit";
import type { TestClient } from "./test-client.ts";

export const asker = { plugin: "com.example.asker" };
const hook = { ...asker, hook: "ask" };

const code = `
import { ask, speak, wellBehaved, methods } from "./speak.mjs";
speak({
  ...wellBehaved,
  initialize: () => ({ protocol: "1", methods: [...methods, "ingress.handle"], sdk: { name: "fixture", version: "1.0.0" } }),
  async "ingress.handle"({ meta, body }) {
    const { asks } = JSON.parse(body.text);
    const answers = [];
    for (const { method, params } of asks) {
      const filled = JSON.parse(JSON.stringify(params).replaceAll("$last", answers.at(-1)?.result?.id ?? ""));
      answers.push(await ask(method, { ...filled, call: meta.call }));
    }
    return { status: 200, body: { text: JSON.stringify(answers), contentType: "application/json" } };
  },
});
`;

/** Asks the platform what a test tells it to ask, and gives the answers back: through a test delivery to its hook. */
export function createAskingFolder(scopes: readonly string[]): TempDir {
  const folder = createTempDir("asking-plugin");
  chmodSync(folder.path, 0o755);
  copyFileSync(join(fixturePlugins, "speak.mjs"), folder.join("speak.mjs"));
  writeFileSync(folder.join("main.mjs"), code);
  const signature = {
    scheme: "hmac",
    algorithm: "sha256",
    header: "x-signature",
    encoding: "hex",
    secret: "token",
    signed: "body",
  };
  const manifest = {
    ...{ id: asker.plugin, name: "Asker", version: "1.0.0", capabilities: ["send_messages"] },
    runtime: { kind: "node", entry: "main.mjs" },
    scopes: scopes.map((scope) => ({ scope, reason: "To try what it opens." })),
    config: { type: "object", required: [], properties: { token: { type: "string", title: "Token", secret: true } } },
    ingress: { http: [{ id: hook.hook, title: "Ask", signature, bytesMax: 200_000 }] },
  };
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}

export interface Asked {
  result?: Record<string, unknown>;
  error?: { message: string; data?: { code?: string } };
}

/** Links and enables it with the grants that are decided. */
export async function turnOnAsker(
  operator: TestClient,
  folder: TempDir,
  decisions: readonly { scope: string; decision: "granted" | "denied" }[],
): Promise<(...asks: { method: string; params: object }[]) => Promise<Asked[]>> {
  await operator.ok("linkFolder", { body: { path: folder.path } });
  await operator.ok("saveSettings", {
    params: asker,
    body: { values: {}, secrets: { token: "t" }, revision: 0, testMode: true },
  });
  await operator.ok("decideAccess", { params: asker, body: { decisions: [...decisions] } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: asker, body: {} });
  if (!enabled) throw new Error(`the plugin was not enabled: ${JSON.stringify(gate.rows)}`);
  return async (...asks) => {
    const body = { text: JSON.stringify({ asks }), contentType: "application/json" };
    const { id } = await operator.ok("sendTestDelivery", { params: hook, body });
    const { answer } = await operator.ok("getHookDelivery", { params: { ...asker, delivery: id } });
    if (answer === undefined) throw new Error("the plugin gave no answer");
    return JSON.parse(answer.text) as Asked[];
  };
}
