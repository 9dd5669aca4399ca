import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Role } from "@hilum/contract/api";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { composeServer, type Installation, type Server } from "../src/compose.ts";
import { readConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { createTestClient, type TestClient } from "./test-client.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

const pythonSdkDir = join(repository, "sdks/python/src");

export const installation: Installation = {
  version: "0.1.0",
  consoleDir: join(repository, "apps/console/dist"),
  pluginsDir: join(repository, "plugins"),
  packagesDir: join(repository, "packages"),
  modulesDir: join(repository, "node_modules"),
  ...(existsSync(pythonSdkDir) ? { pythonSdkDir } : {}),
};

/** The password of everybody in these tests. */
export const password = "correct horse battery staple";

export interface TestServerOptions {
  /** Keeps data where it is, for a second start; else a folder of its own that goes with the server. */
  folder?: string;
  /** More start settings, e.g. `HILUM_PUBLIC_URL`. */
  env?: Readonly<Record<string, string>>;
}

/** The whole server in this process: real SQLite, audit log, sandbox, TLS; nothing is a double. */
export interface TestServer extends AsyncDisposable {
  origin: string;
  port: number;
  ca: string;
  folder: string;
  dataDir: string;
  setupCode: string | undefined;
  /** Lines of the process log. */
  log: string[];
  /** Somebody without credential. */
  nobody(): TestClient;
  /** Signed in; the first call makes the administrator, and the others by invitation. */
  as(role: Role): Promise<TestClient>;
  /** A new session of that person, apart from the one of `as`. */
  signIn(username: string): Promise<TestClient>;
  withToken(role: Role): Promise<TestClient>;
  /** A program that reaches records by these scopes alone. */
  withScopes(...scopes: readonly string[]): Promise<TestClient>;
  /** Stops and starts again on the same data. Clients of before are of no use, sessions are. */
  restart(): Promise<TestServer>;
  close(): Promise<void>;
}

/** Starts a server on a free loopback port. Close it, or hold it with `await using`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const own = options.folder === undefined ? createTempDir("server") : undefined;
  try {
    return await start(options, options.folder ?? (own as TempDir).path, own);
  } catch (error) {
    own?.remove();
    throw error;
  }
}

async function start(options: TestServerOptions, folder: string, own: TempDir | undefined): Promise<TestServer> {
  const log: string[] = [];
  const config = readConfig({ HILUM_PORT: await choosePort(options), ...options.env }, folder);
  const server = await composeServer(
    config,
    installation,
    createLog({ destination: { write: (line) => void log.push(line) } }),
  );
  const port = config.port === 0 ? Number(new URL(server.url).port) : config.port;
  return present(options, server, { folder, dataDir: config.dataDir, port, log, own });
}

type Place = { folder: string; dataDir: string; port: number; log: string[]; own: TempDir | undefined };

function present(options: TestServerOptions, server: Server, { folder, dataDir, port, log, own }: Place): TestServer {
  const origin = `https://localhost:${port}`;
  const ca = readFileSync(server.authorityFile, "utf8");
  const clients: TestClient[] = [];
  const signedIn = new Map<Role, Promise<TestClient>>();
  const tokens = new Map<Role, Promise<TestClient>>();
  const open = (credential: { token?: string; cookie?: string } = {}): TestClient => {
    const client = createTestClient({ origin, ca, ...credential });
    clients.push(client);
    return client;
  };
  const nobody = () => open();
  const as = (role: Role): Promise<TestClient> => remember(signedIn, role, () => enter(role));

  async function enter(role: Role): Promise<TestClient> {
    const client = nobody();
    if (role === "administrator") {
      if (server.setupCode === undefined) return await signIn("ana");
      await client.ok("createFirstAdministrator", {
        body: { code: server.setupCode, username: "ana", displayName: "Ana", password },
      });
      return client;
    }
    const administrator = await as("administrator");
    const known = (await administrator.ok("listUsers")).items.some(({ username }) => username === role);
    if (known) return await signIn(role);
    const { code } = await administrator.ok("inviteUser", { body: { username: role, displayName: role, role } });
    await client.ok("acceptInvitation", { body: { code, password } });
    return client;
  }

  async function signIn(username: string): Promise<TestClient> {
    const client = nobody();
    await client.ok("signIn", { body: { username, password } });
    return client;
  }

  async function makeToken(role: Role): Promise<TestClient> {
    const administrator = await as("administrator");
    const { value } = await administrator.ok("createApiToken", {
      body: { name: `A ${role}'s program`, role, days: 1 },
    });
    return open({ token: value });
  }

  async function withScopes(...scopes: readonly string[]): Promise<TestClient> {
    const administrator = await as("administrator");
    const { value } = await administrator.ok("createApiToken", {
      body: { name: "A program with scopes", role: "viewer", days: 1, scopes: [...scopes], purpose: "TREAT" },
    });
    return open({ token: value });
  }

  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    for (const client of clients.splice(0)) client.close();
    return (closing ??= server.close());
  };
  const close = async (): Promise<void> => {
    await stop();
    own?.remove();
  };
  return {
    origin,
    port,
    ca,
    folder,
    dataDir,
    setupCode: server.setupCode,
    log,
    nobody,
    as,
    signIn,
    withToken: (role) => remember(tokens, role, () => makeToken(role)),
    withScopes,
    async restart() {
      await stop();
      return await start(options, folder, own);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** A public URL hides the port that the system chose, so one is chosen before. */
async function choosePort({ env = {} }: TestServerOptions): Promise<string> {
  return env["HILUM_PUBLIC_URL"] === undefined ? "0" : String(await freePort());
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
