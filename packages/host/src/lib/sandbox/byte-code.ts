import { createHash } from "node:crypto";
import {
  chmod,
  lchown,
  mkdir,
  mkdtemp,
  opendir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { ByteCodeUse } from "./command-line.ts";
import type { Mount } from "./runtime-files.ts";

/**
 * Byte code of Python plugins, kept between starts: a plugin's code is read-only to it, so that Python would compile the
 * SDK anew at each start. It is made in a sandbox after a start, never by the plugin, and belongs to Hilum alone.
 */
export interface ByteCode {
  /** What was made for this code, or undefined. What is stale in it is not used by Python (PEP 552). */
  find(code: PythonCode): Promise<ByteCodeFolders | undefined>;
  /** Makes it anew where the code has changed since; `compile` fills the empty `folder` and says whether it did. */
  renew(code: PythonCode, compile: (folders: ByteCodeFolders) => Promise<boolean>): Promise<void>;
}

export type ByteCodeFolders = Omit<ByteCodeUse, "compile">;

export interface PythonCode {
  codeDir: string;
  /** Of Python: each has byte code of its own. */
  version: string;
  /** Folder of Python's own library. */
  library: string;
}

/** Beyond these a folder is no plugin of a size that is worth it. */
const filesMax = 4_000;
const bytesMax = 32 * 1024 * 1024;

export function createByteCode(root: string): ByteCode {
  const underWay = new Set<string>();
  const placeOf = ({ codeDir, version }: PythonCode): string =>
    join(root, createHash("sha256").update(`${version} ${codeDir}`).digest("hex"));
  const libraries = new Map<string, Promise<Mount>>();
  const libraryOf = ({ library, version }: PythonCode): Promise<Mount> => {
    const known = libraries.get(version);
    if (known !== undefined) return known;
    const made = linkLibrary(library, join(root, `library-${version}`));
    libraries.set(version, made);
    made.catch(() => libraries.delete(version));
    return made;
  };
  return {
    find: async (code) => {
      const place = placeOf(code);
      const newest = await readNewest(place);
      return newest === undefined ? undefined : { folder: join(place, newest), library: await libraryOf(code) };
    },
    renew: async (code, compile) => {
      const place = placeOf(code);
      if (underWay.has(place)) return;
      underWay.add(place);
      try {
        const [fingerprint, newest] = [await describeSources(code.codeDir), await readNewest(place)];
        if (fingerprint === undefined || fingerprint === newest) return;
        await mkdir(place, { recursive: true, mode: 0o700 });
        const draft = await mkdtemp(join(place, "draft-"));
        try {
          if (!(await compile({ folder: draft, library: await libraryOf(code) }))) return;
          await takeOver(draft);
          await rm(join(place, fingerprint), { recursive: true, force: true });
          await rename(draft, join(place, fingerprint));
          await writeFile(join(place, newestFile), fingerprint);
        } finally {
          await rm(draft, { recursive: true, force: true });
        }
        // A plugin that is starting may have found the one before.
        for (const name of await readdir(place))
          if (![newestFile, fingerprint, newest].includes(name)) await rm(join(place, name), { recursive: true });
      } finally {
        underWay.delete(place);
      }
    },
  };
}

const newestFile = "newest";

async function readNewest(place: string): Promise<string | undefined> {
  return await readFile(join(place, newestFile), "utf8").catch(() => undefined);
}

/**
 * Python's own byte code lies in `__pycache__` folders beside its sources, and under a prefix it is looked for without
 * them: a tree of links leads from the one to the other.
 */
async function linkLibrary(library: string, root: string): Promise<Mount> {
  const mount = { from: root, to: library };
  if ((await stat(root).catch(() => undefined)) !== undefined) return mount;
  await mkdir(dirname(root), { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(`${root}.draft-`);
  for (const folder of await readdir(library, { recursive: true, withFileTypes: true })) {
    if (folder.name !== "__pycache__" || !folder.isDirectory()) continue;
    const beside = join(draft, relative(library, folder.parentPath));
    await mkdir(beside, { recursive: true });
    const from = join(folder.parentPath, folder.name);
    await Promise.all((await readdir(from)).map((name) => symlink(join(from, name), join(beside, name))));
  }
  await chmod(draft, 0o755);
  await rename(draft, root);
  return mount;
}

/** Names, sizes and times of the sources: enough to see that somebody changed one; Python itself compares contents. */
async function describeSources(codeDir: string): Promise<string | undefined> {
  const rows: string[] = [];
  let bytes = 0;
  for await (const entry of await opendir(codeDir, { recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".py")) continue;
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(path);
    bytes += size;
    rows.push(`${path} ${size} ${mtimeMs}`);
    if (rows.length > filesMax || bytes > bytesMax) return undefined;
  }
  return createHash("sha256").update(rows.toSorted().join("\n")).digest("hex");
}

/** The plugin's user made the files; from now on it may only read them. */
async function takeOver(folder: string): Promise<void> {
  const asRoot = process.getuid?.() === 0;
  for await (const entry of await opendir(folder, { recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) throw new Error("byte code holds a link");
    if (asRoot) await lchown(path, 0, 0);
    await chmod(path, entry.isDirectory() ? 0o755 : 0o644);
  }
  if (asRoot) await lchown(folder, 0, 0);
  await chmod(folder, 0o755);
}
