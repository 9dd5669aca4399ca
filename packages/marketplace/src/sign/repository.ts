import { HilumError } from "@hilum/contract/errors";
import type { PublicKey, SigningKey } from "./keys.ts";
import { checkPublication } from "./check-publication.ts";
import { lifetimesOf, type Lifetimes } from "./lifetimes.ts";
import { extendLog, headOf, type PackageLog } from "./package-log.ts";
import { publisherPattern } from "./publisher-name.ts";
import {
  common,
  describe,
  encode,
  sign,
  type DelegatedRole,
  type Metadata,
  type Root,
  type RoleName,
  type Signed,
  type Snapshot,
  type TargetFile,
  type Targets,
  type Timestamp,
} from "./metadata.ts";

export const usualLifetimes: Lifetimes = lifetimesOf["signed-weekly"];

/** Public keys of a role, and how many of them must sign. */
export interface Signers {
  keys: readonly { id: string; public: PublicKey }[];
  threshold: number;
}

/** A file of the repository by its path below the repository's address. */
export interface RepositoryFile {
  path: string;
  bytes: Uint8Array;
}

/** All roles as they are now. Immutable: each act answers the next one. */
export interface Repository {
  root: Metadata<Root>;
  targets: Metadata<Targets>;
  /** One terminating role per publisher, by its name. */
  publishers: Readonly<Record<string, Metadata<Targets>>>;
  snapshot: Metadata<Snapshot>;
  timestamp: Metadata<Timestamp>;
  /** None where it was signed last by a Hilum that knew of none. */
  log?: PackageLog;
}

export interface SignersOf {
  root: readonly SigningKey[];
  targets: readonly SigningKey[];
  snapshot: readonly SigningKey[];
  timestamp: readonly SigningKey[];
}

export interface When {
  now: Date;
  lifetimes: Lifetimes;
}

/** A repository without a publisher. `roles` says whose keys sign; `keys` are those that do it now. */
export async function createRepository(
  roles: Record<RoleName, Signers>,
  keys: SignersOf,
  { now, lifetimes, test = false }: When & { test?: boolean },
): Promise<Repository> {
  return foundRepository(await sign<Root>(newRoot(1, roles, { now, lifetimes, test }), keys.root), keys, {
    now,
    lifetimes,
  });
}

/** As `createRepository`, from a first root that several persons signed apart. */
export async function foundRepository(
  root: Metadata<Root>,
  keys: Omit<SignersOf, "root">,
  { now, lifetimes }: When,
): Promise<Repository> {
  const targets = await sign<Targets>(
    { _type: "targets", ...common(1, lifetimes.targets, now), targets: {} },
    keys.targets,
  );
  return seal({ root, targets, publishers: {} }, undefined, keys, { now, lifetimes });
}

/** Unsigned. Throws `source.invalid` for a role with fewer keys than must sign. */
export function newRoot(
  version: number,
  roles: Record<RoleName, Signers>,
  { now, lifetimes, test }: When & { test: boolean },
): Root {
  const signers = Object.values(roles);
  const tooFew = Object.entries(roles).find(([, { keys, threshold }]) => threshold < 1 || keys.length < threshold);
  if (tooFew !== undefined)
    throw new HilumError("source.invalid", { detail: `The role ${tooFew[0]} has fewer keys than must sign.` });
  return {
    _type: "root",
    ...common(version, lifetimes.root, now),
    consistent_snapshot: true,
    ...(test ? { "x-hilum-test": true } : {}),
    keys: Object.fromEntries(signers.flatMap(({ keys }) => keys.map((key) => [key.id, key.public]))),
    roles: Object.fromEntries(
      Object.entries(roles).map(([name, { keys, threshold }]) => [
        name,
        { keyids: [...new Set(keys.map(({ id }) => id))], threshold },
      ]),
    ) as Root["roles"],
  };
}

/**
 * Replaces keys: the next root is signed by enough keys of the one before and of itself (TUF 5.3.4). Keys that were lost or stolen
 * are left out of `roles`; what they signed since is refused from then on.
 */
export async function rotateRoot(
  repository: Repository,
  roles: Record<RoleName, Signers>,
  keys: SignersOf,
  when: When,
): Promise<Repository> {
  const { version, "x-hilum-test": test = false } = repository.root.signed;
  const root = await sign<Root>(newRoot(version + 1, roles, { ...when, test }), keys.root);
  return seal({ ...repository, root }, repository, keys, when);
}

/** Lets a publisher sign packages below its own name. Given again with other keys, the old ones sign nothing more. */
export async function delegate(
  repository: Repository,
  publisher: { name: string } & Signers,
  keys: SignersOf,
  when: When,
): Promise<Repository> {
  const { name } = publisher;
  if (!publisherPattern.test(name))
    throw new HilumError("source.invalid", {
      detail: "A publisher's name is the beginning of its plugins' ids: com.example.",
    });
  const { targets } = repository;
  const role: DelegatedRole = {
    name,
    keyids: publisher.keys.map(({ id }) => id),
    threshold: publisher.threshold,
    paths: [`${name}/*`],
    terminating: true,
  };
  const roles = [...(targets.signed.delegations?.roles ?? []).filter((one) => one.name !== name), role];
  const known = {
    ...targets.signed.delegations?.keys,
    ...Object.fromEntries(publisher.keys.map((key) => [key.id, key.public])),
  };
  const used = new Set(roles.flatMap(({ keyids }) => keyids));
  const next = await sign<Targets>(
    {
      ...targets.signed,
      ...common(targets.signed.version + 1, when.lifetimes.targets, when.now),
      delegations: { keys: Object.fromEntries(Object.entries(known).filter(([id]) => used.has(id))), roles },
    },
    keys.targets,
  );
  return seal({ ...repository, targets: next }, repository, keys, when);
}

