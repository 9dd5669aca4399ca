import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScaffoldChoice } from "@hilum/contract/api";
import type { TestClient } from "./test-client.ts";

export const choice: ScaffoldChoice = {
  ...{ language: "node", id: "com.example.begun", name: "Begun" },
  ...{ capabilities: ["send_messages"], pages: false },
};
export const begun = { plugin: choice.id };

/** A plugin that was begun in the workspace, in test mode; enabled, and what sends e-mail, unless told otherwise. */
export async function beginPlugin(
  developer: TestClient,
  { enabled = true }: { enabled?: boolean } = {},
): Promise<{ path: string; change(file: string, from: string, to: string): void }> {
  const { path } = await developer.ok("scaffoldPlugin", { body: choice });
  if (enabled) {
    const { gate, enabled: done } = await developer.ok("enableInstance", { params: begun, body: {} });
    if (!done) throw new Error(`the plugin was not enabled: ${JSON.stringify(gate.rows)}`);
    await developer.ok("setRoute", { params: { channel: "email" }, body: { to: [{ ...begun, instance: "default" }] } });
  }
  return {
    path,
    change(file, from, to) {
      const text = readFileSync(join(path, file), "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      writeFileSync(join(path, file), text.replace(from, to));
    },
  };
}
