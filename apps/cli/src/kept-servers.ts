import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "./usage-error.ts";

/** What is known of a server: how it is trusted, and as whom it is asked. */
export interface KeptServer {
  url: string;
  /** PEM of the authority that its certificate must come from; the system's own where absent. */
  authority?: string;
  token?: string;
  /** Session cookie as `name=value`. */
  session?: string;
}

/** The file of this user alone in which servers are kept. */
export interface KeptServers {
  readonly path: string;
  current(): Promise<KeptServer | undefined>;
  find(url: string): Promise<KeptServer | undefined>;
  /** Keeps it and makes it the current one. */
  keep(server: KeptServer): Promise<void>;
  forget(url: string): Promise<void>;
}

interface Content {
  current?: string;
  servers: KeptServer[];
}

/** `$XDG_CONFIG_HOME/hilum/servers.json`, or below `~/.config`. */
export function createKeptServers(env: Readonly<Record<string, string | undefined>>): KeptServers {
  const { XDG_CONFIG_HOME, HOME = "." } = env;
  const path = join(XDG_CONFIG_HOME ?? join(HOME, ".config"), "hilum", "servers.json");

  async function read(): Promise<Content> {
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) return { servers: [] };
    if ((stats.mode & 0o077) !== 0)
      throw new UsageError(`${path} can be read by other users.`, `Let only yourself read it: chmod 600 ${path}`);
    return JSON.parse(await readFile(path, "utf8")) as Content;
  }

  /** Whole or not at all, and never readable by others, not even for a moment. */
  async function write(content: Content): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fresh = `${path}.${process.pid}`;
    await writeFile(fresh, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  }

  return {
    path,
    async current() {
      const { current, servers } = await read();
      return servers.find(({ url }) => url === current);
    },
    find: async (url) => (await read()).servers.find((server) => server.url === url),
    async keep(server) {
      const { servers } = await read();
      await write({ current: server.url, servers: [...servers.filter(({ url }) => url !== server.url), server] });
    },
    async forget(url) {
      const { current, servers } = await read();
      const rest = servers.filter((server) => server.url !== url);
      await write({ ...(current === undefined || current === url ? {} : { current }), servers: rest });
    },
  };
}
