import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import type { Updater } from "tuf-js";
import type { DelegatedRole, Root, Snapshot, TargetFile, Targets } from "../sign/metadata.ts";
import { publisherPattern } from "../sign/publisher-name.ts";
import { explainSourceError } from "./explain-source-error.ts";
import { publishersMax, withClient, type Client, type ClientOptions } from "./with-client.ts";

/** A file that somebody signed, and whose it is. */
export interface SignedTarget extends TargetFile {
  path: string;
  publisher: string;
}

/** A marketplace whose every file is verified before anything is read of it (TUF 1.0.34, section 5). */
export interface Source {
  /**
   * Fetches what is new and answers all that is offered. Throws `source.expired` (freeze), `source.rolled_back`, `source.mixed`,
   * `source.signature`, `source.invalid`, `source.too_large`, `source.unreachable`, `source.test_keys`; what was trusted before stays trusted.
   */
  refresh(): Promise<readonly SignedTarget[]>;
  /** The bytes of a file that `refresh` answered, as they were signed. What is small is kept and not fetched again. */
  fetch(target: SignedTarget): Promise<Buffer>;
}

export interface SourceOptions extends ClientOptions {
  /** Whether keys that were made for tests are taken. */
  testKeys: boolean;
}

export const packageBytesMax = 200 * 1_048_576;
/** Listings and pictures are kept; packages are kept where they are installed. */
const keptBytesMax = 1_048_576;
const keptSuffix = ".download";

export async function openSource(options: SourceOptions): Promise<Source> {
  const { folder, testKeys } = options;
  let updater: Updater | undefined;
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
          if ((await client.role<Root>("root"))["x-hilum-test"] === true && !testKeys)
            throw new HilumError("source.test_keys");
          const found = await readPublishers(client);
          updater = client.updater;
          await forgetOthers(folder, found);
          return found;
        }),
      ),
    fetch: async (target) =>
      oneAtATime(async () => {
        if (updater === undefined) throw new Error("the source was not refreshed");
        return fetchTarget(updater, folder, target);
      }),
  };
}

async function readPublishers({ updater, role }: Client): Promise<SignedTarget[]> {
  const roles = (await role<Targets>("targets")).delegations?.roles ?? [];
  if (roles.length > publishersMax)
    throw new HilumError("source.too_large", { detail: `The marketplace has more than ${publishersMax} publishers.` });
  const { meta } = await role<Snapshot>("snapshot");
  const found: SignedTarget[] = [];
  for (const delegated of roles) {
    checkPublisher(delegated);
    // Nothing was published yet. What was there once and is missing now has been refused by the client as a roll back.
    if (meta[`${delegated.name}.json`] === undefined) continue;
    const below = `${delegated.name}/`;
    // Looking for what is not there makes the client fetch and verify the role that would have it.
    if ((await updater.getTargetInfo(`${below}-`)) !== undefined)
      throw new HilumError("source.invalid", { detail: `The publisher ${delegated.name} offers a file called "-".` });
    const { targets } = await role<Targets>(delegated.name);
    for (const [path, target] of Object.entries(targets))
      if (path.startsWith(below)) found.push({ ...target, path, publisher: delegated.name });
  }
  return found;
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
