import { describe, sign, type Snapshot, type Timestamp } from "../sign/metadata.ts";
import { signatureLine } from "../sign/note.ts";
import { headOf, headText, type PackageLog } from "../sign/package-log.ts";
import type { Repository, SignersOf } from "../sign/repository.ts";

/** What a dishonest keeper signs: the same packages, with a log of any entries, or with none. */
export async function forgeLog(
  repository: Repository,
  entries: readonly string[] | undefined,
  keys: SignersOf,
): Promise<Repository> {
  const { "x-hilum-log": named, ...plain } = repository.snapshot.signed;
  const { log: before, ...bare } = repository;
  const origin = before?.origin ?? named?.origin ?? "forged.example";
  const log = entries === undefined ? undefined : await signedLog(origin, entries, keys);
  const snapshot = await sign<Snapshot>(
    {
      ...{ ...plain, version: plain.version + 1 },
      ...(log === undefined ? {} : { "x-hilum-log": await headOf(log) }),
    },
    keys.snapshot,
  );
  const { signed } = repository.timestamp;
  const timestamp = await sign<Timestamp>(
    { ...signed, version: signed.version + 1, meta: { "snapshot.json": await describe(snapshot) } },
    keys.timestamp,
  );
  return { ...bare, snapshot, timestamp, ...(log === undefined ? {} : { log }) };
}

async function signedLog(origin: string, entries: readonly string[], keys: SignersOf): Promise<PackageLog> {
  const head = await headText(origin, entries);
  const lines = await Promise.all(keys.snapshot.map(async (key) => signatureLine(head, origin, key)));
  return { origin, entries, checkpoint: `${head}\n${lines.join("")}` };
}
