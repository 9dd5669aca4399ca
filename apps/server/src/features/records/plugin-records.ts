import { PassThrough } from "node:stream";
import { HilumError, isHilumError, type Context, type DataAction, type Log, type WireResource } from "@hilum/contract";
import { binaryBytesMax } from "@hilum/contract/api";
import { bytesOf } from "@hilum/contract/wire";
import type { GrantSnapshot, RecordAsker, RecordsPort } from "@hilum/host";
import { decide, type RowRules } from "@hilum/policy";
import type { Blobs, InstanceKey } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { presentResource } from "./bundle/present-entries.ts";
import { denied } from "./reach.ts";
import type { Asker, OpenedRecord, RecordsService, Resource, SearchPairs } from "./records-service.ts";
import { blobIdOf, storedContentOf } from "./stored-content.ts";
import { contentTypeOf } from "./take-content.ts";

export interface PluginRecordsParts {
  records: RecordsService;
  blobs: Blobs;
  /** Of an instance, as they are now. */
  grantsOf(key: InstanceKey): GrantSnapshot;
  ref(resource: string, id: string): string;
  now(): Date;
  log: Log;
}

/** The platform's records as plugins reach them: by the same service as everybody, with the rows of their grants. */
export function createPluginRecords(parts: PluginRecordsParts): RecordsPort {
  const { records, blobs, ref } = parts;
  const ask = <T>(asker: RecordAsker, type: string, letters: string, act: (asker: Asker) => Promise<T>): Promise<T> =>
    inWordsOfGrants(() => act(askerOf(parts, asker, type, letters)));

  return {
    refOf: (type, id) => ref(type, id),
    create: (asker, { resource, ifNoneExist, content }) =>
      ask(asker, resource.resourceType, ifNoneExist === undefined ? "c" : "cs", async (who) => {
        const written = await records.create(who, {
          resource: withoutData(resource, content !== undefined),
          ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
          ...(content === undefined ? {} : { content: { ...content, blob: content.id } }),
        });
        return present(written.record);
      }),
    read: (asker, { type, id, version }) =>
      ask(asker, type, "r", async (who) => present(await records.read(who, { type, id, ...versionOf(version) }))),
    update: (asker, { resource, ifMatch, content }) =>
      ask(asker, resource.resourceType, "u", async (who) => {
        const written = await records.update(who, {
          resource: withoutData(resource, content !== undefined),
          ...matchOf(ifMatch),
          ...(content === undefined ? {} : { content: { ...content, blob: content.id } }),
        });
        return present(written.record);
      }),
    delete: (asker, { type, id }) =>
      ask(asker, type, "d", async (who) => void (await records.remove(who, { type, id }))),
    search: (asker, { type, query, count, cursor, bytesMax }) =>
      ask(asker, type, "s", async (who) => {
        refuseShaping(query);
        const find = (most: number) =>
          records.search(who, {
            type,
            query: [...query, ["_count", String(most)]],
            ...(cursor === undefined ? {} : { cursor }),
          });
        const found = await find(count);
        const fits = fitting(found.records, bytesMax);
        const page = fits === found.records.length ? found : await find(fits);
        return {
          resources: page.records.map((record) => present(record).resource),
          ...(page.next === undefined ? {} : { next: page.next }),
          ...(page.total === undefined ? {} : { total: page.total }),
        };
      }),
    async openBlob({ plugin, instance }) {
      return beginBlob(blobs, { id: blobIdOf(makeId(parts.now().getTime())), by: `plugin:${plugin}/${instance}` });
    },
  };
}

/** What was decided for the act in hand holds for it; whatever else is touched on the way is asked of the grants. */
function askerOf(
  { grantsOf, now, log }: PluginRecordsParts,
  { key, call, rows }: RecordAsker,
  type: string,
  letters: string,
): Asker {
  const { plugin, instance } = key;
  const actor = { kind: "plugin", id: `plugin:${plugin}/${instance}`, plugin, instance } as const;
  const context: Context = {
    ...{ actor, requestId: call, now, log },
    // Chosen by the platform: what a plugin says of its purpose is not heard (threat 58).
    purpose: "TREAT",
    signal: new AbortController().signal,
  };
  return {
    context,
    reach(asked, action) {
      if (asked === type && letters.includes(action)) return { by: "rows", rows };
      // A plugin changes what is there; to it, a record that is not there cannot be made by changing it.
      if (asked === type && letters === "u" && action === "c") throw new HilumError("record.not_found");
      return { by: "rows", rows: rowsByGrants(actor, grantsOf(key), asked, action, now().getTime()) };
    },
  };
}

