import {
  HilumError,
  recordLimits,
  type ContentInfo,
  type RecordMethod,
  type RecordResult,
  type RecordSearchResult,
  type WireResource,
} from "@hilum/contract";
import { bytesOf, parseBlobWrite, recordParsers, type AskedRecords, type BlobWrites } from "@hilum/contract/wire";
import type { RowRules } from "@hilum/policy";
import type { Serve } from "../connection/incoming-calls.ts";
import { pluginContext, type InstanceKey } from "../instance-key.ts";
import { govern, type CallRecord, type Governor, type Measure } from "../pipeline.ts";
import type { DecidePlugin, PluginDecision, PluginRequest } from "../plugin-decisions.ts";
import type { CallsInFlight } from "../supervisor/calls-in-flight.ts";
import type { RecordAsker, RecordsPort } from "./records-port.ts";

export interface RecordLanesOptions {
  key: InstanceKey;
  records: RecordsPort;
  calls: CallsInFlight;
  writes: BlobWrites;
  governor: Governor;
  decide: DecidePlugin;
  nextCall(): string;
}

/** One method of the lane. */
interface Act<Method extends RecordMethod, Result> {
  /** Letters of the scope that it needs. */
  letters(asked: AskedRecords<Method>): string;
  /** What it is about, as far as that is known before. */
  target(asked: AskedRecords<Method>): { type: string; id?: string | undefined };
  perform(asker: RecordAsker, asked: AskedRecords<Method>): Promise<Result>;
  measure(result: Result): Measure | undefined;
}

/** What an instance may ask of the platform's records, each through the pipeline and by its data scopes. */
export function createRecordLanes(options: RecordLanesOptions): Map<string, Serve> {
  const { key, records, calls, writes, governor, decide, nextCall } = options;

  const measureOf = ({ resource: { resourceType, id } }: RecordResult): Measure | undefined =>
    id === undefined ? undefined : { ref: records.refOf(resourceType, id) };

  const acts: { [Method in RecordMethod]: Act<Method, unknown> } = {
    "records.create": actOf<"records.create", RecordResult>({
      // What is there already would be answered, which only a search may find.
      letters: ({ ifNoneExist }) => (ifNoneExist === undefined ? "c" : "cs"),
      target: ({ resource }) => ({ type: resource.resourceType }),
      perform: (asker, asked) => withContent(asked, () => records.create(asker, asked)),
      measure: measureOf,
    }),
    "records.read": actOf<"records.read", RecordResult>({
      letters: () => "r",
      target: ({ type, id }) => ({ type, id }),
      perform: async (asker, asked) => lend(asked.call, await records.read(asker, asked)),
      measure: () => undefined,
    }),
    "records.update": actOf<"records.update", RecordResult>({
      letters: () => "u",
      target: ({ resource }) => ({ type: resource.resourceType, id: resource.id }),
      perform: (asker, asked) => withContent(asked, () => records.update(asker, asked)),
      measure: () => undefined,
    }),
    "records.delete": actOf<"records.delete", Record<never, never>>({
      letters: () => "d",
      target: ({ type, id }) => ({ type, id }),
      async perform(asker, asked) {
        await records.delete(asker, asked);
        return {};
      },
      measure: () => undefined,
    }),
    "records.search": actOf<"records.search", RecordSearchResult>({
      letters: () => "s",
      target: ({ type }) => ({ type }),
      async perform(asker, asked) {
        const found = await records.search(asker, { ...asked, bytesMax: recordLimits.answerBytesMax });
        return fitting(found, found.resources);
      },
      measure: ({ resources }) => ({ count: resources.length }),
    }),
  };

  const methods = Object.entries(acts) as [RecordMethod, Act<RecordMethod, unknown>][];
  return new Map<string, Serve>([
    ...methods.map(([method, act]): [string, Serve] => [method, serve(method, act)]),
    ["blobs.write", serveWrite],
  ]);

  function serve(method: RecordMethod, act: Act<RecordMethod, unknown>): Serve {
    return async (params) => {
      const asked = recordParsers[method](params);
      const { type, id } = act.target(asked);
      const record: CallRecord = {
        ...recordOf(method, type),
        ...(id === undefined ? {} : { ref: records.refOf(type, id) }),
      };
      const request = { lane: "records", action: method, scope: `system/${type}.${act.letters(asked)}` } as const;
      let rows: RowRules = [];
      return govern(governor, pluginContext(key), record, {
        resolve: () => asked,
        async decide() {
          const decision = await decide(key, request);
          if (decision.allow) rows = decision.rows ?? [];
          return decision;
        },
        perform: () => act.perform({ key, call: record.call, rows }, asked),
        measure: act.measure,
      });
    };
  }

  /** A store writes what it was asked for; another plugin needs the right to create or change files. */
  async function serveWrite(params: Record<string, unknown>): Promise<unknown> {
    const asked = parseBlobWrite(params);
    // A blob takes effect when it is whole: only its beginning and its end are kept.
    const audit = asked.id === undefined || asked.last ? "intent" : "denials";
    return govern(
      governor,
      pluginContext(key),
      { ...recordOf("blobs.write", "Binary"), audit },
      {
        resolve: () => asked,
        decide: () => decideWrite(asked.call),
        perform: writes.write,
      },
    );
  }

  async function decideWrite(call: string): Promise<PluginDecision> {
    const request: PluginRequest = { lane: "records", action: "blobs.write" };
    if (calls.wantsRecord(call)) return decide(key, { ...request, owner: key });
    const created = await decide(key, { ...request, scope: "system/Binary.c" });
    return created.allow ? created : decide(key, { ...request, scope: "system/Binary.u" });
  }

  function recordOf(action: string, resource: string): CallRecord {
    const { plugin, instance } = key;
    return { call: nextCall(), action, audit: "intent", plugin, instance, resource };
  }

  /** The call may end while the record is written: its bytes are taken out of it before. */
  async function withContent(
    { content, call }: { content?: ContentInfo; call?: string },
    write: () => Promise<RecordResult>,
  ): Promise<RecordResult> {
    if (content === undefined || call === undefined) return await write();
    const blob = writes.take(call, content);
    if (blob === undefined)
      throw new HilumError("blob.not_found", { detail: "The call in hand has not written these bytes" });
    try {
      return await write();
    } catch (error) {
      await blob.discard().catch(() => undefined);
      throw error;
    }
  }

  /** A handle is bound to its call (threat 53); outside of one there is none. */
  function lend(call: string | undefined, { resource, content }: RecordResult): RecordResult {
    fitting(resource, [resource]);
    if (content === undefined || call === undefined || !calls.lend(call, content.id)) return { resource };
    return { resource, content };
  }
}

/** The methods differ in what they ask and answer; the table holds them as one kind. */
const actOf = <Method extends RecordMethod, Result>(one: Act<Method, Result>): Act<Method, unknown> => one;

/** Returns `answer`; throws `record.too_large` where its resources do not fit into a frame. */
function fitting<Answer>(answer: Answer, resources: readonly WireResource[]): Answer {
  if (bytesOf(resources) > recordLimits.answerBytesMax) throw new HilumError("record.too_large");
  return answer;
}
