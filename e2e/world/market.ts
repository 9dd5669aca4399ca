import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { repositoryFiles, writeArchive, type ArchiveFile } from "@hilum/marketplace";
import {
  createKeyFile,
  createRepository,
  delegate,
  publish,
  takePublication,
  targetPath,
  usualLifetimes,
  type Repository,
  type TargetFile,
} from "@hilum/marketplace/sign";

const publisher = "org.riverside";
/** What the market offers: a pager, as a publisher would make it. */
export const pager = "org.riverside.pager";

/** One version of the pager. */
export interface PagerVersion {
  version: string;
  changelog: string;
  /** A destination that it asks for beyond what it is handed. */
  asks?: string;
  /** How its smoke test ends. */
  smoke?: "passed" | "failed";
}

/** A marketplace as its keeper carries it to a static host: signed files, and a web server that knows nothing of them. */
export interface Market {
  address: string;
  folder: string;
  /** In groups of four, as its keeper reads it aloud. */
  fingerprint: string;
  /** Publishes these versions, all that there are. */
  offer(versions: readonly PagerVersion[]): Promise<void>;
  /** One version as a file. */
  packageFile(version: PagerVersion): Buffer;
  close(): Promise<void>;
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** `sdk`: the Node SDK in one file. */
export async function openMarket(folder: string, sdk: string): Promise<Market> {
  const when = { now: new Date(), lifetimes: usualLifetimes };
  const { key } = await createKeyFile({ title: "Keeper of the market" }, "paper lantern over quiet water");
  const keys = { root: [key], targets: [key], snapshot: [key], timestamp: [key] };
  const own = { keys: [key], threshold: 1 };
  let repository: Repository = await delegate(
    await createRepository({ root: own, targets: own, snapshot: own, timestamp: own }, keys, when),
    { name: publisher, ...own },
    keys,
    when,
  );
  const put = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  const write = (): void => repositoryFiles(repository).forEach(({ path, bytes }) => put(path, bytes));
  write();
  const { address, close } = await serveStatic(folder);
  return {
    ...{ address, folder, close },
    fingerprint: (sha256(JSON.stringify({ keys: [key.id], threshold: 1 })).match(/.{4}/g) ?? []).join(" "),
    packageFile: (version) => aPackage(version, sdk),
    async offer(versions) {
      const files: Record<string, TargetFile> = {};
      for (const version of versions) {
        const add = (end: string, bytes: Uint8Array, kind: "package" | "listing" | "image"): void => {
          const path = `${publisher}/${pager}-${version.version}${end}`;
          const custom = { kind, plugin: pager, version: version.version };
          const target = { length: bytes.length, hashes: { sha256: sha256(bytes) }, custom };
          files[path] = target;
          put(targetPath(path, target), bytes);
        };
        add(".hilum", aPackage(version, sdk), "package");
        add(".listing.json", Buffer.from(JSON.stringify(aListing(version))), "listing");
        add("-1.png", picture, "image");
      }
      const before = repository.publishers[publisher];
      const publication = await publish(before, publisher, files, [key], when);
      repository = await takePublication(repository, publisher, publication, keys, when);
      write();
    },
  };
}

/** Any static host: files by their path, and nothing else. */
export async function serveStatic(folder: string): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      const bytes = readFileSync(join(folder, path));
      response.writeHead(200).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** One grey pixel. */
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
export const pictureSays = "The wards on duty, with who is paged for each";

const aManifest = ({ version, asks }: PagerVersion) => ({
  ...{ id: pager, name: "Ward pager", version, description: "Pages the ward on duty.", license: "Apache-2.0" },
  ...{ capabilities: ["send_messages"], runtime: { kind: "node", entry: "main.mjs" } },
  smokeTests: [{ id: "reach", title: "Reaches the pagers" }],
  ...(asks !== undefined && { scopes: [{ scope: asks, reason: "The pagers of the new building." }] }),
});

const code = ({ smoke = "passed" }: PagerVersion): string => `
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
  smokeTests: { reach: () => [{ id: "reach", title: "Reaches the pagers", status: "${smoke}", detail: "As it was told." }] },
}));
`;

function aPackage(version: PagerVersion, sdk: string): Buffer {
  const files: ArchiveFile[] = [
    { path: "hilum.json", bytes: Buffer.from(JSON.stringify(aManifest(version))) },
    { path: "main.mjs", bytes: Buffer.from(code(version)) },
    { path: "sdk.mjs", bytes: readFileSync(sdk) },
    { path: "conformance.json", bytes: Buffer.from('{"accepted":"ward@example.org","refused":"nobody@example.org"}') },
    {
      path: "META/sbom.cdx.json",
      bytes: Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}'),
    },
  ];
  const list = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, digest: sha256(bytes) }));
  const index = {
    path: "META/files.json",
    bytes: Buffer.from(JSON.stringify({ format: "hilum-package/1", files: list })),
  };
  return writeArchive([...files, index]);
}

const aListing = (version: PagerVersion) => ({
  ...{ format: "hilum-listing/1", manifest: aManifest(version), publishedAt: "2026-01-02T08:00:00.000Z" },
  ...{ changelog: version.changelog, security: false, advisories: [] },
  screenshots: [{ file: `${pager}-${version.version}-1.png`, alt: pictureSays }],
  sbom: { components: 0, licenses: [] },
});
