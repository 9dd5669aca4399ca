import type { BlobWriteResult, ContentInfo, RecordResult, RecordSearchResult, SearchQuery } from "@hilum/contract";
import type { CanonicalType } from "@hilum/contract/fhir";
import { Buffer } from "node:buffer";
import type { GivenContent, HeldContent, RecordOf, RecordResource } from "./record-types.ts";

/** Search parameters: pairs in their order, or an object whose lists stand for repeats. */
export type SearchParams = SearchQuery | Readonly<Record<string, string | readonly string[]>>;

export interface RecordPage<Type extends CanonicalType> {
  resources: RecordOf<Type>[];
  /** For `cursor`, with the same type and parameters. */
  next?: string;
  total?: number;
}

/**
 * The platform's records, as far as the plugin was granted them: `system/Patient.rs` reads and searches patients. Rejects with a
 * HilumError whose code is `policy.denied`, `record.not_found`, `record.gone`, `record.conflict`, `record.invalid`, `record.too_large`
 * or `search.invalid`.
 */
export interface Records {
  /** Keeps a new record; the platform gives id and version. `ifNoneExist` needs the grant to search as well. */
  create<Resource extends RecordResource>(
    resource: Resource,
    options?: { ifNoneExist?: SearchParams; content?: GivenContent },
  ): Promise<RecordOf<Resource["resourceType"]>>;
  read<Type extends CanonicalType>(type: Type, id: string, options?: { version?: string }): Promise<RecordOf<Type>>;
  /** The record together with its bytes, where it has any that it does not carry itself. */
  open<Type extends CanonicalType>(
    type: Type,
    id: string,
    options?: { version?: string },
  ): Promise<{ resource: RecordOf<Type>; content?: HeldContent }>;
  /** Replaces a record that is there. `ifMatch` is the version that was read: another one in between is `record.conflict`. */
  update<Resource extends RecordResource>(
    resource: Resource,
    options?: { ifMatch?: string; content?: GivenContent },
  ): Promise<RecordOf<Resource["resourceType"]>>;
  delete(type: CanonicalType, id: string): Promise<void>;
  /** One page, 50 by default. */
  search<Type extends CanonicalType>(
    type: Type,
    params: SearchParams,
    options?: { count?: number; cursor?: string },
  ): Promise<RecordPage<Type>>;
  /** Every match, page after page. */
  all<Type extends CanonicalType>(type: Type, params: SearchParams): AsyncIterable<RecordOf<Type>>;
}

type Ask = (method: string, params: object) => Promise<unknown>;

export interface RecordLaneOptions {
  ask: Ask;
  call: string;
  chunkBytesMax: number;
  readBlob(id: string): AsyncIterable<Uint8Array>;
}

const pageCount = 50;

export function createRecords(lane: RecordLaneOptions): Records {
  const { ask, call } = lane;

  const open: Records["open"] = async (type, id, { version } = {}) => {
    const params = { type, id, ...(version === undefined ? {} : { version }), call };
    const { resource, content } = (await ask("records.read", params)) as RecordResult;
    return {
      resource: resource as unknown as RecordOf<typeof type>,
      ...(content === undefined ? {} : { content: heldContent(content, lane.readBlob) }),
    };
  };

  const search: Records["search"] = async (type, params, { count = pageCount, cursor } = {}) => {
    const asked = { type, query: queryOf(params), count, ...(cursor === undefined ? {} : { cursor }), call };
    return (await ask("records.search", asked)) as RecordSearchResult as never;
  };

  /** Bytes first, then the record that names them. */
  async function write(
    method: "records.create" | "records.update",
    resource: RecordResource,
    content: GivenContent | undefined,
    more: object,
  ): Promise<never> {
    const info = content === undefined ? {} : { content: await writeContent(content, lane) };
    const { resource: kept } = (await ask(method, { resource, ...info, ...more, call })) as RecordResult;
    return kept as never;
  }

  return {
    open,
    search,
    read: async (type, id, options) => (await open(type, id, options)).resource,
    create: (resource, { ifNoneExist, content } = {}) =>
      write(
        "records.create",
        resource,
        content,
        ifNoneExist === undefined ? {} : { ifNoneExist: queryOf(ifNoneExist) },
      ),
    update: (resource, { ifMatch, content } = {}) =>
      write("records.update", resource, content, ifMatch === undefined ? {} : { ifMatch }),
    async delete(type, id) {
      await ask("records.delete", { type, id, call });
    },
    async *all(type, params) {
      for (let cursor: string | undefined; ;) {
        const page = await search(type, params, cursor === undefined ? {} : { cursor });
        yield* page.resources;
        if (page.next === undefined) return;
        cursor = page.next;
      }
    },
  };
}

/** Bytes that the host holds for the call in hand. */
export function heldContent(
  { id, size, contentType }: ContentInfo,
  readBlob: (id: string) => AsyncIterable<Uint8Array>,
): HeldContent {
  return { size, contentType, read: () => readBlob(id) };
}

/** Hands bytes to the host, chunk by chunk, and says under which id it holds them. */
export async function writeContent(
  { bytes, contentType }: GivenContent,
  { ask, call, chunkBytesMax }: Pick<RecordLaneOptions, "ask" | "call" | "chunkBytesMax">,
): Promise<ContentInfo> {
  let written: BlobWriteResult | undefined;
  const write = async (chunk: Uint8Array, last: boolean): Promise<BlobWriteResult> => {
    const base64 = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("base64");
    const of = written === undefined ? {} : { id: written.id };
    return (await ask("blobs.write", { call, ...of, base64, last })) as BlobWriteResult;
  };
  for await (const chunk of inChunks(bytes, chunkBytesMax)) written = await write(chunk, false);
  const { id, size } = await write(new Uint8Array(), true);
  return { id, size, contentType };
}

async function* inChunks(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  chunkBytesMax: number,
): AsyncGenerator<Uint8Array> {
  const parts = bytes instanceof Uint8Array ? [bytes] : bytes;
  for await (const part of parts)
    for (let at = 0; at < part.length; at += chunkBytesMax) yield part.subarray(at, at + chunkBytesMax);
}

/** An object's parameters as pairs; a list is one pair for each of its values. */
export function queryOf(params: SearchParams): [name: string, value: string][] {
  if (isPairs(params)) return params.map(([name, value]) => [name, value]);
  return Object.entries(params).flatMap(([name, values]) =>
    (typeof values === "string" ? [values] : values).map((value): [string, string] => [name, value]),
  );
}

const isPairs = (params: SearchParams): params is SearchQuery => Array.isArray(params);
