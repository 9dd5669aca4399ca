import { createHash } from "node:crypto";
import { repositoryFiles } from "../log/log-files.ts";
import { createKeyFile, type SigningKey } from "../sign/keys.ts";
import type { Metadata, RoleName, TargetFile, Targets } from "../sign/metadata.ts";
import {
  createRepository,
  delegate,
  publish,
  seal,
  takePublication,
  targetPath,
  usualLifetimes,
  type Repository,
  type Signers,
  type SignersOf,
} from "../sign/repository.ts";
import type { ReadFile } from "../source/fetcher.ts";

/** Sealing a key takes a while by design, so that each is made once. */
const made = new Map<string, Promise<SigningKey>>();

export function aKey(title: string): Promise<SigningKey> {
  const known = made.get(title);
  if (known !== undefined) return known;
  const key = createKeyFile({ title }, "twelve letters and more").then((created) => created.key);
  made.set(title, key);
  return key;
}

const signers = (keys: readonly SigningKey[], threshold = 1): Signers => ({ keys, threshold });

export interface Marketplace {
  now: Date;
  keys: SignersOf & { publisher: readonly SigningKey[] };
  roles: Record<RoleName, Signers>;
  repository: Repository;
  /** What a client would fetch, by path. */
  readonly files: Map<string, Uint8Array>;
  /** Paths that were asked for. */
  readonly asked: string[];
  readonly read: ReadFile;
  /** Writes the repository as it is now. */
  write(): void;
  /** Publishes the publisher's files, with their bytes. */
  publish(files: Record<string, string>): Promise<void>;
  /** Writes a publication that no keeper would take. */
  force(publisher: string, publication: Metadata<Targets>): Promise<void>;
}

export const publisher = "com.example";

/** `<plugin>-<version>.hilum` is a package; other files are nothing in particular. */
function aboutOf(path: string): Pick<TargetFile, "custom"> {
  const [, plugin, version] = /^[^/]+\/(.+)-(\d+\.\d+\.\d+)\.hilum$/.exec(path) ?? [];
  return plugin === undefined ? {} : { custom: { kind: "package", plugin, version } };
}

/** A marketplace of one publisher, whose root needs two of three keys. */
export async function createMarketplace({ test = false }: { test?: boolean } = {}): Promise<Marketplace> {
  const now = new Date();
  const [one, two, three, targets, snapshot, timestamp, own] = await Promise.all(
    ["one", "two", "three", "targets", "snapshot", "timestamp", "publisher"].map(aKey),
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error("no keys");
  if (targets === undefined || snapshot === undefined || timestamp === undefined || own === undefined)
    throw new Error("no keys");
  const keys = { root: [one, two], targets: [targets], snapshot: [snapshot], timestamp: [timestamp], publisher: [own] };
  const roles = {
    root: signers([one, two, three], 2),
    targets: signers([targets]),
    snapshot: signers([snapshot]),
    timestamp: signers([timestamp]),
  };
  const when = { now, lifetimes: usualLifetimes };
  let repository = await createRepository(roles, keys, { ...when, test });
  repository = await delegate(repository, { name: publisher, ...signers(keys.publisher) }, keys, when);
  const files = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const market: Marketplace = {
    now,
    keys,
    roles,
    repository,
    files,
    asked,
    read: async (path) => {
      asked.push(path);
      return files.get(path);
    },
    write: () => {
      for (const { path, bytes } of repositoryFiles(market.repository)) files.set(path, bytes);
    },
    publish: async (content) => {
      const described = Object.fromEntries(
        Object.entries(content).map(([path, text]): [string, TargetFile] => [
          path,
          {
            ...{ length: Buffer.byteLength(text), hashes: { sha256: createHash("sha256").update(text).digest("hex") } },
            ...aboutOf(path),
          },
        ]),
      );
      for (const [path, text] of Object.entries(content))
        files.set(targetPath(path, described[path] as TargetFile), Buffer.from(text));
      const before = market.repository.publishers[publisher];
      const publication = await publish(before, publisher, described, market.keys.publisher, when);
      market.repository = await takePublication(market.repository, publisher, publication, market.keys, when);
      market.write();
    },
    force: async (name, publication) => {
      const publishers = { ...market.repository.publishers, [name]: publication };
      market.repository = await seal({ ...market.repository, publishers }, market.repository, market.keys, when);
      market.write();
    },
  };
  await market.publish({ "com.example/one.hilum": "the first" });
  // The first root stays where it is, also after others.
  return market;
}
