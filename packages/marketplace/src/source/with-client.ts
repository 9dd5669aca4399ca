import { randomBytes } from "node:crypto";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Updater } from "tuf-js";
import type { Metadata, Signed } from "../sign/metadata.ts";
import { createFetcher, metadataAddress, targetsAddress, type ReadFile } from "./fetcher.ts";

export interface ClientOptions {
  /** Where what was verified is kept between refreshes: what protects from a roll back. */
  folder: string;
  /** The first root, that a person compared; later ones are signed by the one before. */
  root: Uint8Array;
  read: ReadFile;
}

export interface Client {
  updater: Updater;
  /** What is kept when it ends; the updater's files are in it. */
  folder: string;
  /** A role that the updater verified. */
  role<S extends Signed>(name: string): Promise<S>;
}

/** Publishers of one source at most; each is one file to fetch. */
export const publishersMax = 1_000;
const limits = {
  maxRootRotations: 256,
  maxDelegations: publishersMax,
  rootMaxLength: 512_000,
  timestampMaxLength: 16_384,
  snapshotMaxLength: 2_000_000,
  targetsMaxLength: 20_000_000,
};

/**
 * Lets `act` update the trusted metadata (TUF 1.0.34, section 5) and keeps what it came to trust, also where it fails: keys
 * that were taken away stay taken away. The client writes its files in place, so that it works on a copy: what is kept is a folder
 * that was written whole, and a loss of power leaves the old or the new (threat 230). One at a time on one folder.
 */
export async function withClient<T>(
  { folder, root, read }: ClientOptions,
  act: (client: Client) => Promise<T>,
): Promise<T> {
  const work = join(folder, "metadata");
  const kept = await restore(folder, work, root);
  const updater = new Updater({
    metadataDir: work,
    metadataBaseUrl: metadataAddress,
    targetBaseUrl: targetsAddress,
    targetDir: folder,
    fetcher: createFetcher(read),
    config: limits,
  });
  const role = async <S extends Signed>(name: string): Promise<S> =>
    (JSON.parse(await readFile(join(work, `${encodeURIComponent(name)}.json`), "utf8")) as Metadata<S>).signed;
  try {
    return await act({ updater, folder: work, role });
  } finally {
    await keep(folder, work, kept);
  }
}

/** What was kept last below `folder`; undefined where nothing was read yet. */
export async function findKept(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const last = Math.max(0, ...names.map((name) => Number(keptPattern.exec(name)?.[1] ?? 0)));
  return last === 0 ? undefined : join(folder, keptName(last));
}

const keptPattern = /^trusted-([1-9][0-9]{0,15})$/;
const keptName = (count: number): string => `trusted-${count}`;

/** The folder that was kept last, copied to where the client works; the first root where there is none. */
async function restore(folder: string, work: string, root: Uint8Array): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  const counts = names.map((name) => Number(keptPattern.exec(name)?.[1] ?? 0));
  const last = Math.max(0, ...counts);
  const stale = names.filter((name) => name.endsWith(".draft") || (keptPattern.test(name) && name !== keptName(last)));
  for (const name of stale) await rm(join(folder, name), { recursive: true });
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { mode: 0o700 });
  if (last === 0) await writeFile(join(work, "root.json"), root);
  for (const name of last === 0 ? [] : await readdir(join(folder, keptName(last))))
    await copyFile(join(folder, keptName(last), name), join(work, name));
  return last;
}

async function keep(folder: string, work: string, last: number): Promise<void> {
  const before = join(folder, keptName(last));
  if (last > 0 && (await sameFiles(work, before))) return;
  const draft = join(folder, `${randomBytes(6).toString("hex")}.draft`);
  await mkdir(draft, { mode: 0o700 });
  for (const name of await readdir(work)) {
    await copyFile(join(work, name), join(draft, name));
    await sync(join(draft, name));
  }
  await sync(draft);
  await rename(draft, join(folder, keptName(last + 1)));
  await sync(folder);
  if (last > 0) await rm(before, { recursive: true });
}

async function sameFiles(one: string, other: string): Promise<boolean> {
  const [names, others] = [await readdir(one), new Set(await readdir(other))];
  if (names.length !== others.size) return false;
  for (const name of names)
    if (!others.has(name) || !(await readFile(join(one, name))).equals(await readFile(join(other, name)))) return false;
  return true;
}

async function sync(path: string): Promise<void> {
  const opened = await open(path, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