const methodByLetter: Record<DataAction, string> = {
  c: "records.create",
  r: "records.read",
  u: "records.update",
  d: "records.delete",
  s: "records.search",
};

function rowsByGrants(
  actor: Extract<Context["actor"], { kind: "plugin" }>,
  { grants, epoch }: GrantSnapshot,
  type: string,
  action: DataAction,
  now: number,
): RowRules {
  const scope = `system/${type}.${action}`;
  const decision = decide({ actor, lane: "records", action: methodByLetter[action], scope, now }, grants, epoch);
  if (!decision.allow) throw denied(type, action);
  return decision.rows ?? [];
}

/** Plugins know grants, not tokens. */
async function inWordsOfGrants<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isHilumError(error) || error.code !== "record.denied") throw error;
    throw new HilumError("policy.denied", { detail: error.detail, problems: error.problems, cause: error });
  }
}

function present(record: OpenedRecord): {
  resource: WireResource;
  content?: { id: string; size: number; contentType: string };
} {
  const resource = presentResource(record) as WireResource;
  const stored = storedContentOf(record.resource);
  if (stored === undefined) return { resource };
  return { resource, content: { id: stored.blob, size: stored.size, contentType: contentTypeOf(record.resource) } };
}

/** The bytes come as content or inside the resource, not both. */
function withoutData(resource: WireResource, hasContent: boolean): Resource {
  if (!hasContent) return resource;
  if (resource.resourceType !== "Binary")
    throw new HilumError("record.invalid", {
      problems: [
        {
          pointer: "/content",
          message: "Only a Binary has content.",
          fix: "Create a Binary with it and refer to that.",
        },
      ],
    });
  const { data: _data, ...rest } = resource;
  return rest;
}

function versionOf(version: string | undefined): { version?: number } {
  if (version === undefined) return {};
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new HilumError("record.not_found");
  return { version: Number(version) };
}

function matchOf(ifMatch: string | undefined): { ifMatch?: number } {
  if (ifMatch === undefined) return {};
  if (!/^[1-9]\d{0,8}$/.test(ifMatch)) throw new HilumError("record.conflict");
  return { ifMatch: Number(ifMatch) };
}

const shaping = /^(?:_include|_revinclude|_summary|_elements|_count|_cursor|_contained)/;

/** How an answer looks is said by the method; what else a search brings along, the lane has no place for. */
function refuseShaping(query: SearchPairs): void {
  const name = query.map(([parameter]) => parameter).find((parameter) => shaping.test(parameter));
  if (name !== undefined)
    throw new HilumError("search.invalid", {
      problems: [
        {
          pointer: "/query",
          message: "a plugin's search takes criteria and _sort alone",
          fix: "Remove the others; search again for what records refer to.",
        },
      ],
    });
}

/** How many of the records fit into one answer. Throws `record.too_large` where the first alone does not. */
function fitting(records: readonly OpenedRecord[], bytesMax: number): number {
  let bytes = 2;
  for (const [index, record] of records.entries()) {
    bytes += bytesOf(record.resource) + 1;
    if (bytes <= bytesMax) continue;
    if (index === 0) throw new HilumError("record.too_large");
    return index;
  }
  return records.length;
}

/** Seals bytes while they are written, without holding them. */
function beginBlob(blobs: Blobs, { id, by }: { id: string; by: string }) {
  const pipe = new PassThrough();
  const about = { id, by, contentType: "application/octet-stream", bytesMax: binaryBytesMax };
  const written = blobs.write(pipe, about);
  written.catch(() => pipe.destroy());
  return {
    id,
    async write(bytes: Uint8Array): Promise<void> {
      if (pipe.write(bytes)) return;
      await Promise.race([new Promise((resolve) => pipe.once("drain", resolve)), written]);
    },
    async finish(): Promise<void> {
      pipe.end();
      await written;
    },
    async discard(): Promise<void> {
      pipe.destroy();
      await written.catch(() => undefined);
      await blobs.remove(id).catch(() => false);
    },
  };
}
