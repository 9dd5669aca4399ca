import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError } from "@hilum/contract";
import { listName, type ListedFile, type ReadPackage } from "../package/read-package.ts";

/** Bytes of versions that were taken, each in a folder called by the digest of its package and never changed again. */
export interface InstalledPackages {
  /** Where the code of this package lies, or would lie. */
  folderOf(digest: string): string;
  /** Whole or not at all, also where the power goes (threat 230). A package that is there already is not written again. */
  install(taken: ReadPackage): Promise<void>;
  /**
   * Reads every file again and compares it with the list that was signed (threat 117, 118). Throws `package.modified`, naming the
   * first file that differs, and `package.not_installed`.
   */
  verify(digest: string, listDigest: string): Promise<void>;
  /** Those that are there. */
  list(): Promise<string[]>;
  /** Throws nothing where it is not there. */
  remove(digest: string): Promise<void>;
  /** Removes what a crash left half written. Called once, before anything is installed. */
  sweep(): Promise<void>;
}

const draftSuffix = ".draft";
const digestPattern = /^[0-9a-f]{64}$/;

export function createInstalledPackages(root: string): InstalledPackages {
  const folderOf = (digest: string): string => {
    if (!digestPattern.test(digest)) throw new HilumError("package.not_installed");
    return join(root, digest);
  };
  return {
    folderOf,
    install: async (taken) => {
      const folder = folderOf(taken.digest);
      if (await exists(folder)) return;
      await mkdir(root, { recursive: true, mode: 0o755 });
      const draft = `${folder}.${randomBytes(6).toString("hex")}${draftSuffix}`;
      try {
        await writeDraft(draft, taken);
        await rename(draft, folder);
        await syncFolder(root);
      } catch (error) {
        await removeFolder(draft);
        throw noSpace(error, root);
      }
    },
    verify: (digest, listDigest) => verifyFolder(folderOf(digest), listDigest),
    list: async () => (await readdir(root).catch(() => [])).filter((name) => digestPattern.test(name)),
    remove: (digest) => removeFolder(folderOf(digest)),
    sweep: async () => {
      for (const name of await readdir(root).catch(() => []))
        if (name.endsWith(draftSuffix)) await removeFolder(join(root, name));
    },
  };
}

async function writeDraft(draft: string, { files }: ReadPackage): Promise<void> {
  const folders = new Set<string>([draft]);
  for (const { path, bytes } of files) {
    const place = join(draft, path);
    await mkdir(dirname(place), { recursive: true, mode: 0o755 });
    for (let above = dirname(place); above !== draft; above = dirname(above)) folders.add(above);
    const file = await open(place, "wx", 0o444);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Whatever the umask says: plugins run as users of their own and must be able to read it.
    await chmod(place, 0o444);
  }
  for (const folder of [...folders].toSorted((one, other) => other.length - one.length)) {
    await syncFolder(folder);
    await chmod(folder, 0o555);
  }
}

async function verifyFolder(folder: string, listDigest: string): Promise<void> {
  if (!(await exists(folder))) throw new HilumError("package.not_installed");
  const list = await readFile(join(folder, listName)).catch(() => Buffer.alloc(0));
  if (sha256(list) !== listDigest) throw modified(listName);
  const listed = (JSON.parse(list.toString("utf8")) as { files: ListedFile[] }).files;
  const present = new Set(await listFiles(folder, ""));
  for (const { path, digest } of listed) {
    if (!present.delete(path)) throw modified(path);
    if (sha256(await readOpened(join(folder, path))) !== digest) throw modified(path);
  }
  present.delete(listName);
  const [more] = present;
  if (more !== undefined) throw modified(more);
}

/** Regular files alone: a link or a device beside them is a change. */
async function listFiles(folder: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) found.push(path);
    else throw modified(path);
  }
  return found;
}

async function readOpened(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Its folders are read-only to everybody but root. */
async function removeFolder(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  await openUp(folder);
  await rm(folder, { recursive: true, force: true });
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

const exists = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined)) !== undefined;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function modified(path: string): HilumError {
  return new HilumError("package.modified", {
    detail: `${path} is not as it was installed.`,
    problems: [{ pointer: `/${path}`, message: "is not as it was installed", fix: "Install the version again." }],
  });
}

function noSpace(error: unknown, root: string): unknown {
  const full = error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
  return full ? new HilumError("data.no_space", { detail: `The disk of ${root} is full.`, cause: error }) : error;
}
