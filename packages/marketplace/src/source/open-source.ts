import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import type { Updater } from "tuf-js";
import type { DelegatedRole, Root, Snapshot, TargetFile, Targets } from "../sign/metadata.ts";
import { loggedAs } from "../sign/package-log.ts";
import { publisherPattern } from "../sign/publisher-name.ts";
import { explainSourceError } from "./explain-source-error.ts";
import { followLog, type FollowedLog } from "./follow-log.ts";
import type { LogTrust } from "./witness-trust.ts";
import { publishersMax, withClient, type Client, type ClientOptions } from "./with-client.ts";

/** A file that somebody signed, and whose it is. */
export interface SignedTarget extends TargetFile {
  path: string;
  publisher: string;
}

/** Late or wrong keys are one publisher's matter: the others go on. The keeper's own files are the whole marketplace's. */
export interface PublisherFault {
  publisher: string;
  code: "source.expired" | "source.signature";
}

/** A marketplace whose every file is verified before anything is read of it (TUF 1.0.34, section 5). */
export interface Source {
  /**
   * Fetches what is new and answers all that is offered. Throws `source.expired` (freeze), `source.rolled_back`, `source.mixed`,
   * `source.signature`, `source.invalid`, `source.too_large`, `source.unreachable`, `source.test_keys`, and what `followLog` throws; what was
   * trusted before stays trusted.
   */
  refresh(): Promise<readonly SignedTarget[]>;
  /** Publishers whose list the last refresh left out: what they offer is not shown, what is installed of them goes on. */
  faults(): readonly PublisherFault[];
  /** The log of packages that the last refresh read; undefined where the marketplace keeps none. */
  log(): FollowedLog | undefined;
  /** Whether it is a package that the log does not hold under its version: `fetch` refuses it. */
  isUnlogged(target: SignedTarget): boolean;
  /**
   * The bytes of a file that `refresh` answered, as they were signed. What is small is kept and not fetched again. Throws
   * `source.not_logged` besides what `refresh` throws.
   */
  fetch(target: SignedTarget): Promise<Buffer>;
}

export interface SourceOptions extends ClientOptions {
  /** Whether keys that were made for tests are taken. */
  testKeys: boolean;
  /** What is asked of its log; nothing where it is left out. */
  trust?: LogTrust;
}

const noDemands: LogTrust = { required: false, witnesses: [], threshold: 0 };

export const packageBytesMax = 200 * 1_048_576;
/** Listings and pictures are kept; packages are kept where they are installed. */
const keptBytesMax = 1_048_576;
const keptSuffix = ".download";

