import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import { openSource, repositoryFiles } from "@hilum/marketplace";
import {
  encode,
  publisherPattern,
  type Metadata,
  type PackageLog,
  type Repository,
  type Targets,
} from "@hilum/marketplace/sign";

export interface RepositoryChecks {
  before: Repository | undefined;
  testKeys: boolean;
  /** Publications that two people approved, by the submission that brought them. */
  approved: readonly { id: string; publisher: string; publication: Metadata<Targets> }[];
  /** Whether a file of this digest and length was uploaded. */
  has(digest: string, length: number): Promise<boolean>;
}

/**
 * Holds what a keeper signed to every rule that clients will hold it to, and to what was approved, before a byte of it is
 * written. Answers the submissions that come in by it. Throws `source.*`, `publication.not_approved`, `publication.incomplete`.
 */
export async function checkRepository(next: Repository, checks: RepositoryChecks): Promise<string[]> {
  const { before, testKeys } = checks;
  checkNames(next);
  if (next.root.signed["x-hilum-test"] === true && !testKeys) throw new HilumError("source.test_keys");
  checkVersions(next, before);
  const changed = Object.entries(next.publishers).filter(
    ([name, publication]) => !isSame(publication, before?.publishers[name]),
  );
  await readAsClient(next, before, testKeys, new Set(changed.map(([name]) => name)));
  const takenIn = changed.flatMap(([name, publication]) => findApproved(name, publication, checks));
  for (const [, publication] of changed) await checkFiles(publication, checks.has);
  return takenIn;
}

const isSame = (one: Metadata, other: Metadata | undefined): boolean =>
  other !== undefined && Buffer.from(encode(one)).equals(Buffer.from(encode(other)));

/** Versions and names become names of files. */
function checkNames({ publishers, log: _log, ...roles }: Repository): void {
  const all = [...Object.values(roles), ...Object.values(publishers)];
  const numbered = all.every(({ signed }) => Number.isSafeInteger(signed.version) && signed.version > 0);
  if (!numbered || !Object.keys(publishers).every((name) => publisherPattern.test(name)))
    throw invalid("A role has no version, or a publisher no name.");
  const named = Object.entries(roles).find(([name, { signed }]) => signed._type !== name);
  if (named !== undefined) throw invalid(`What is given as ${named[0]} is something else.`);
}

/** A version rises or stays, and where it stays so do its bytes; roots rise one by one, so that every client can follow. */
function checkVersions(next: Repository, before: Repository | undefined): void {
  const root = next.root.signed.version;
  const rootBefore = before?.root.signed.version ?? 0;
  if (root !== rootBefore + 1 && (before === undefined || root !== rootBefore))
    throw new HilumError(root < rootBefore ? "source.rolled_back" : "source.invalid", {
      detail: `The root has the version ${root}; the marketplace has ${rootBefore}. Each root follows the one before.`,
    });
  if (before === undefined) return;
  const { publishers, log, ...roles } = next;
  const { publishers: publishersBefore, log: logBefore, ...rolesBefore } = before;
  const missing = Object.keys(publishersBefore).find((name) => publishers[name] === undefined);
  if (missing !== undefined)
    throw new HilumError("source.rolled_back", {
      detail: `What ${missing} published is left out. Leave it there, and give ${missing} other keys to stop it.`,
    });
  if (logBefore !== undefined && !extendsLog(log, logBefore))
    throw new HilumError("source.forked", {
      detail:
        "The log of packages does not begin with what the marketplace's log has. Load it again and sign on top of that.",
    });
  const all: Record<string, Metadata> = { ...roles, ...publishers };
  const allBefore: Record<string, Metadata> = { ...rolesBefore, ...publishersBefore };
  for (const [name, role] of Object.entries(all)) checkVersion(name, role, allBefore[name]);
}

/** Nothing leaves the log, and nothing in it changes. */
const extendsLog = (log: PackageLog | undefined, before: PackageLog): boolean =>
  log?.origin === before.origin && before.entries.every((entry, index) => log.entries[index] === entry);

function checkVersion(name: string, role: Metadata, before: Metadata | undefined): void {
  if (before === undefined || isSame(role, before)) return;
  if (role.signed.version < before.signed.version)
    throw new HilumError("source.rolled_back", {
      detail: `${name} has the version ${role.signed.version}; the marketplace has ${before.signed.version} already.`,
    });
  if (role.signed.version === before.signed.version)
    throw new HilumError("source.mixed", {
      detail: `${name} says something else than the marketplace under the same version ${role.signed.version}.`,
    });
}

/**
 * As a client who trusts the root before. One publisher who is late or whose keys were taken away is left out by every client
 * and keeps nobody from going on; but nothing new comes in that would be left out.
 */
async function readAsClient(
  next: Repository,
  before: Repository | undefined,
  testKeys: boolean,
  changed: ReadonlySet<string>,
): Promise<void> {
  const files = new Map(repositoryFiles(next).map(({ path, bytes }) => [path, bytes]));
  const folder = await mkdtemp(join(tmpdir(), "hilum-client-"));
  try {
    const root = encode((before ?? next).root);
    const source = await openSource({ folder, root, testKeys, read: async (path) => files.get(path) });
    await source.refresh();
    const roles = next.targets.signed.delegations?.roles ?? [];
    const stranger = Object.keys(next.publishers).find((name) => !roles.some((role) => role.name === name));
    if (stranger !== undefined) throw invalid(`${stranger} was not let in, and publishes nothing.`);
    const fault = source.faults().find(({ publisher }) => changed.has(publisher));
    if (fault !== undefined)
      throw new HilumError(fault.code, {
        detail: `The publication of ${fault.publisher} would be left out by clients.`,
      });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files that were there already may be signed anew by anybody who has the keys; what is new was seen by two people. */
function findApproved(name: string, publication: Metadata<Targets>, { before, approved }: RepositoryChecks): string[] {
  const former = before?.publishers[name]?.signed.targets ?? {};
  if (JSON.stringify(former) === JSON.stringify(publication.signed.targets)) return [];
  const found = approved.find((one) => one.publisher === name && isSame(one.publication, publication));
  if (found === undefined)
    throw new HilumError("publication.not_approved", {
      detail: `What ${name} publishes by it is not what was handed in and approved.`,
    });
  return [found.id];
}

async function checkFiles(publication: Metadata<Targets>, has: RepositoryChecks["has"]): Promise<void> {
  for (const [path, { length, hashes }] of Object.entries(publication.signed.targets))
    if (!(await has(hashes.sha256, length)))
      throw new HilumError("publication.incomplete", { detail: `${path} was not uploaded.` });
}

const invalid = (detail: string): HilumError => new HilumError("source.invalid", { detail });
