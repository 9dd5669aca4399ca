import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { vi } from "vitest";
import { explainSourceError } from "../source/explain-source-error.ts";
import { withClient, type Client } from "../source/with-client.ts";
import type { Simulator } from "./simulator.ts";

const temp = createTempDir("conformance");
export const removeSimulatedClients = (): void => temp.remove();
let count = 0;

export type SimulatedClient = ReturnType<typeof createSimulatedClient>;

/** What a source does below its own demands, begun anew for each call, as after a restart. `root` is the one that a person compared. */
export function createSimulatedClient(simulator: Simulator, root?: Buffer) {
  const folder = temp.join(`client-${(count += 1)}`);
  const first = root ?? Buffer.from(simulator.published.get("root")?.[0] ?? "");
  const run = async <T>(act: (client: Client) => Promise<T>): Promise<T> =>
    withClient({ folder, root: first, read: simulator.read }, act).catch((error: unknown) => {
      throw explainSourceError(error);
    });
  const trustedFolder = (): string =>
    join(folder, readdirSync(folder).find((name) => name.startsWith("trusted-")) ?? "none");
  const bytes = (role: string): Buffer | undefined => {
    const file = join(trustedFolder(), `${encodeURIComponent(role)}.json`);
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const version = (role: string): number | undefined => {
    const file = bytes(role);
    return file === undefined
      ? undefined
      : (JSON.parse(String(file)) as { signed: { version: number } }).signed.version;
  };
  return {
    bytes,
    version,
    /** The roles that are trusted, with their versions. */
    trusted: (): Record<string, number | undefined> =>
      Object.fromEntries(
        readdirSync(trustedFolder()).map((file) => {
          const role = decodeURIComponent(file.slice(0, -".json".length));
          return [role, version(role)];
        }),
      ),
    refresh: async (at?: Date): Promise<void> => {
      if (at !== undefined) vi.useFakeTimers({ toFake: ["Date"], now: at });
      try {
        await run(async ({ updater }) => updater.refresh());
      } finally {
        vi.useRealTimers();
      }
    },
    /** Looks the artifacts up, each from the top, by one client, and answers their contents. */
    download: async (...paths: string[]): Promise<string[]> =>
      run(async ({ updater }) => {
        const contents: string[] = [];
        for (const path of paths) {
          const found = await updater.getTargetInfo(path);
          if (found === undefined) throw new Error(`nobody signed ${path}`);
          const place = join(folder, encodeURIComponent(path));
          if ((await updater.findCachedTarget(found, place)) === undefined) await updater.downloadTarget(found, place);
          contents.push(readFileSync(place, "utf8"));
        }
        return contents;
      }),
  };
}
