import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { createTempDir, type TempDir } from "@hilum/testkit";
import type { Client } from "./server-client.ts";
import { prepareServer, type ServerProcess } from "./server-process.ts";

/** A server as it is installed, its first administrator signed in. */
export interface Installation {
  server: ServerProcess;
  client: Client;
  /** Links a folder, answers its settings, grants what it asks for and enables it. */
  plugIn(plugin: PluggedIn): Promise<void>;
  close(): Promise<void>;
}

export interface PluggedIn {
  id: string;
  folder: string;
  values?: Readonly<Record<string, unknown>>;
  secrets?: Readonly<Record<string, string>>;
}

export async function openInstallation({ compileCache }: { compileCache: string }): Promise<Installation> {
  const dir = createTempDir("bench-installation");
  const { server, client } = await prepareServer({ dir: dir.path, compileCache, role: "administrator" });
  return {
    server,
    client,
    async plugIn({ id, folder, values = {}, secrets = {} }) {
      const place = `/api/v1/plugins/${id}`;
      await client.expect(201, "POST", "/api/v1/plugins/link", { path: folder });
      await client.expect(200, "PUT", `${place}/settings`, { values, secrets, revision: 0 });
      const { rows } = await client.expect<{ rows: { scope: string }[] }>(200, "GET", `${place}/access`);
      const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" }));
      if (decisions.length > 0) await client.expect(200, "PUT", `${place}/access`, { decisions });
      const { enabled } = await client.expect<{ enabled: boolean }>(200, "POST", `${place}/enable`, {});
      if (!enabled) throw new Error(`${id} was not enabled`);
    },
    async close() {
      client.close();
      await server.stop();
      dir.remove();
    },
  };
}

/** A plugin's folder that the sandbox's own user can read. */
export function makePluginFolder(manifest: object, files: readonly string[]): TempDir {
  const folder = createTempDir("bench-plugin");
  chmodSync(folder.path, 0o755);
  for (const file of files) copyFileSync(file, folder.join(basename(file)));
  writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
  return folder;
}
