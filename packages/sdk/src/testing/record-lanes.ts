import {
  HilumError,
  recordLimits,
  type ContentInfo,
  type RecordMethod,
  type RecordResult,
  type RecordResults,
  type WireResource,
} from "@hilum/contract";
import { bytesOf, parseBlobWrite, recordParsers, type AskedRecords, type BlobWrites } from "@hilum/contract/wire";
import { decide, type Decision, type Grant, type Request, type RowRules } from "@hilum/policy";
import type { TestCalls } from "./calls.ts";
import type { MemoryBlobs } from "./memory-blobs.ts";
import type { PlatformRecords } from "./platform-records.ts";

export interface RecordLanesOptions {
  key: { plugin: string; instance: string };
  grants: readonly Grant[];
  calls: TestCalls;
  blobs: MemoryBlobs;
  writes: BlobWrites;
  platform: PlatformRecords;
  /** What a resource is judged by before it is kept; throws `record.invalid`. */
  judge(resource: WireResource): Promise<void>;
  now(): Date;
}

type Answer = (params: Record<string, unknown>) => Promise<unknown>;
type Granted = Extract<Decision, { allow: true }>;

/** Answers what a plugin asks of the platform's records, decided and refused as the real host does. */
export function createRecordLanes(options: RecordLanesOptions): Map<RecordMethod | "blobs.write", Answer> {
  const { key, grants, calls, blobs, writes, platform, judge } = options;
  const actor = { kind: "plugin", id: `plugin:${key.plugin}/${key.instance}`, ...key } as const;

  const granted = (request: Pick<Request, "action" | "scope" | "owner">): Granted => {
    const decision = decide({ ...request, actor, lane: "records", now: options.now().getTime() }, grants, 1);
    if (!decision.allow) throw new HilumError("policy.denied");
    return decision;
  };
  const rowsOf = (action: RecordMethod, type: string, letters: string): RowRules =>
    granted({ action, scope: `system/${type}.${letters}` }).rows ?? [];

  const answers: { [Method in RecordMethod]: (asked: AskedRecords<Method>) => Promise<RecordResults[Method]> } = {
    "records.create": async (asked) => {
      const { resource, ifNoneExist } = asked;
      const rows = rowsOf("records.create", resource.resourceType, ifNoneExist === undefined ? "c" : "cs");
      return await written(asked, () => platform.create(rows, asked));
    },
    "records.read": async (asked) => lend(asked.call, platform.read(rowsOf("records.read", asked.type, "r"), asked)),
    "records.update": async (asked) => {
      const rows = rowsOf("records.update", asked.resource.resourceType, "u");
      return await written(asked, () => platform.update(rows, asked));
    },
    "records.delete": async (asked) => {
      platform.delete(rowsOf("records.delete", asked.type, "d"), asked);
      return {};
    },
    "records.search": async (asked) => {
      const rows = rowsOf("records.search", asked.type, "s");
      const found = platform.search(rows, { ...asked, bytesMax: recordLimits.answerBytesMax });
      refuseLarge(found.resources);
      return found;
    },
  };

  return new Map<RecordMethod | "blobs.write", Answer>([
    ["records.create", async (params) => await answers["records.create"](recordParsers["records.create"](params))],
    ["records.read", async (params) => await answers["records.read"](recordParsers["records.read"](params))],
    ["records.update", async (params) => await answers["records.update"](recordParsers["records.update"](params))],
    ["records.delete", async (params) => await answers["records.delete"](recordParsers["records.delete"](params))],
    ["records.search", async (params) => await answers["records.search"](recordParsers["records.search"](params))],
    ["blobs.write", writeBlob],
  ]);

  /** A store writes what it was asked for; another plugin needs the right to create or change files. */
  async function writeBlob(params: Record<string, unknown>): Promise<unknown> {
    const asked = parseBlobWrite(params);
    const action = "blobs.write";
    if (calls.wantsRecord(asked.call)) granted({ action, owner: key });
    else if (!mayChangeFiles()) throw new HilumError("policy.denied");
    return await writes.write(asked);
  }

  function mayChangeFiles(): boolean {
    const request = { actor, lane: "records", action: "blobs.write", now: options.now().getTime() } as const;
    return ["system/Binary.c", "system/Binary.u"].some((scope) => decide({ ...request, scope }, grants, 1).allow);
  }

  async function written(
    { resource, content, call }: { resource: WireResource; content?: ContentInfo; call?: string },
    write: () => RecordResult,
  ): Promise<RecordResult> {
    if (content === undefined) {
      await judge(resource);
      return write();
    }
    const blob = writes.take(call ?? "", content);
    if (blob === undefined)
      throw new HilumError("blob.not_found", { detail: "The call in hand has not written these bytes" });
    try {
      await judge(resource);
      return write();
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  /** A handle is bound to its call; outside of one there is none. */
  function lend(call: string | undefined, { resource, content }: RecordResult): RecordResult {
    refuseLarge([resource]);
    const bytes = content === undefined ? undefined : blobs.bytesOf(content.id);
    if (content === undefined || bytes === undefined || call === undefined) return { resource };
    return calls.lend(call, content.id, bytes) ? { resource, content } : { resource };
  }
}

function refuseLarge(resources: readonly WireResource[]): void {
  if (bytesOf(resources) > recordLimits.answerBytesMax) throw new HilumError("record.too_large");
}
