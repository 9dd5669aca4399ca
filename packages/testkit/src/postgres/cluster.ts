import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { findPostgresBin } from "../run/programs.ts";

/** Where a running private cluster is reached. It listens on loopback only and trusts nobody without the password. */
export interface Cluster {
  host: string;
  port: number;
  user: string;
  password: string;
}

const descriptionFile = "postgres.json";
const startAttempts = 5;

/**
 * Makes and starts a PostgreSQL cluster in `folder`, without fsync: it holds test data only. initdb refuses root, so
 * root hands the folder and the processes to the `postgres` user (or `nobody`).
 */
export async function startCluster(folder: string): Promise<Cluster> {
  const owner = unprivilegedOwner();
  const data = join(folder, "postgres");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (owner !== undefined) {
    chmodSync(folder, 0o711);
    chownSync(data, owner.uid, owner.gid);
  }
  const password = crypto.randomUUID();
  const passwordFile = join(data, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid);

  const cluster = join(data, "cluster");
  runAs(owner, "initdb", [
    "-D",
    cluster,
    "-U",
    "hilum",
    "-A",
    "scram-sha-256",
    "--pwfile",
    passwordFile,
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ]);
  const port = await startOnFreePort(owner, cluster, join(data, "log"));
  const description: Cluster = { host: "127.0.0.1", port, user: "hilum", password };
  writeFileSync(join(folder, descriptionFile), JSON.stringify(description), { mode: 0o600 });
  return description;
}

/** The cluster that `startCluster` left running in `folder`. */
export function readCluster(folder: string): Cluster | undefined {
  const path = join(folder, descriptionFile);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as Cluster;
}

/** Stops the cluster in `folder`; does nothing where none runs, as after a power cut, which leaves its pid file. */
export function stopCluster(folder: string): void {
  const cluster = join(folder, "postgres", "cluster");
  if (!isRunning(cluster)) return;
  try {
    runAs(unprivilegedOwner(), "pg_ctl", ["-D", cluster, "-m", "immediate", "-w", "stop"]);
  } catch (error) {
    // It may have ended by itself since it was looked at.
    if (isRunning(cluster)) throw error;
  }
}

/** Runs one SQL statement on the maintenance database. */
export function runSql(cluster: Cluster, sql: string): void {
  const connection = ["-h", cluster.host, "-p", String(cluster.port), "-U", cluster.user, "-d", "postgres"];
  execFileSync(program("psql"), [...connection, "-v", "ON_ERROR_STOP=1", "-X", "-q", "-c", sql], {
    env: { ...process.env, PGPASSWORD: cluster.password },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/**
 * Whether the process that the pid file of `cluster` names is alive and serves this cluster. The number alone proves
 * nothing: the machine may have started anew since, and given it to somebody else, whom pg_ctl would then signal.
 */
function isRunning(cluster: string): boolean {
  const pidFile = join(cluster, "postmaster.pid");
  if (!existsSync(pidFile)) return false;
  const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  const listed = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  // A machine without ps: /proc tells the same on Linux.
  const command = listed.error === undefined ? listed.stdout : commandLineOf(pid);
  return command.includes(cluster);
}

function commandLineOf(pid: number): string {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

interface Owner {
  uid: number;
  gid: number;
}

function unprivilegedOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const account = ["postgres", "nobody"]
    .map((name) => accounts.find(([user]) => user === name))
    .find((entry) => entry !== undefined);
  if (account === undefined)
    throw new Error("PostgreSQL refuses root, and there is no user postgres or nobody to run it as");
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** A port that was free a moment ago may be taken by now: PostgreSQL then fails to start, and the next one is tried. */
async function startOnFreePort(owner: Owner | undefined, cluster: string, log: string): Promise<number> {
  let failure: unknown;
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const port = await freePort();
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      "max_connections=100",
      "shared_buffers=64MB",
    ];
    try {
      runAs(owner, "pg_ctl", [
        "-D",
        cluster,
        "-l",
        log,
        "-w",
        "-o",
        settings.map((setting) => `-c ${setting}`).join(" "),
        "start",
      ]);
      return port;
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`PostgreSQL did not start: ${existsSync(log) ? readFileSync(log, "utf8") : "no log"}`, {
    cause: failure,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function runAs(owner: Owner | undefined, name: string, args: string[]): void {
  // The daemon that pg_ctl starts keeps the descriptors it gets, so none of ours may be a pipe that we wait on.
  const result = spawnSync(program(name), args, { ...owner, cwd: "/", env: { LC_ALL: "C.UTF-8" }, stdio: "ignore" });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${name} ended with ${result.status ?? result.signal}`);
}

function program(name: string): string {
  const bin = findPostgresBin();
  if (bin === undefined) throw new Error("PostgreSQL is not installed");
  return join(bin, name);
}
