import type { AnswerOf, BodyOf, OperationOf, PublishedRepository, Submission } from "@hilum/contract/api";
import {
  addFiles,
  amendListing,
  changeFile,
  createRepository,
  delegate,
  filesOf,
  listingPath,
  publish,
  renew,
  revocationsPath,
  takePublication,
  usualLifetimes,
  withRevocation,
  type Metadata,
  type PublicationFiles,
  type Repository,
  type RoleName,
  type Signers,
  type SignersOf,
  type SigningKey,
  type Targets,
} from "@hilum/marketplace/sign";
import { aKey, publisher } from "./a-marketplace.ts";
import type { RawAnswer, TestClient } from "./test-client.ts";

const when = (now = new Date()) => ({ now, lifetimes: usualLifetimes });
const signers = (keys: readonly SigningKey[], threshold = 1): Signers => ({ keys, threshold });

/** The people with keys: a keeper of a marketplace and its one publisher. Their keys are here and nowhere else. */
export interface Keeper {
  keys: SignersOf & { publisher: readonly SigningKey[] };
  roles: Record<RoleName, Signers>;
  /** Signs a first marketplace with one publisher; it is not on the server yet. */
  found(options?: { test?: boolean }): Promise<Repository>;
}

export async function createKeeper(): Promise<Keeper> {
  const [root, targets, snapshot, timestamp, own] = await Promise.all(
    ["root", "targets", "snapshot", "timestamp", "publisher"].map(aKey),
  );
  if (!root || !targets || !snapshot || !timestamp || !own) throw new Error("no keys");
  const keys = { root: [root], targets: [targets], snapshot: [snapshot], timestamp: [timestamp], publisher: [own] };
  const roles = {
    ...{ root: signers(keys.root), targets: signers(keys.targets) },
    ...{ snapshot: signers(keys.snapshot), timestamp: signers(keys.timestamp) },
  };
  return {
    keys,
    roles,
    found: async ({ test = true } = {}) =>
      await delegate(
        await createRepository(roles, keys, { ...when(), test }),
        { name: publisher, ...signers(keys.publisher) },
        keys,
        when(),
      ),
  };
}

export const asBody = (repository: Repository): PublishedRepository => repository as unknown as PublishedRepository;

/** The marketplace as the server has it. */
export async function repositoryOf(client: TestClient): Promise<Repository> {
  const { repository } = await client.ok("getOwnMarketplace");
  if (repository === undefined) throw new Error("there is no marketplace");
  return repository as unknown as Repository;
}

export const basisOf = ({ timestamp }: Repository): number => timestamp.signed.version;

/** What a keeper hands to the server, on top of what is there. */
export async function put(client: TestClient, repository: Repository, basis?: number): Promise<RawAnswer> {
  const { repository: before } = await client.ok("getOwnMarketplace");
  const version = (before?.timestamp.signed as { version?: number } | undefined)?.version ?? 0;
  return await client.call("publishRepository", {
    body: { repository: asBody(repository), basis: basis ?? version },
  });
}

export async function upload(client: TestClient, bytes: Uint8Array | string): Promise<string> {
  const body = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  const headers = { "content-type": "application/octet-stream" };
  return (await client.ok("uploadPublishedFile", { body: body as never, headers })).digest;
}

type Preview = BodyOf<OperationOf<"previewPublication">>;
type Submit = BodyOf<OperationOf<"submitPublication">>;

/** What a publisher does with a new package: upload, preview, sign. */
export async function signVersion(
  client: TestClient,
  archive: Uint8Array,
  keeper: Keeper,
  more: Partial<Preview> = {},
): Promise<{ preview: AnswerOf<OperationOf<"previewPublication">>; files: PublicationFiles; submit: Submit }> {
  const digest = await upload(client, archive);
  const preview = await client.ok("previewPublication", {
    body: { publisher, package: digest, security: false, ...more },
  });
  await upload(client, preview.listing);
  const before = (await repositoryOf(client)).publishers[publisher];
  const files = addFiles(filesOf(before), preview.files);
  const { plugin, version } = preview.detail;
  return {
    preview,
    files,
    submit: { kind: "version", publisher, plugin, version, ...(await signed(before, files, keeper)) },
  };
}

const signed = async (before: Metadata<Targets> | undefined, files: PublicationFiles, { keys }: Keeper) => ({
  publication: (await publish(before, publisher, files, keys.publisher, when())) as unknown as Submit["publication"],
});

/** Signs any list of files as the publisher. */
export async function signFiles(client: TestClient, files: PublicationFiles, keeper: Keeper) {
  return await signed((await repositoryOf(client)).publishers[publisher], files, keeper);
}

/** What a publisher does to take a version out of the offer, to advise against it, or to take it back. */
export async function signAmendment(
  client: TestClient,
  about: { kind: "yank" | "deprecate" | "revoke"; plugin: string; version: string; reason: string },
  keeper: Keeper,
): Promise<Submit> {
  const { kind, plugin, version, reason } = about;
  const files = filesOf((await repositoryOf(client)).publishers[publisher]);
  const path = kind === "revoke" ? revocationsPath(publisher) : listingPath(publisher, plugin, version);
  const digest = files[path]?.hashes.sha256;
  const before =
    digest === undefined ? undefined : (await client.call("getPublishedFile", { params: { digest } })).text;
  const text =
    kind === "revoke"
      ? withRevocation(before, { plugin, version, reason, since: new Date().toISOString() })
      : amendListing(before ?? "", kind === "yank" ? { yanked: reason } : { deprecated: reason });
  await upload(client, text);
  const custom = kind === "revoke" ? { kind: "revocations" as const } : { kind: "listing" as const, plugin, version };
  const changed = await changeFile(files, path, new TextEncoder().encode(text), custom);
  return { kind, publisher, plugin, version, reason, ...(await signFiles(client, changed, keeper)) };
}

export async function approve(clients: readonly TestClient[], { id }: Pick<Submission, "id">): Promise<void> {
  for (const client of clients)
    await client.ok("reviewSubmission", {
      params: { submission: id },
      body: { decision: "approve", note: "Read it." },
    });
}

/** Takes in everything that was approved, and answers what the keeper signed. */
export async function takeApproved(client: TestClient, keeper: Keeper): Promise<RawAnswer> {
  let repository = await repositoryOf(client);
  const { items } = await client.ok("listSubmissions", { query: { state: "approved" } });
  for (const { publisher: name, publication } of items)
    repository = await takePublication(
      repository,
      name,
      publication as unknown as Metadata<Targets>,
      keeper.keys,
      when(),
    );
  if (items.length === 0) repository = await renew(repository, keeper.keys, when());
  return await put(client, repository);
}
