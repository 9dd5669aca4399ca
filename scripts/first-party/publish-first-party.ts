import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packFolder } from "@hilum/devtools";
import { listingOf, namesOf, readPackage, repositoryFiles } from "@hilum/marketplace";
import {
  addFiles,
  createKeyFile,
  createRepository,
  delegate,
  lifetimesOf,
  publish,
  takePublication,
  targetPath,
  type FileAbout,
  type NewFile,
  type SigningKey,
} from "@hilum/marketplace/sign";

const publisher = "org.hilum";

/** What a marketplace of the plugins that come with Hilum holds. */
export interface FirstParty {
  publisher: string;
  plugins: { plugin: string; version: string; digest: string; bytes: number }[];
}

/**
 * Packs every plugin below `plugins/` and publishes it into a new marketplace in `folder`, that any static host may serve. Its keys
 * are marked as a test's, made for this run and gone with it: outside of tests every Hilum refuses what they signed.
 */
export async function publishFirstParty(root: string, folder: string): Promise<FirstParty> {
  const when = { now: new Date(), lifetimes: lifetimesOf["signed-weekly"] };
  const [one, two, three, targets, online, own] = await makeKeys(6);
  const keys = { root: [one, two], targets: [targets], snapshot: [online], timestamp: [online] };
  const signers = (list: readonly SigningKey[], threshold = 1) => ({ keys: list, threshold });
  const roles = {
    ...{ root: signers([one, two, three], 2), targets: signers(keys.targets) },
    ...{ snapshot: signers(keys.snapshot), timestamp: signers(keys.timestamp) },
  };
  const empty = await createRepository(roles, keys, { ...when, test: true });
  const open = await delegate(empty, { name: publisher, ...signers([own]) }, keys, when);
  const plugins: FirstParty["plugins"] = [];
  const listed: NewFile[] = [];
  const contents = new Map<string, Uint8Array>();
  const add = (path: string, bytes: Uint8Array, custom: FileAbout): void => {
    listed.push({ path, digest: sha256(bytes), bytes: bytes.length, custom });
    contents.set(path, bytes);
  };
  for (const name of await readdir(join(root, "plugins"))) {
    const archive = await pack(root, name);
    const taken = readPackage(archive);
    const { id: plugin, version = "" } = taken.manifest;
    const names = namesOf(publisher, taken.manifest);
    add(names.package, archive, { kind: "package", plugin, version });
    const listing = listingOf(taken, { publishedAt: when.now.toISOString() });
    add(names.listing, Buffer.from(`${JSON.stringify(listing)}\n`), { kind: "listing", plugin, version });
    plugins.push({ plugin, version, digest: taken.digest, bytes: archive.length });
  }
  const files = addFiles({}, listed);
  const publication = await publish(undefined, publisher, files, [own], when);
  const repository = await takePublication(open, publisher, publication, keys, when);
  for (const [path, target] of Object.entries(files))
    await write(join(folder, targetPath(path, target)), contents.get(path) ?? new Uint8Array());
  for (const { path, bytes } of repositoryFiles(repository)) await write(join(folder, path), bytes);
  return { publisher, plugins };
}

async function pack(root: string, name: string): Promise<Buffer> {
  const { content } = await packFolder(join(root, "plugins", name), {
    moduleRoots: [join(root, "node_modules"), join(root, "packages")],
    pythonSdk: join(root, "sdks/python/src/hilum"),
  });
  return content;
}

type Six = [SigningKey, SigningKey, SigningKey, SigningKey, SigningKey, SigningKey];

async function makeKeys(count: number): Promise<Six> {
  const made = Array.from({ length: count }, async (_, index) => {
    const { key } = await createKeyFile(
      { title: `Test key ${index + 1}`, test: true },
      randomBytes(32).toString("hex"),
    );
    return key;
  });
  return (await Promise.all(made)) as Six;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes, { flag: "wx" });
}
