import { isHilumError, wireLimits, type ContentInfo } from "@hilum/contract";
import { pluginFailureData, type CallContext, type Host } from "@hilum/host";
import type { InstanceKey, RecordRow } from "@hilum/store";
import type { CallCounter } from "../plugins/call-counter.ts";
import type { Resource } from "../records/records-service.ts";
import { withoutStoredContent } from "../records/stored-content.ts";
import { judgeRefusal } from "./judge-refusal.ts";

/** Hands one version of a record to a store; resolves when the store has it, or a later one. Rejects with why not. */
export type HandOver = (to: InstanceKey, row: RecordRow) => Promise<void>;

/** Looks up which versions a store has; rejects with why it cannot tell. */
export type LookUp = (to: InstanceKey, type: string, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export interface HandOverParts {
  host(): Host;
  ref(resource: string, id: string): string;
  counter: CallCounter;
  /** The bytes that belong to a record and that its resource does not carry. */
  contentOf(row: RecordRow): Promise<ContentInfo | undefined>;
}

const deadlineMs = 60_000;
/** Bytes of a file that a store takes in a millisecond, at the least. */
const bytesPerMs = 512;

const replication: CallContext = { actor: { id: "system:replication" }, purpose: "HOPERAT" };

export function createHandOver({ host, ref, counter, contentOf }: HandOverParts): HandOver {
  async function call(to: InstanceKey, method: string, row: RecordRow, params: Record<string, unknown>, size = 0) {
    const startedAt = performance.now();
    try {
      const answer = await host().call(replication, {
        ...{ ...to, method, params },
        deadlineMs: Math.min(wireLimits.deadlineMsMax, deadlineMs + size / bytesPerMs),
        resource: row.type,
        ref: ref(row.type, row.id),
      });
      counter.count(to, performance.now() - startedAt, false);
      return answer;
    } catch (error) {
      counter.count(to, performance.now() - startedAt, judgeRefusal(error, pluginFailureData(error)).refusal.cause);
      throw error;
    }
  }

  async function write(to: InstanceKey, row: RecordRow, resource: unknown): Promise<void> {
    const content = await contentOf(row);
    const given = { resource, ...(content === undefined ? {} : { content }) };
    const create = () => call(to, "records.create", row, given, content?.size);
    const update = () => call(to, "records.update", row, given, content?.size);
    // A store that was filled in part, or put back from a backup, may have the one when it should have the other.
    const [first, second, other] =
      row.version === 1 ? [create, update, "record.conflict"] : [update, create, "record.not_found"];
    try {
      await first();
    } catch (error) {
      if (codeOf(error) !== other) throw error;
      await second();
    }
  }

  return async (to, row) => {
    const { type, id, resource } = row;
    try {
      if (resource === undefined) return void (await call(to, "records.delete", row, { type, id }));
      await write(to, row, withoutStoredContent(JSON.parse(resource) as Resource));
    } catch (error) {
      const code = codeOf(error);
      if (resource === undefined && (code === "record.not_found" || code === "record.gone")) return;
      if (code !== "record.conflict") throw error;
      // It was handed over before, and a later version after it.
      const kept = await call(to, "records.read", row, { type, id });
      if (!(Number(versionOf(kept)) >= row.version)) throw error;
    }
  };
}

/** The plugin's own code, as it was said on the wire. */
const codeOf = (error: unknown): string | undefined =>
  pluginFailureData(error)?.code ?? (isHilumError(error) ? error.code : undefined);

function versionOf(answer: unknown): string | undefined {
  const { resource } = answer as { resource?: { meta?: { versionId?: string } } };
  return resource?.meta?.versionId;
}

/** Ids that are asked for in one search. */
export const lookUpMax = 50;

export function createLookUp({ host }: Pick<HandOverParts, "host">): LookUp {
  return async (to, type, ids) => {
    const found = new Map<string, string>();
    let cursor: string | undefined;
    do {
      const answer = (await host().call(replication, {
        ...to,
        method: "records.search",
        params: {
          ...{ type, query: [["_id", ids.join(",")]], count: ids.length },
          ...(cursor === undefined ? {} : { cursor }),
        },
        deadlineMs,
        resource: type,
      })) as { resources: { id?: string; meta?: { versionId?: string } }[]; next?: string };
      for (const { id, meta } of answer.resources) if (id !== undefined) found.set(id, meta?.versionId ?? "");
      cursor = answer.next;
    } while (cursor !== undefined && found.size < ids.length);
    return found;
  };
}