/**
 * A publisher's next list of files. It is made and signed where the publisher's key is, and handed to whoever keeps the
 * repository, who takes it with `takePublication`.
 */
export async function publish(
  before: Metadata<Targets> | undefined,
  publisher: string,
  files: Readonly<Record<string, TargetFile>>,
  keys: readonly SigningKey[],
  { now, lifetimes }: When,
): Promise<Metadata<Targets>> {
  const outside = Object.keys(files).find((path) => !path.startsWith(`${publisher}/`) || path.split("/").length !== 2);
  if (outside !== undefined)
    throw new HilumError("source.invalid", { detail: `${outside} does not lie below ${publisher}.` });
  const version = (before?.signed.version ?? 0) + 1;
  return sign<Targets>({ _type: "targets", ...common(version, lifetimes.targets, now), targets: { ...files } }, keys);
}

/**
 * Takes what a publisher handed in, if the keys that the publisher was given signed it and it is newer than what is there. Throws
 * `source.signature`, `source.rolled_back` and `source.invalid`: what clients would refuse must not reach them.
 */
export async function takePublication(
  repository: Repository,
  publisher: string,
  publication: Metadata<Targets>,
  keys: SignersOf,
  when: When,
): Promise<Repository> {
  await checkPublication(repository, publisher, publication, when.now);
  return seal(
    { ...repository, publishers: { ...repository.publishers, [publisher]: publication } },
    repository,
    keys,
    when,
  );
}

/** Signs the timestamp anew before it expires; nothing else changes. */
export async function renew(
  repository: Repository,
  keys: Pick<SignersOf, "snapshot" | "timestamp">,
  when: When,
): Promise<Repository> {
  return seal(repository, repository, keys, when);
}

/** Signs the list of publishers anew before it expires; who may sign stays as it is. */
export async function renewTargets(
  repository: Repository,
  keys: Omit<SignersOf, "root">,
  when: When,
): Promise<Repository> {
  const { signed } = repository.targets;
  const next = { ...signed, ...common(signed.version + 1, when.lifetimes.targets, when.now) };
  return seal({ ...repository, targets: await sign<Targets>(next, keys.targets) }, repository, keys, when);
}

/** Log, snapshot and timestamp over what is there, whatever it is. Throws as `extendLog` does. */
export async function seal(
  { root, targets, publishers }: Pick<Repository, "root" | "targets" | "publishers">,
  before: Repository | undefined,
  keys: Pick<SignersOf, "snapshot" | "timestamp">,
  { now, lifetimes }: When,
): Promise<Repository> {
  const described = await Promise.all(
    Object.entries(publishers).map(async ([name, metadata]) => [`${name}.json`, await describe(metadata)] as const),
  );
  const log = await extendLog(before?.log, { root, publishers }, keys.snapshot);
  const snapshot = await sign<Snapshot>(
    {
      _type: "snapshot",
      ...common((before?.snapshot.signed.version ?? 0) + 1, lifetimes.snapshot, now),
      meta: { "targets.json": await describe(targets), ...Object.fromEntries(described) },
      "x-hilum-log": await headOf(log),
    },
    keys.snapshot,
  );
  const timestamp = await sign<Timestamp>(
    {
      _type: "timestamp",
      ...common((before?.timestamp.signed.version ?? 0) + 1, lifetimes.timestamp, now),
      meta: { "snapshot.json": await describe(snapshot) },
    },
    keys.timestamp,
  );
  return { root, targets, publishers, snapshot, timestamp, log };
}

/**
 * The metadata as files below `metadata/`; those of earlier versions stay where they are. `timestamp.json` is written last. What is served
 * is `repositoryFiles`, which has the log too.
 */
export function metadataFiles({ root, targets, publishers, snapshot, timestamp }: Repository): RepositoryFile[] {
  const versioned = (name: string, metadata: Metadata<Signed>): RepositoryFile => ({
    path: `metadata/${metadata.signed.version}.${name}.json`,
    bytes: encode(metadata),
  });
  return [
    versioned("root", root),
    ...Object.entries(publishers).map(([name, metadata]) => versioned(name, metadata)),
    versioned("targets", targets),
    versioned("snapshot", snapshot),
    { path: "metadata/timestamp.json", bytes: encode(timestamp) },
  ];
}

/** Where a target's bytes lie: by their hash, so that two versions never share a name (TUF, consistent snapshots). */
export function targetPath(path: string, { hashes }: TargetFile): string {
  const [publisher = "", name = ""] = path.split("/");
  return `targets/${publisher}/${hashes.sha256}.${name}`;
}
