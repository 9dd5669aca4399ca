import { rm } from "node:fs/promises";
import { join } from "node:path";
import { HilumError, isHilumError, type Context } from "@hilum/contract";
import type {
  AnswerOf,
  BodyOf,
  MarketplaceSource,
  OperationOf,
  SourcePlace,
  SourceRefresh,
  SourceRoot,
} from "@hilum/contract/api";
import {
  openSource,
  readWitnessKeys,
  type LogTrust,
  type ReadFile,
  type Revocation,
  type SignedTarget,
  type Source,
} from "@hilum/marketplace";
import type { MarketplaceEntry, Store } from "@hilum/store";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { readOffer } from "../catalogue/read-offer.ts";
import { compareTree, logSince } from "./compare-tree.ts";
import { openPlace } from "./open-place.ts";
import { presentSource, type SourceDocument } from "./present-source.ts";
import { describeRoot, readNewestRoot, sameFingerprint } from "./source-root.ts";

type Entry = MarketplaceEntry<SourceDocument>;

export interface SourcesService {
  list(): Promise<MarketplaceSource[]>;
  inspect(place: SourcePlace): Promise<SourceRoot>;
  add(context: Context, wanted: BodyOf<OperationOf<"addSource">>): Promise<MarketplaceSource>;
  change(id: string, change: BodyOf<OperationOf<"changeSource">>): Promise<MarketplaceSource>;
  remove(id: string): Promise<void>;
  refresh(context: Pick<Context, "now" | "actor">, id: string): Promise<SourceRefresh>;
  /** Whether another hospital that read this marketplace was shown the same packages. Throws `request.invalid`, `source.log_missing`. */
  compare(id: string, checkpoint: string): Promise<AnswerOf<OperationOf<"compareSourceTree">>>;
  /** A signed file of a source, by the digest that its publisher signed. Throws `listing.not_found`, `source.*`. */
  fetch(source: string, digest: string): Promise<Buffer>;
  /** As `fetch`, of a source that is verified anew before: what was frozen, expired or taken away meanwhile is not handed out. */
  fetchAnew(source: string, digest: string): Promise<Buffer>;
  /** How a mirror of it is read and verified. */
  optionsOf(
    id: string,
  ): Promise<{ entry: Entry; folder: string; root: Buffer; read: ReadFile; testKeys: boolean; trust?: LogTrust }>;
  entries(): Promise<Entry[]>;
}

export interface SourcesParts {
  store: Store;
  catalogue: Catalogue;
  /** Folder for what is kept of each source, and for mirrors. */
  dir: string;
  testKeys(): boolean;
  /** What is done about versions that were taken back. */
  onRevoked(
    context: Pick<Context, "now" | "actor">,
    source: Entry,
    revoked: readonly Revocation[],
  ): Promise<SourceRefresh["revoked"]>;
}

interface Opened {
  client: Source;
  targets: readonly SignedTarget[];
  root: Buffer | undefined;
}

