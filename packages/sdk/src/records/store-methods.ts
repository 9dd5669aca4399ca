import {
  wireErrorCodes,
  type ContentInfo,
  type RecordCreate,
  type RecordDelete,
  type RecordRead,
  type RecordResult,
  type RecordSearch,
  type RecordSearchResult,
  type RecordUpdate,
  type WireResource,
} from "@hilum/contract";
import type { CallContext } from "../definition.ts";
import { WireRefusal } from "../wire-refusal.ts";
import type { KeptRecord, RecordStore } from "./record-store.ts";
import type { GivenContent, HeldContent, RecordResource } from "./record-types.ts";
import { heldContent } from "./records.ts";

/** What the SDK itself needs of a call, beside what the plugin gets. */
export interface ServedContext extends CallContext {
  writeContent(content: GivenContent): Promise<ContentInfo>;
}

type StoreMethod = (params: Record<string, unknown>, context: ServedContext) => Promise<unknown>;

/** The methods of `store_records`. The store's functions are called as its own, so that it may be an instance of a class. */
export function createStoreMethods(store: RecordStore): Map<string, StoreMethod> {
  return new Map<string, StoreMethod>([
    [
      "records.create",
      async (params, context) => {
        const { resource, content, ifNoneExist } = params as unknown as RecordCreate;
        const details = { ...held(content, context), ...(ifNoneExist === undefined ? {} : { ifNoneExist }) };
        return await presentRecord(await store.create(resourceOf(resource), context, details), context);
      },
    ],
    [
      "records.read",
      async (params, context) => {
        const { type, id, version } = params as unknown as RecordRead;
        const wanted = { type, id, ...(version === undefined ? {} : { version }) };
        return await presentRecord(await store.read(wanted, context), context);
      },
    ],
    [
      "records.update",
      async (params, context) => {
        const { resource, content, ifMatch } = params as unknown as RecordUpdate;
        const details = { ...held(content, context), ...(ifMatch === undefined ? {} : { ifMatch }) };
        return await presentRecord(await store.update(resourceOf(resource), context, details), context);
      },
    ],
    [
      "records.delete",
      async (params, context) => {
        const { type, id } = params as unknown as RecordDelete;
        await store.delete({ type, id }, context);
        return {};
      },
    ],
    [
      "records.search",
      async (params, context): Promise<RecordSearchResult> => {
        const { type, query, count, cursor } = params as unknown as RecordSearch;
        const asked = { type, query, count, ...(cursor === undefined ? {} : { cursor }) };
        const { resources, next, total } = await store.search(asked, context);
        return {
          resources: resources.map(wireOf),
          ...(next === undefined ? {} : { next }),
          ...(total === undefined ? {} : { total }),
        };
      },
    ],
  ]);
}

function held(content: ContentInfo | undefined, { attachments }: CallContext): { content?: HeldContent } {
  return content === undefined ? {} : { content: heldContent(content, (id) => attachments.read(id)) };
}

/** Bytes go first: the answer names what the host holds already. */
async function presentRecord(kept: RecordResource | KeptRecord, context: ServedContext): Promise<RecordResult> {
  const { resource, content } = "resourceType" in kept ? { resource: kept, content: undefined } : kept;
  return {
    resource: wireOf(resource),
    ...(content === undefined ? {} : { content: await context.writeContent(content) }),
  };
}

/** The host has judged what it sends; a test host or a person at a keyboard may not have. */
function resourceOf(resource: WireResource): RecordResource {
  if (typeof resource?.resourceType !== "string")
    throw new WireRefusal(wireErrorCodes.invalidParams, "There is no resource");
  return resource as unknown as RecordResource;
}

const wireOf = (resource: RecordResource): WireResource => resource as unknown as WireResource;
