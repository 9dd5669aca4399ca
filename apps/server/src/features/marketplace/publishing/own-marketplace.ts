import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError } from "@hilum/contract";
import { repositoryFiles } from "@hilum/marketplace";
import { targetPath, type Metadata, type Repository, type RepositoryFile, type Targets } from "@hilum/marketplace/sign";

/** What was taken in last: it is the marketplace, and the files that are served follow from it. */
export interface OwnState {
  repository: Repository;
  /** Submissions that came in by it. */
  takenIn: readonly string[];
  at: string;
}

/** The organisation's own marketplace on the disk. One act at a time. */
export interface OwnMarketplace {
  /** The static files: serve it, or copy it to a static host or a stick. */
  readonly folder: string;
  /** Undefined until its keeper has made it. */
  read(): Promise<OwnState | undefined>;
  /** The old or the new, also where the process is killed in the midst of it: `restore` ends what was begun. */
  commit(state: OwnState): Promise<void>;
  /** Writes what a crash kept from being written, and answers the state. Called once, before anything is asked. */
  restore(): Promise<OwnState | undefined>;
  /** Keeps an uploaded file by its digest, which is answered. Throws `key_file.sent`. */
  keep(bytes: Buffer): Promise<string>;
  /** Undefined where no such file was uploaded. */
  find(digest: string): Promise<Buffer | undefined>;
  has(digest: string, length: number): Promise<boolean>;
  /** Removes files that were uploaded before that moment, are not published, and are not among these; answers how many. */
  sweep(before: Date, digests: ReadonlySet<string>): Promise<number>;
}

const draftSuffix = ".draft";
const digestPattern = /^[0-9a-f]{64}$/;

export function createOwnMarketplace(dir: string): OwnMarketplace {
  const folder = join(dir, "public");
  const statePath = join(dir, "state.json");
  const fileOf = (digest: string): string => join(dir, "files", digest);
  const published = new Set<string>();

  async function read(): Promise<OwnState | undefined> {
    const text = await readFile(statePath, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    return text === undefined ? undefined : (JSON.parse(text) as OwnState);
  }

  /** Each file once, under a name that it never loses; what tells clients of them is written last. */
  async function serve({ repository }: OwnState): Promise<void> {
    for (const { signed } of Object.values(repository.publishers))
      for (const [path, target] of Object.entries(signed.targets))
        await publishFile(fileOf(target.hashes.sha256), join(folder, targetPath(path, target)));
    for (const { path, bytes } of inOrder(repositoryFiles(repository)))
      await writeUnlessTile(join(folder, path), bytes);
  }

  /** A tile of the log never changes under its name, and there are many. */
  async function writeUnlessTile(to: string, bytes: Uint8Array): Promise<void> {
    const tile = to.startsWith(join(folder, "log", "tile"));
    if (tile && (published.has(to) || (await stat(to).catch(() => undefined)) !== undefined)) return;
    await writeWhole(to, bytes);
    if (tile) published.add(to);
  }

  async function publishFile(from: string, to: string): Promise<void> {
    if (published.has(to)) return;
    await mkdir(dirname(to), { recursive: true, mode: 0o755 });
    // A link is there whole or not at all, and takes no room.
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    published.add(to);
  }

  return {
    folder,
    read,
    async commit(state) {
      await writeWhole(statePath, Buffer.from(JSON.stringify(state)));
      await serve(state);
    },
    async restore() {
      for (const place of [dir, join(dir, "files"), join(folder, "metadata")]) await removeDrafts(place);
      await removeDrafts(join(folder, "log"), { recursive: true });
      const state = await read();
      if (state !== undefined) await serve(state);
      return state;
    },
    async keep(bytes) {
      if (isKeyFile(bytes)) throw new HilumError("key_file.sent");
      const digest = createHash("sha256").update(bytes).digest("hex");
      // What is uploaded again counts from now.
      const known = await utimes(fileOf(digest), new Date(), new Date()).then(
        () => true,
        () => false,
      );
      if (!known) await writeWhole(fileOf(digest), bytes);
      return digest;
    },
    find: async (digest) =>
      digestPattern.test(digest) ? await readFile(fileOf(digest)).catch(() => undefined) : undefined,
    has: async (digest, length) =>
      digestPattern.test(digest) && (await stat(fileOf(digest)).catch(() => undefined))?.size === length,
    async sweep(before, digests) {
      const names = await readdir(join(dir, "files")).catch(() => []);
      const state = await read();
      const listed = new Set(state === undefined ? [] : Object.values(state.repository.publishers).flatMap(digestsOf));
      let removed = 0;
      for (const digest of names.filter((name) => digestPattern.test(name))) {
        if (listed.has(digest) || digests.has(digest)) continue;
        const uploaded = (await stat(fileOf(digest)).catch(() => undefined))?.mtime;
        if (uploaded === undefined || uploaded >= before) continue;
        await rm(fileOf(digest), { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

/** Digests of the files that a publisher's list names. */
export const digestsOf = ({ signed }: Metadata<Targets>): string[] =>
  Object.values(signed.targets).map(({ hashes }) => hashes.sha256);

/** The log's head, the root and the timestamp last: until they are there, a client finds the state before, whole. */
function inOrder(files: readonly RepositoryFile[]): RepositoryFile[] {
  const late = /\.root\.json$|\/timestamp\.json$/;
  return [...files.filter(({ path }) => !late.test(path)), ...files.filter(({ path }) => late.test(path))];
}

/** A private key as `hilum-key/1` or PEM: it has no business here. */
function isKeyFile(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 4096).toString("latin1").trimStart();
  return /^\{[^]*"hilum-key\/1"/.test(head) || /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(head);
}

/** What a crash left half written. */
async function removeDrafts(folder: string, { recursive = false } = {}): Promise<void> {
  for (const name of await readdir(folder, { recursive }).catch(() => []))
    if (name.endsWith(draftSuffix)) await rm(join(folder, name), { force: true });
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const draft = `${path}.${randomBytes(6).toString("hex")}${draftSuffix}`;
  try {
    const file = await open(draft, "wx", 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(draft, { force: true });
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
    throw full ? new HilumError("data.no_space", { cause: error }) : error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