/** Marketplaces that are trusted here: adding one is comparing its fingerprint, reading one is verifying it. */
export function createSourcesService({ store, catalogue, dir, testKeys, onRevoked }: SourcesParts): SourcesService {
  const mirrors = join(dir, "mirrors");
  /** Sources that were read since this process began; what is not verified is not fetched from. */
  const opened = new Map<string, Opened>();
  const turns = new Map<string, Promise<unknown>>();

  async function load(id: string): Promise<Entry> {
    const entry = await store.marketplace.find<SourceDocument>("source", id);
    if (entry === undefined) throw new HilumError("source.not_found", { detail: `There is no source ${id}.` });
    return entry;
  }

  const present = async (entry: Entry): Promise<MarketplaceSource> =>
    presentSource(entry, await catalogue.counts(entry.id), new Date());

  const clientOptions = (entry: Entry) => ({
    folder: join(dir, "sources", entry.id),
    root: Buffer.from(entry.document.root, "base64"),
    read: openPlace(entry.document.place, mirrors),
    testKeys: testKeys(),
    ...(entry.document.policy.log === undefined ? {} : { trust: entry.document.policy.log }),
  });

  /** One reading of a source at a time: what was trusted is written to its folder. */
  function read(entry: Entry): Promise<Opened> {
    const next = (turns.get(entry.id) ?? Promise.resolve()).then(() => readNow(entry));
    turns.set(
      entry.id,
      next.catch(() => undefined),
    );
    return next;
  }

  async function readNow(entry: Entry): Promise<Opened> {
    const options = clientOptions(entry);
    const before = opened.get(entry.id)?.root;
    let root: Buffer | undefined;
    const watch: ReadFile = async (path, bytesMax) => {
      const bytes = await options.read(path, bytesMax);
      if (bytes !== undefined && /^metadata\/\d+\.root\.json$/.test(path)) root = Buffer.from(bytes);
      return bytes;
    };
    const client = await openSource({ ...options, read: watch });
    // A client that failed keeps what it was trusted with before; it is asked for nothing until it verified again.
    const targets = await client.refresh();
    const now: Opened = { client, targets, root: root ?? before };
    opened.set(entry.id, now);
    return now;
  }

  async function refresh(context: Pick<Context, "now" | "actor">, entry: Entry): Promise<SourceRefresh> {
    try {
      const { client, targets, root } = await read(entry);
      const before = (await store.listings.list()).filter(({ source }) => source === entry.id);
      const { policy } = entry.document;
      const offer = await readOffer({ id: entry.id, client, publishers: policy.publishers }, targets, before);
      const faults = client.faults();
      for (const { publisher, code } of faults)
        offer.skipped.push({ path: `${publisher}/`, why: new HilumError(code).spec.title });
      const changes = await store.listings.replace(entry.id, offer.rows);
      const { problem: _problem, log: logBefore, ...document } = entry.document;
      const next = await store.marketplace.put<SourceDocument>({
        ...entry,
        document: {
          ...document,
          ...(root === undefined ? {} : { shownRoot: root.toString("base64") }),
          ...{ refreshedAt: context.now().toISOString(), faults },
          ...logSince(client.log(), logBefore, context.now()),
          publishers: [...new Set(targets.map(({ publisher }) => publisher))].toSorted(),
        },
      });
      const revoked = await onRevoked(context, next, offer.revocations);
      return { source: await present(next), ...changes, skipped: offer.skipped, revoked };
    } catch (error) {
      await noteProblem(context, entry.id, error);
      throw error;
    }
  }

  async function noteProblem(context: Pick<Context, "now">, id: string, error: unknown): Promise<void> {
    const entry = await store.marketplace.find<SourceDocument>("source", id);
    if (entry === undefined) return;
    const { code, detail, spec } = isHilumError(error) ? error : new HilumError("server.internal");
    const since = entry.document.problem?.since ?? context.now().toISOString();
    const problem = { code, title: spec.title, why: detail, fix: spec.fix, since };
    await store.marketplace.put({ ...entry, document: { ...entry.document, problem } });
  }

  async function take({ client, targets }: Opened, digest: string): Promise<Buffer> {
    const target = targets.find(({ hashes }) => hashes.sha256 === digest);
    if (target === undefined)
      throw new HilumError("listing.not_found", { detail: "The source offers no such file any more. Refresh it." });
    return await client.fetch(target);
  }

  const entries = async (): Promise<Entry[]> =>
    (await store.marketplace.list<SourceDocument>("source", { limit: 200 })).items.toSorted(
      (one, other) => one.document.precedence - other.document.precedence || one.id.localeCompare(other.id),
    );

  return {
    entries,
    list: async () => await Promise.all((await entries()).map(present)),
    inspect: async (place) => describeRoot(await readNewestRoot(openPlace(place, mirrors))),
    async add(context, { id, title, kind, place, fingerprint, policy }) {
      if (policy.log !== undefined) readWitnessKeys(policy.log);
      const root = await readNewestRoot(openPlace(place, mirrors));
      const described = describeRoot(root);
      if (!sameFingerprint(described.fingerprint, fingerprint)) throw new HilumError("source.fingerprint");
      if (described.test && !testKeys()) throw new HilumError("source.test_keys");
      await rm(join(dir, "sources", id), { recursive: true, force: true });
      const precedence = Math.max(0, ...(await entries()).map(({ document }) => document.precedence)) + 1;
      const entry = await store.marketplace.put<SourceDocument>({
        ...{ kind: "source", id, subject: "", state: kind, rowVersion: 0 },
        document: {
          ...{ title, kind, place, precedence, policy, root: root.toString("base64"), publishers: [] },
          ...{ addedAt: context.now().toISOString(), addedBy: context.actor.id },
        },
      });
      // Trusted from now on whether or not it can be read at once: what keeps it is shown beside it.
      await refresh(context, entry).catch(() => undefined);
      return await present(await load(id));
    },
    async change(id, { title, precedence, policy, revision }) {
      const entry = await load(id);
      if (entry.rowVersion !== revision) throw new HilumError("request.conflict");
      if (policy.log !== undefined) readWitnessKeys(policy.log);
      // What was read under the policy before is not handed out under this one.
      opened.delete(id);
      return await present(
        await store.marketplace.put({ ...entry, document: { ...entry.document, title, precedence, policy } }),
      );
    },
    async remove(id) {
      await load(id);
      await store.listings.replace(id, []);
      await store.marketplace.remove("source", id);
      opened.delete(id);
      await rm(join(dir, "sources", id), { recursive: true, force: true });
    },
    refresh: async (context, id) => await refresh(context, await load(id)),
    compare: async (id, checkpoint) => await compareTree(clientOptions(await load(id)).folder, checkpoint),
    fetch: async (source, digest) => await take(opened.get(source) ?? (await read(await load(source))), digest),
    fetchAnew: async (source, digest) => await take(await read(await load(source)), digest),
    async optionsOf(id) {
      const entry = await load(id);
      return { entry, ...clientOptions(entry) };
    },
  };
}
