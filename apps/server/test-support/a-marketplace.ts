import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Manifest } from "@hilum/contract";
import { listName, packageFormat, repositoryFiles, sbomName, writeArchive, type ArchiveFile } from "@hilum/marketplace";
import {
  createKeyFile,
  createRepository,
  delegate,
  publish,
  renew,
  takePublication,
  targetPath,
  usualLifetimes,
  type Repository,
  type Signers,
  type SignersOf,
  type SigningKey,
  type TargetFile,
} from "@hilum/marketplace/sign";

/** Sealing a key takes a while by design, so that each is made once. */
const made = new Map<string, Promise<SigningKey>>();

export function aKey(title: string): Promise<SigningKey> {
  const known =
    made.get(title) ?? createKeyFile({ title, test: true }, "twelve letters and more").then(({ key }) => key);
  made.set(title, known);
  return known;
}

const sdk = join(import.meta.dirname, "../../../packages/sdk/dist/linked/index.mjs");
export const publisher = "com.example";
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** What one version is made of and what is said of it. */
export interface OfferedPackage {
  manifest: Partial<Manifest> & { id: string; version: string };
  /** Its program, beside the SDK in one file as `sdk.mjs`. */
  code?: string;
  listing?: Record<string, unknown>;
}

export interface TestMarketplace {
  folder: string;
  keys: SignersOf & { publisher: readonly SigningKey[] };
  repository: Repository;
  /** Publishes these versions in the place of what was published, and writes the files; answers the packages' digests. */
  offer(versions: readonly OfferedPackage[], more?: Record<string, Uint8Array>): Promise<string[]>;
  /** What a publisher signed too long ago comes into what is signed today. */
  beLate(): Promise<void>;
  write(): void;
}

/** The signed files of a marketplace in a folder, with one publisher; `test` marks its keys as a test's. */
export async function createTestMarketplace(folder: string, { test = true } = {}): Promise<TestMarketplace> {
  const when = { now: new Date(), lifetimes: usualLifetimes };
  const [root, targets, snapshot, timestamp, own] = await Promise.all(
    ["root", "targets", "snapshot", "timestamp", "publisher"].map(aKey),
  );
  if (!root || !targets || !snapshot || !timestamp || !own) throw new Error("no keys");
  const keys = { root: [root], targets: [targets], snapshot: [snapshot], timestamp: [timestamp], publisher: [own] };
  const signers = (list: readonly SigningKey[]): Signers => ({ keys: list, threshold: 1 });
  const roles = {
    ...{ root: signers(keys.root), targets: signers(keys.targets) },
    ...{ snapshot: signers(keys.snapshot), timestamp: signers(keys.timestamp) },
  };
  const repository = await delegate(
    await createRepository(roles, keys, { ...when, test }),
    { name: publisher, ...signers(keys.publisher) },
    keys,
    when,
  );
  const put = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  const market: TestMarketplace = {
    ...{ folder, keys, repository },
    write: () => repositoryFiles(market.repository).forEach(({ path, bytes }) => put(path, bytes)),
    async beLate() {
      const { publishers } = market.repository;
      const signed = [market.keys.publisher, { ...when, now: new Date(0) }] as const;
      const late = await publish(publishers[publisher], publisher, {}, ...signed);
      const next = { ...market.repository, publishers: { ...publishers, [publisher]: late } };
      market.repository = await renew(next, market.keys, when);
      market.write();
    },
    async offer(versions, more = {}) {
      const files: Record<string, TargetFile> = {};
      const add = (path: string, bytes: Uint8Array, custom: Record<string, unknown>): TargetFile => {
        const target = { length: bytes.length, hashes: { sha256: sha256(bytes) }, custom };
        files[path] = target;
        put(targetPath(path, target), bytes);
        return target;
      };
      const digests = versions.map((version) => {
        const { id: plugin, version: number } = version.manifest;
        const about = { plugin, version: number };
        const archive = aPackage(version);
        const { hashes } = add(`${publisher}/${plugin}-${number}.hilum`, archive, { kind: "package", ...about });
        const listing = Buffer.from(JSON.stringify(aListing(version)));
        add(`${publisher}/${plugin}-${number}.listing.json`, listing, { kind: "listing", ...about });
        return hashes.sha256;
      });
      for (const [name, bytes] of Object.entries(more)) add(`${publisher}/${name}`, bytes, { kind: "other" });
      const publication = await publish(
        market.repository.publishers[publisher],
        publisher,
        files,
        market.keys.publisher,
        when,
      );
      market.repository = await takePublication(market.repository, publisher, publication, market.keys, when);
      market.write();
      return digests;
    },
  };
  market.write();
  return market;
}

export const wholeManifest = ({ id, version, ...more }: OfferedPackage["manifest"]): Manifest => ({
  ...{ id, version, name: "Example", capabilities: ["send_messages"] },
  ...{ runtime: { kind: "node", entry: "main.mjs" } },
  ...{ smokeTests: [{ id: "reach", title: "Reaches its server" }], ...more },
});

/** A sender that keeps its contract; `smoke` is how its smoke test `reach` ends. */
export const senderCode = (smoke: "passed" | "failed" = "passed"): string => `
import { contactPoints, definePlugin, ProviderError, serve } from "./sdk.mjs";
serve(definePlugin({
  async sendMessages({ communication, idempotencyKey }, { signal }) {
    signal.throwIfAborted();
    const recipients = contactPoints(communication);
    const refused = recipients.flatMap(({ value }, recipient) =>
      value.startsWith("nobody") ? [{ recipient, reply: "unknown" }] : []);
    if (refused.length === recipients.length) throw new ProviderError("provider.recipient");
    return { providerId: idempotencyKey, ...(refused.length === 0 ? {} : { refused }) };
  },
  smokeTests: { reach: () => [{ id: "reach", title: "Reaches its server", status: "${smoke}", detail: "As it was told." }] },
}));
`;

export function aPackage({ manifest, code = senderCode() }: OfferedPackage): Buffer {
  const files: ArchiveFile[] = [
    { path: "hilum.json", bytes: Buffer.from(JSON.stringify(wholeManifest(manifest))) },
    { path: "main.mjs", bytes: Buffer.from(code) },
    { path: "sdk.mjs", bytes: readFileSync(sdk) },
    { path: "conformance.json", bytes: Buffer.from('{"accepted":"ada@example.org","refused":"nobody@example.org"}') },
    { path: sbomName, bytes: Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}') },
  ];
  const list = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, digest: sha256(bytes) }));
  return writeArchive([
    ...files,
    { path: listName, bytes: Buffer.from(JSON.stringify({ format: packageFormat, files: list })) },
  ]);
}

export const aListing = ({ manifest, listing = {} }: OfferedPackage): Record<string, unknown> => ({
  ...{ format: "hilum-listing/1", manifest: wholeManifest(manifest), publishedAt: "2026-01-02T08:00:00.000Z" },
  ...{ changelog: "It works.", security: false, screenshots: [], advisories: [] },
  sbom: { components: 0, licenses: [] },
  ...listing,
});
