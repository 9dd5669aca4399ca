import { createHash, randomBytes } from "node:crypto";
import {
  ProviderError,
  type CreateDetails,
  type FoundRecords,
  type KeptRecord,
  type RecordDelete,
  type RecordRead,
  type RecordResource,
  type RecordSearch,
  type UpdateDetails,
} from "@hilum/sdk";
import { readAll, type Bucket } from "./bucket.ts";
import { createObjectKeys, lastSegment, parseObjectName, type ObjectKeys } from "./object-keys.ts";
import type { ArchiveSettings } from "./settings.ts";
import { hashWord, parseQuery, wordsOf, type AskedFor } from "./search-words.ts";

/** Records in a bucket: every version once, in the order of the bucket's own listing. */
export interface Archive {
  create(resource: RecordResource, details: CreateDetails): Promise<RecordResource>;
  read(wanted: RecordRead): Promise<RecordResource | KeptRecord>;
  update(resource: RecordResource, details: UpdateDetails): Promise<RecordResource>;
  delete(unwanted: RecordDelete): Promise<void>;
  search(asked: RecordSearch): Promise<FoundRecords>;
}

type ResourceType = RecordResource["resourceType"];

/** What the bucket lists of one record. */
interface Standing {
  /** 0: nothing. */
  latest: number;
  deleted: boolean;
  keys: readonly string[];
}

/** Requests of one search at once. */
const atOnce = 8;

export function createArchive(bucket: Bucket, { prefix, lock }: Pick<ArchiveSettings, "prefix" | "lock">): Archive {
  const keys = createObjectKeys(prefix);
  let indexKey: Promise<Uint8Array> | undefined;

  async function standingOf(type: string, id: string): Promise<Standing> {
    const listed = await listAll(bucket, keys.record(type, id));
    const parts = listed.flatMap((key) => parseObjectName(key) ?? []).filter(({ kind }) => kind !== "content");
    const latest = Math.max(0, ...parts.map(({ version }) => version));
    return {
      latest,
      deleted: parts.some(({ version, kind }) => version === latest && kind === "deleted"),
      keys: listed,
    };
  }

  /** The file first, then what the record is found by, then the record: it is there when everything is. */
  async function keep(resource: RecordResource, { content }: CreateDetails): Promise<RecordResource> {
    const { id, version } = nameOf(resource);
    const { resourceType: type } = resource;
    const text = JSON.stringify(resource);
    const details: Record<string, string> = { sha256: createHash("sha256").update(text).digest("hex") };
    if (content !== undefined && type === "Binary") {
      await bucket.putStream(keys.version(type, id, version, "content"), content.read(), { type: content.contentType });
      details["content-type"] = content.contentType;
      details["content-size"] = String(content.size);
    }
    await writeWords(resource, id);
    const key = keys.version(type, id, version, "json");
    if (await bucket.put(key, text, { details, type: "application/fhir+json", kept: true })) return resource;
    const there = await bucket.details(key);
    if (there?.["sha256"] === details["sha256"]) return resource;
    throw new ProviderError("record.conflict");
  }

  async function writeWords(resource: RecordResource, id: string): Promise<void> {
    const words = wordsOf(resource);
    if (words.length === 0) return;
    const secret = await readIndexKey();
    await eachAtOnce(words, async (word) => {
      await bucket.put(`${keys.word(resource.resourceType, hashWord(secret, resource.resourceType, word))}${id}`, "");
    });
  }

  /** Beside the words, as an object's content: names of objects are in the service's logs, contents are not. */
  async function readIndexKey(): Promise<Uint8Array> {
    indexKey ??= makeIndexKey(bucket, keys).catch((error: unknown) => {
      indexKey = undefined;
      throw error;
    });
    return await indexKey;
  }

  async function readVersion(type: ResourceType, id: string, version: number): Promise<RecordResource | KeptRecord> {
    const found = await bucket.get(keys.version(type, id, version, "json"));
    if (found === undefined) throw new ProviderError("record.not_found");
    const resource = JSON.parse((await readAll(found)).toString("utf8")) as RecordResource;
    const contentType = found.details["content-type"];
    if (contentType === undefined) return resource;
    const content = await bucket.get(keys.version(type, id, version, "content"));
    if (content === undefined)
      throw new ProviderError("provider.bad_answer", {
        detail: "The file of this record is not in the bucket any more.",
      });
    return { resource, content: { contentType, bytes: content.bytes } };
  }

  async function readLatest(type: ResourceType, id: string): Promise<RecordResource | undefined> {
    const { latest, deleted } = await standingOf(type, id);
    if (latest === 0 || deleted) return undefined;
    const found = await bucket.get(keys.version(type, id, latest, "json"));
    return found === undefined ? undefined : (JSON.parse((await readAll(found)).toString("utf8")) as RecordResource);
  }

  async function idsWith(type: ResourceType, words: readonly string[]): Promise<string[]> {
    const secret = await readIndexKey();
    const listed = await Promise.all(
      words.map((word) => listAll(bucket, keys.word(type, hashWord(secret, type, word)))),
    );
    return listed.flat().map(lastSegment);
  }

  /** Ids that may be meant, in order: those of a page of the whole type, or of every word that is asked for. */
  async function candidates(
    { type, count, cursor }: RecordSearch,
    { ids, groups }: AskedFor,
  ): Promise<{ ids: string[]; next?: string }> {
    if (ids === undefined && groups.length === 0) {
      const options = { folders: true, max: count, ...(cursor === undefined ? {} : { after: openCursor(cursor) }) };
      const { folders, next } = await bucket.list(keys.type(type), options);
      return { ids: folders.map(lastSegment), ...(next === undefined ? {} : { next: sealCursor(next) }) };
    }
    const sets = await Promise.all(groups.map(async (words) => new Set(await idsWith(type, words))));
    if (ids !== undefined) sets.push(new Set(ids));
    const [first = new Set<string>(), ...others] = sets;
    const all = [...first].filter((id) => others.every((set) => set.has(id))).toSorted();
    const rest = cursor === undefined ? all : all.filter((id) => id > openCursor(cursor));
    const page = rest.slice(0, count);
    const last = page.at(-1);
    return { ids: page, ...(rest.length > count && last !== undefined ? { next: sealCursor(last) } : {}) };
  }

  return {
    async create(resource, details) {
      const { resourceType: type } = resource;
      const { id, version } = nameOf(resource);
      if (details.ifNoneExist !== undefined) {
        const { resources } = await this.search({ type, query: details.ifNoneExist, count: 2 });
        const [only, other] = resources;
        if (other !== undefined) throw new ProviderError("record.conflict");
        if (only !== undefined) return only;
      }
      const { latest, deleted } = await standingOf(type, id);
      if (latest !== 0 && latest !== version && !deleted) throw new ProviderError("record.conflict");
      return await keep(resource, details);
    },
    async read({ type, id, version }) {
      if (version !== undefined) return await readVersion(type, id, Number(version));
      const { latest, deleted } = await standingOf(type, id);
      if (latest === 0) throw new ProviderError("record.not_found");
      if (deleted) throw new ProviderError("record.gone");
      return await readVersion(type, id, latest);
    },
    async update(resource, details) {
      const { id, version } = nameOf(resource);
      const { latest } = await standingOf(resource.resourceType, id);
      if (latest === 0) throw new ProviderError("record.not_found");
      if (version < latest) throw new ProviderError("record.conflict");
      if (details.ifMatch !== undefined && version !== latest && details.ifMatch !== String(latest))
        throw new ProviderError("record.conflict");
      return await keep(resource, details);
    },
    async delete({ type, id }) {
      const { latest, deleted, keys: listed } = await standingOf(type, id);
      if (latest === 0) throw new ProviderError("record.not_found");
      const kept = listed.filter((key) => parseObjectName(key)?.kind !== "deleted");
      if (!deleted) await bucket.put(keys.version(type, id, latest + 1, "deleted"), "");
      if (kept.length > 0 && lock !== "none") throw locked(lock);
      for (let from = 0; from < kept.length; from += 1000) await bucket.remove(kept.slice(from, from + 1000));
    },
    async search(asked) {
      const wanted = parseQuery(asked.query);
      const { ids, next } = await candidates(asked, wanted);
      const read = await eachAtOnce(ids, (id) => readLatest(asked.type, id));
      // Words stay when a record loses them: what it is now decides.
      const matching = read.map((resource) =>
        resource !== undefined && matches(resource, wanted) ? resource : undefined,
      );
      const fitting = countFitting(matching);
      // The bucket's own cursor leads on from where its listing ended, so what does not fit is not listed.
      if (fitting < ids.length) return await this.search({ ...asked, count: fitting });
      return {
        resources: matching.filter((resource) => resource !== undefined),
        ...(next === undefined ? {} : { next }),
      };
    },
  };
}

