import {
  HilumError,
  type RecordMethod,
  type RecordResults,
  type SearchQuery,
  type WireResource,
} from "@hilum/contract";
import type { CanonicalType } from "@hilum/contract/fhir";
import { recordAnswerParsers, type BlobWrites } from "@hilum/contract/wire";
import type { FoundRecords } from "../records/record-store.ts";
import { queryOf, type SearchParams } from "../records/records.ts";
import type { RecordResource } from "../records/record-types.ts";
import type { MemoryBlobs } from "./memory-blobs.ts";

/** A record with the bytes that it does not carry itself. */
export interface TestRecord {
  resource: RecordResource;
  content?: { contentType: string; bytes: Uint8Array };
}

interface WriteOptions {
  /** Bytes of a Binary, or of an attachment that is too large for a frame. */
  content?: { contentType: string; bytes: Uint8Array };
}

/**
 * Calls into a plugin with `store_records`, as the host makes them: a record has an id and a version, answers are judged, and bytes
 * go by handles. Rejects with TestCallError for what the plugin refuses.
 */
export interface TestStore {
  create(resource: RecordResource, options?: WriteOptions & { ifNoneExist?: SearchParams }): Promise<TestRecord>;
  read(type: CanonicalType, id: string, options?: { version?: string }): Promise<TestRecord>;
  update(resource: RecordResource, options?: WriteOptions & { ifMatch?: string }): Promise<TestRecord>;
  delete(type: CanonicalType, id: string): Promise<void>;
  search(
    type: CanonicalType,
    params: SearchParams,
    options?: { count?: number; cursor?: string },
  ): Promise<FoundRecords>;
}

export interface TestStoreOptions {
  /** One call, with the bytes that it puts into the plugin's hands. */
  ask(
    method: string,
    params: object,
    options: { call: string; blobs: ReadonlyMap<string, Uint8Array>; onAnswer(result: unknown): unknown },
  ): Promise<unknown>;
  nextCall(): string;
  writes: BlobWrites;
  blobs: MemoryBlobs;
}

export function createTestStore({ ask, nextCall, writes, blobs }: TestStoreOptions): TestStore {
  let made = 0;

  /** The platform gives each record an id and a version before a store sees it. */
  function asKept(resource: RecordResource): WireResource {
    const { id = `kept-${++made}`, meta } = resource;
    const versionId = meta?.versionId ?? "1";
    return { ...resource, id, meta: { ...meta, versionId } };
  }

  async function call<Method extends RecordMethod>(
    method: Method,
    params: Record<string, unknown>,
    content?: WriteOptions["content"],
  ): Promise<RecordResults[Method]> {
    const id = nextCall();
    const handle = `${id}-content`;
    const info =
      content === undefined
        ? {}
        : { content: { id: handle, size: content.bytes.length, contentType: content.contentType } };
    const held = new Map(content === undefined ? [] : [[handle, content.bytes]]);
    const judge = (result: unknown): RecordResults[Method] => {
      const read = recordAnswerParsers[method](result, params);
      if ("content" in read) keep(id, read.content);
      return read;
    };
    return (await ask(
      method,
      { ...params, ...info },
      { call: id, blobs: held, onAnswer: judge },
    )) as RecordResults[Method];
  }

  function keep(within: string, content: RecordResults["records.read"]["content"]): void {
    if (content !== undefined && writes.take(within, content) === undefined)
      throw new HilumError("plugin.bad_reply", {
        detail: "The bytes of the record were not written in this call",
        problems: [{ pointer: "/content", message: "its bytes were not written in this call" }],
      });
  }

  function recordOf({ resource, content }: RecordResults["records.read"]): TestRecord {
    const bytes = content === undefined ? undefined : blobs.bytesOf(content.id);
    return {
      resource: resource as unknown as RecordResource,
      ...(content === undefined || bytes === undefined ? {} : { content: { contentType: content.contentType, bytes } }),
    };
  }

  return {
    async create(resource, { content, ifNoneExist } = {}) {
      const params = { resource: asKept(resource), ...pairs("ifNoneExist", ifNoneExist) };
      return recordOf(await call("records.create", params, content));
    },
    read: async (type, id, { version } = {}) =>
      recordOf(await call("records.read", { type, id, ...(version === undefined ? {} : { version }) })),
    async update(resource, { content, ifMatch } = {}) {
      const params = { resource: asKept(resource), ...(ifMatch === undefined ? {} : { ifMatch }) };
      return recordOf(await call("records.update", params, content));
    },
    async delete(type, id) {
      await call("records.delete", { type, id });
    },
    async search(type, params, { count = 50, cursor } = {}) {
      const asked = { type, query: queryOf(params), count, ...(cursor === undefined ? {} : { cursor }) };
      const { resources, ...rest } = await call("records.search", asked);
      return { resources: resources as unknown as RecordResource[], ...rest };
    },
  };
}

const pairs = (name: string, params: SearchParams | undefined): Record<string, SearchQuery> =>
  params === undefined ? {} : { [name]: queryOf(params) };
