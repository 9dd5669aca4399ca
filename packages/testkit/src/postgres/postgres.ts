import { randomBytes } from "node:crypto";
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTempDir } from "../files/temp-dir.ts";
import { runDirectory } from "../run/run-directory.ts";
import { readCluster, runSql, startCluster, stopCluster, type Cluster } from "./cluster.ts";

/** A database of its own in the private cluster. */
export interface PostgresDatabase {
  /** `postgresql://user:password@127.0.0.1:port/name` */
  readonly connectionString: string;
  /** Drops the database, cutting connections that are still open. */
  drop(): void;
}

export interface Postgres {
  /** Leads to the maintenance database; tests work in one of `createDatabase()`. */
  readonly connectionString: string;
  createDatabase(): PostgresDatabase;
  /** Stops the cluster when it is this caller's own; the cluster of a Vitest run stops with the run. */
  stop(): void;
}

const lockTimeoutMs = 60_000;
const lockPollMs = 50;

/**
 * Gives a real PostgreSQL. Within a Vitest run all workers share one cluster, started by the first that asks; outside,
 * the caller gets one of its own. Ask `requires("postgresql")` first.
 */
export async function startPostgres(): Promise<Postgres> {
  const shared = runDirectory();
  if (shared !== undefined) return describeCluster(await sharedCluster(shared), () => {});
  const own = createTempDir("postgres");
  const stop = (): void => {
    stopCluster(own.path);
    own.remove();
  };
  try {
    const cluster = await startCluster(own.path);
    process.once("exit", stop);
    return describeCluster(cluster, () => {
      process.off("exit", stop);
      stop();
    });
  } catch (error) {
    stop();
    throw error;
  }
}

/** Making a folder is atomic, which makes it the lock between workers. */
async function sharedCluster(folder: string): Promise<Cluster> {
  const lock = join(folder, "postgres.lock");
  const deadline = Date.now() + lockTimeoutMs;
  while (!acquire(lock)) {
    if (Date.now() > deadline) throw new Error("another worker has been starting PostgreSQL for a minute");
    await sleep(lockPollMs);
  }
  try {
    return readCluster(folder) ?? (await startCluster(folder));
  } finally {
    rmdirSync(lock);
  }
}

function acquire(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function describeCluster(cluster: Cluster, stop: () => void): Postgres {
  const urlOf = (database: string): string =>
    `postgresql://${cluster.user}:${cluster.password}@${cluster.host}:${cluster.port}/${database}`;
  return {
    connectionString: urlOf("postgres"),
    createDatabase: () => {
      const name = `hilum_${randomBytes(6).toString("hex")}`;
      runSql(cluster, `create database ${name} template template0 encoding 'UTF8'`);
      return {
        connectionString: urlOf(name),
        drop: () => runSql(cluster, `drop database if exists ${name} with (force)`),
      };
    },
    stop,
  };
}