/** A page is one frame. */
const pageChars = 800_000;

/** How many from the beginning fit into one page, one at least. */
function countFitting(found: readonly (RecordResource | undefined)[]): number {
  let size = 0;
  for (const [index, resource] of found.entries()) {
    size += resource === undefined ? 0 : JSON.stringify(resource).length;
    if (size > pageChars && index > 0) return index;
  }
  return found.length;
}

function matches(resource: RecordResource, { groups }: AskedFor): boolean {
  const words = new Set(wordsOf(resource));
  return groups.every((group) => group.some((word) => words.has(word)));
}

function nameOf({ id, meta }: RecordResource): { id: string; version: number } {
  const version = Number(meta?.versionId);
  if (id === undefined || !Number.isSafeInteger(version) || version < 1) throw new ProviderError("record.invalid");
  return { id, version };
}

async function listAll(bucket: Bucket, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await bucket.list(prefix, after === undefined ? {} : { after });
    keys.push(...page.keys);
    after = page.next;
  } while (after !== undefined);
  return keys;
}

/** Where objects are locked, a deletion only hides them: whoever asked for it must know. */
const locked = (lock: "GOVERNANCE" | "COMPLIANCE"): ProviderError =>
  new ProviderError("provider.refused", {
    detail: "The record is hidden in the archive, and the bucket's lock keeps its bytes.",
    fix:
      lock === "COMPLIANCE"
        ? "Nobody can lift a compliance lock. The service deletes the bytes by its lifecycle rule when the days are over."
        : "Let whoever has the right to lift the lock delete the record's objects with all their versions.",
  });

const indexKeyBytes = 32;

async function makeIndexKey(bucket: Bucket, keys: ObjectKeys): Promise<Uint8Array> {
  await bucket.put(keys.indexKey, randomBytes(indexKeyBytes));
  const found = await bucket.get(keys.indexKey);
  const key = found === undefined ? Buffer.alloc(0) : await readAll(found);
  if (key.length === indexKeyBytes) return key;
  throw new ProviderError("provider.bad_answer", {
    detail: "The key of the search words in the bucket is damaged.",
    fix: `Put ${keys.indexKey} back from a backup. Without it nothing is found by identifier or patient.`,
  });
}

/** Names of objects hold ids and hashes alone, so a cursor holds nothing of a patient. */
const sealCursor = (text: string): string => Buffer.from(text, "utf8").toString("base64url");

function openCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (text === "" || sealCursor(text) !== cursor)
    throw new ProviderError("search.invalid", { fix: "Begin the search anew." });
  return text;
}

/** Results in the order of `items`, a few at a time. */
async function eachAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += atOnce)
    results.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  return results;
}
