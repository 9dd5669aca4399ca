import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createTempDir } from "../files/temp-dir.ts";
import { requires } from "../run/requirement.ts";

/** A real Orthanc on loopback, without TLS: Debian's finds no library for it by itself. */
export interface OrthancServer {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Tags of everything that it keeps, by name. */
  instances(): Promise<Readonly<Record<string, unknown>>[]>;
  /** Somebody deletes everything in it. */
  removeAll(): Promise<void>;
  /** Its process ends; what it keeps stays. */
  leave(): Promise<void>;
  /** It runs again, at the same port. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const user = { username: "hilum", password: "a password of tests" };
const startMs = 30_000;

export async function startOrthancServer(): Promise<OrthancServer> {
  const program = requires("orthanc").path;
  if (program === undefined) throw new Error("Orthanc is not installed; ask requires() first");
  const folder = createTempDir("orthanc");
  const port = await freePort();
  writeFileSync(
    folder.join("orthanc.json"),
    JSON.stringify({
      ...{ StorageDirectory: folder.join("storage"), IndexDirectory: folder.join("storage"), HttpPort: port },
      ...{ DicomServerEnabled: false, RemoteAccessAllowed: false, Plugins: [] },
      ...{ AuthenticationEnabled: true, RegisteredUsers: { [user.username]: user.password } },
    }),
  );
  const headers = {
    authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`,
  };
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    return await answer.json();
  };
  let leave = async (): Promise<void> => undefined;
  async function comeBack(): Promise<void> {
    const child = spawn(program ?? "", [folder.join("orthanc.json")], { stdio: "ignore" });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    leave = async () => {
      child.kill();
      await ended;
    };
    const until = Date.now() + startMs;
    while (!(await get("/system").then(Boolean, () => false))) {
      if (child.exitCode !== null || Date.now() > until) throw new Error("Orthanc did not start");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await comeBack();
  return {
    ...{ ...user, port },
    async instances() {
      const ids = (await get("/instances")) as string[];
      return await Promise.all(
        ids.map(async (id) => (await get(`/instances/${id}/simplified-tags`)) as Readonly<Record<string, unknown>>),
      );
    },
    async removeAll() {
      for (const id of (await get("/instances")) as string[])
        await fetch(`http://127.0.0.1:${port}/instances/${id}`, { method: "DELETE", headers });
    },
    leave: () => leave(),
    comeBack,
    async stop() {
      await leave();
      folder.remove();
    },
  };
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer().once("error", reject);
  probe.listen(0, "127.0.0.1", () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
  return promise;
}