export async function openSource(options: SourceOptions): Promise<Source> {
  const { folder, testKeys, read, trust = noDemands } = options;
  let updater: Updater | undefined;
  let log: FollowedLog | undefined;
  /** By digest, so that bytes which the log does not hold are not handed out under another name either. */
  let unlogged: ReadonlySet<string> = new Set();
  let faults: readonly PublisherFault[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const oneAtATime = async <T>(act: () => Promise<T>): Promise<T> => {
    const turn = before.then(act);
    before = turn.catch(() => undefined);
    return turn.catch((error: unknown) => {
      throw explainSourceError(error);
    });
  };

  return {
    refresh: async () =>
      oneAtATime(async () =>
        withClient(options, async (client) => {
          await client.updater.refresh();
          const root = await client.role<Root>("root");
          if (root["x-hilum-test"] === true && !testKeys) throw new HilumError("source.test_keys");
          const { "x-hilum-log": named } = await client.role<Snapshot>("snapshot");
          const followed = await followLog({ read, folder: client.folder, root, named, trust });
          const { found, faults: left } = await readPublishers(client);
          [updater, faults, log] = [client.updater, left, followed];
          unlogged = new Set(followed === undefined ? [] : findUnlogged(found, followed));
          await forgetOthers(folder, found);
          return found;
        }),
      ),
    faults: () => faults,
    log: () => log,
    isUnlogged: ({ hashes }) => unlogged.has(hashes.sha256),
    fetch: async (target) =>
      oneAtATime(async () => {
        if (updater === undefined) throw new Error("the source was not refreshed");
        if (unlogged.has(target.hashes.sha256))
          throw new HilumError("source.not_logged", { detail: `${target.path} is not in the log under its version.` });
        return fetchTarget(updater, folder, target);
      }),
  };
}

function findUnlogged(found: readonly SignedTarget[], log: FollowedLog): string[] {
  return found.flatMap((target) => {
    const entry = loggedAs(target.publisher, target);
    return entry === undefined || log.holds(entry) ? [] : [target.hashes.sha256];
  });
}

async function readPublishers(client: Client): Promise<{ found: SignedTarget[]; faults: PublisherFault[] }> {
  const roles = (await client.role<Targets>("targets")).delegations?.roles ?? [];
  if (roles.length > publishersMax)
    throw new HilumError("source.too_large", { detail: `The marketplace has more than ${publishersMax} publishers.` });
  const { meta } = await client.role<Snapshot>("snapshot");
  const found: SignedTarget[] = [];
  const faults: PublisherFault[] = [];
  for (const delegated of roles) {
    checkPublisher(delegated);
    const { name } = delegated;
    // Nothing was published yet. What was there once and is missing now has been refused by the client as a roll back.
    if (meta[`${name}.json`] === undefined) continue;
    try {
      found.push(...(await readPublisher(client, name)));
    } catch (error) {
      // The file is the one that the snapshot names, so that nobody between here and the keeper made it so.
      const { code } = explainSourceError(error);
      if (code !== "source.expired" && code !== "source.signature") throw error;
      faults.push({ publisher: name, code });
    }
  }
  return { found, faults };
}

async function readPublisher({ updater, role }: Client, publisher: string): Promise<SignedTarget[]> {
  const below = `${publisher}/`;
  // Looking for what is not there makes the client fetch and verify the role that would have it.
  if ((await updater.getTargetInfo(`${below}-`)) !== undefined)
    throw new HilumError("source.invalid", { detail: `The publisher ${publisher} offers a file called "-".` });
  const { targets } = await role<Targets>(publisher);
  return Object.entries(targets)
    .filter(([path]) => path.startsWith(below))
    .map(([path, target]) => ({ ...target, path, publisher }));
}

/** Its own name and nothing else: two roles that may sign one file would make it a matter of their order whose it is. */
function checkPublisher({ name, paths, terminating }: DelegatedRole): void {
  const own = terminating && Array.isArray(paths) && paths.length === 1 && paths[0] === `${name}/*`;
  if (!publisherPattern.test(name) || !own)
    throw new HilumError("source.invalid", {
      detail: "The marketplace describes a publisher in a way that is not known: each signs below its own name alone.",
    });
}

async function fetchTarget(updater: Updater, folder: string, target: SignedTarget): Promise<Buffer> {
  const { path, length, hashes } = target;
  const trusted = await updater.getTargetInfo(path);
  if (trusted === undefined || trusted.hashes["sha256"] !== hashes.sha256 || trusted.length !== length)
    throw new HilumError("source.mixed", { detail: `${path} is not what was offered any more.` });
  if (length > packageBytesMax) throw new HilumError("source.too_large");
  const place = join(folder, `${hashes.sha256}${keptSuffix}`);
  try {
    if ((await updater.findCachedTarget(trusted, place)) === undefined) await updater.downloadTarget(trusted, place);
    return await readFile(place);
  } finally {
    if (length > keptBytesMax) await rm(place, { force: true });
  }
}

async function forgetOthers(folder: string, offered: readonly SignedTarget[]): Promise<void> {
  const wanted = new Set(offered.map(({ hashes }) => `${hashes.sha256}${keptSuffix}`));
  for (const name of await readdir(folder))
    if (name.endsWith(keptSuffix) && !wanted.has(name)) await rm(join(folder, name), { force: true });
}
