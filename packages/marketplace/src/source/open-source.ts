import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import { Updater } from "tuf-js";
import type { Metadata, Root, TargetFile, Targets } from "../sign/metadata.ts";
import { createFetcher, metadataAddress, targetsAddress, type ReadFile } from "./fetcher.ts";
import { explainSourceError } from "./explain-source-error.ts";

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
  /** The bytes of a file that `refresh` answered, as they were signed. */
  fetch(target: SignedTarget): Promise<Buffer>;
}

export interface SourceOptions {
  /** Where what was verified is kept between refreshes: what protects from a roll back. */
  folder: string;
  /** The first root, that a person compared; later ones are signed by the one before. */
  root: Uint8Array;
  read: ReadFile;
  /** Whether keys that were made for tests are taken. */
  testKeys: boolean;
}

/** Publishers of one source at most; each is one file to fetch. */
const publishersMax = 1_000;
const limits = {
  maxRootRotations: 256,
  maxDelegations: publishersMax,
  rootMaxLength: 512_000,
  timestampMaxLength: 16_384,
  snapshotMaxLength: 2_000_000,
  targetsMaxLength: 20_000_000,
};
export const packageBytesMax = 200 * 1_048_576;

export async function openSource({ folder, root, read, testKeys }: SourceOptions): Promise<Source> {
  const metadataDir = join(folder, "metadata");
  await mkdir(metadataDir, { recursive: true, mode: 0o700 });
  // Only where there is none: a later one was verified, and going back would forget that keys were taken away.
  await writeFile(join(metadataDir, "root.json"), root, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  let updater: Updater | undefined;

  const begin = (): Updater =>
    new Updater({
      metadataDir,
      metadataBaseUrl: metadataAddress,
      targetBaseUrl: targetsAddress,
      targetDir: folder,
      fetcher: createFetcher(read),
      config: limits,
    });
  const readRole = async <S extends Root | Targets>(name: string): Promise<S> =>
    (JSON.parse(await readFile(join(metadataDir, `${encodeURIComponent(name)}.json`), "utf8")) as Metadata<S>).signed;

  return {
    refresh: async () => {
      try {
        const fresh = begin();
        await fresh.refresh();
        const trusted = await readRole<Root>("root");
        if (trusted["x-hilum-test"] === true && !testKeys) throw new HilumError("source.test_keys");
        const { delegations } = await readRole<Targets>("targets");
        const found: SignedTarget[] = [];
        for (const { name, terminating } of (delegations?.roles ?? []).slice(0, publishersMax)) {
          // Looking for what is not there makes the client fetch and verify the role that would have it.
          const below = `${name}/`;
          if ((await fresh.getTargetInfo(`${below}-`)) !== undefined || !terminating)
            throw new HilumError("source.invalid", {
              detail: `The publisher ${name} is described in a way that is not known.`,
            });
          const { targets } = await readRole<Targets>(name);
          for (const [path, target] of Object.entries(targets))
            if (path.startsWith(below)) found.push({ ...target, path, publisher: name });
        }
        updater = fresh;
        return found;
      } catch (error) {
        throw explainSourceError(error);
      }
    },
    fetch: async ({ path, length, hashes }) => {
      try {
        if (updater === undefined) throw new Error("the source was not refreshed");
        const trusted = await updater.getTargetInfo(path);
        if (trusted === undefined || trusted.hashes["sha256"] !== hashes.sha256 || trusted.length !== length)
          throw new HilumError("source.mixed", { detail: `${path} is not what was offered any more.` });
        if (length > packageBytesMax) throw new HilumError("source.too_large");
        const kept = join(folder, `${hashes.sha256}.download`);
        await updater.downloadTarget(trusted, kept);
        return await readFile(kept);
      } catch (error) {
        throw explainSourceError(error);
      }
    },
  };
}
