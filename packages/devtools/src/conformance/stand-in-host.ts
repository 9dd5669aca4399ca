import {
  coversScope,
  isHilumError,
  isScope,
  parseScope,
  type FetchParams,
  type FetchResult,
  type RecordMethod,
  type WireErrorData,
} from "@hilum/contract";
import {
  createBlobWrites,
  frameErrorOf,
  parseBlobRead,
  parseBlobWrite,
  parseContent,
  parseState,
  recordParsers,
  type FrameError,
} from "@hilum/contract/wire";

/** A request that failed, in the members of `error.data`. */
export class FetchFailure extends Error {
  readonly data: Pick<WireErrorData, "code" | "sent">;
  constructor(data: FetchFailure["data"]) {
    super(data.code);
    this.data = data;
  }
}

/** What a plugin asks of the host while the cases play, answered for one process. */
export interface StandInHost {
  /** Resolves to the result; what it throws becomes the error of the answer by `presentRefusal`. */
  answer(method: string, params: Record<string, unknown>): Promise<unknown>;
  /** A call of the host begins, and is answered: what it put into the plugin's hands is gone then, but for a record's bytes. */
  begin(call: string, method: string): void;
  end(call: string, result?: unknown): void;
  /** Attachments that `blobs.read` gives out. */
  readonly blobs: Map<string, Uint8Array>;
  /** Bytes of records that were answered. */
  readonly written: ReadonlyMap<string, Uint8Array>;
  /** What it asked for without a right to it: the host would have refused. */
  readonly trespasses: readonly string[];
  readonly fetches: readonly FetchParams[];
  failFetches(how: FetchFailure["data"] | undefined): void;
}

export interface StandInHostOptions {
  grants: readonly string[];
  fetch?: ((params: FetchParams) => Promise<FetchResult>) | undefined;
}

/** The answer's error says the same as the real host's would. */
class Refusal extends Error {
  readonly error: FrameError;
  constructor(error: FrameError) {
    super(error.message);
    this.error = error;
  }
}
const refused = (code: string, number = -32_000): Refusal =>
  new Refusal({ code: number, message: code, data: { code } });

export function presentRefusal(error: unknown): FrameError {
  if (error instanceof Refusal) return error.error;
  if (error instanceof FetchFailure) return { code: -32_000, message: error.data.code, data: { ...error.data } };
  if (isHilumError(error)) return frameErrorOf(error);
  return { code: -32_000, message: "server.internal", data: { code: "server.internal", sent: "maybe" } };
}

export function createStandInHost({ grants, fetch }: StandInHostOptions): StandInHost {
  const blobs = new Map<string, Uint8Array>();
  const state = new Map<string, { value: string; version: number }>();
  const calls = new Map<string, string>();
  const files = createFiles((call) => calls.has(call));
  const trespasses: string[] = [];
  const fetches: FetchParams[] = [];
  let failing: FetchFailure["data"] | undefined;

  const trespass = (what: string, refusal: Refusal = refused("policy.denied", -32_001)): Refusal => {
    trespasses.push(what);
    return refusal;
  };

  const methods: Readonly<Record<string, (params: Record<string, unknown>) => unknown>> = {
    "blobs.read"(params) {
      const bytes = blobs.get(String(params["id"]));
      if (bytes === undefined)
        throw trespass("blobs.read of an attachment that it was not handed", refused("policy.denied"));
      if (!calls.has(String(params["call"]))) throw trespass("blobs.read outside of the call that hands it over");
      const { offset, length } = parseBlobRead(params);
      return { base64: Buffer.from(bytes.subarray(offset, offset + length)).toString("base64"), size: bytes.length };
    },
    "blobs.write"(params) {
      const asked = parseBlobWrite(params);
      if (calls.get(asked.call) !== "records.read" && !isGranted("Binary", "c") && !isGranted("Binary", "u"))
        throw trespass("blobs.write in a call that asks for no record");
      return files.writes.write(asked);
    },
    "state.get": (params) => state.get(parseState(params).key) ?? {},
    "state.put"(params) {
      const { key, value = "", version } = parseState(params);
      const stored = state.get(key)?.version ?? 0;
      if (version !== undefined && version !== stored) throw refused("request.conflict");
      state.set(key, { value, version: stored + 1 });
      return { version: stored + 1 };
    },
    "state.delete": (params) => {
      state.delete(parseState(params).key);
      return {};
    },
    ...(fetch === undefined
      ? {}
      : {
          "http.fetch"(params) {
            const asked = params as unknown as FetchParams;
            fetches.push(asked);
            if (failing !== undefined) throw new FetchFailure(failing);
            return fetch(asked);
          },
        }),
  };

  return {
    async answer(method, params) {
      if (isRecordMethod(method)) return answerRecords(method, params);
      const answer = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (answer === undefined)
        throw trespass(
          `${method.slice(0, 60)}, which is no method of the host or is not granted`,
          new Refusal({ code: -32_601, message: "There is no such method" }),
        );
      return (await answer(params)) ?? {};
    },
    begin: (call, method) => void calls.set(call, method),
    end(call, result) {
      files.keep(call, result);
      files.writes.end(call);
      calls.delete(call);
    },
    ...{ blobs, trespasses, fetches, written: files.written },
    failFetches: (how) => void (failing = how),
  };

  function isGranted(type: string, letters: string): boolean {
    const asked = parseScope(`system/${type}.${letters}`);
    return grants.some((text) => {
      const grant = parseScope(text);
      if (!isScope(grant) || !isScope(asked) || grant.kind !== "data") return false;
      return coversScope({ ...grant, filters: [] }, asked);
    });
  }

  /** A platform without a record: whoever has the right to ask finds nothing there. */
  function answerRecords(method: RecordMethod, params: Record<string, unknown>): unknown {
    const type = "type" in params ? params["type"] : (params["resource"] as Record<string, unknown>)?.["resourceType"];
    if (!isGranted(String(type), letterOf[method]))
      throw trespass(`${method}, which is no method of the host or is not granted`);
    const asked = recordParsers[method](params);
    if (method === "records.search") return { resources: [] };
    if (method !== "records.create") throw refused("record.not_found");
    const { resource } = asked as { resource: object };
    return { resource: { ...resource, id: "conformance", meta: { versionId: "1" } } };
  }
}

const letterOf: Readonly<Record<RecordMethod, string>> = {
  ...{
    "records.create": "c",
    "records.read": "r",
    "records.update": "u",
    "records.delete": "d",
    "records.search": "s",
  },
};
const isRecordMethod = (method: string): method is RecordMethod => Object.hasOwn(letterOf, method);

/** What the plugin writes, in memory; kept are the bytes that an answer names. */
function createFiles(has: (call: string) => boolean) {
  const opened = new Map<string, Uint8Array[]>();
  const written = new Map<string, Uint8Array>();
  const writes = createBlobWrites({
    has,
    async openBlob() {
      const id = `file-${opened.size + 1}`;
      opened.set(id, []);
      return {
        id,
        write: async (bytes) => void opened.get(id)?.push(bytes),
        finish: async () => undefined,
        discard: async () => undefined,
      };
    },
  });
  return {
    ...{ writes, written },
    keep(call: string, result: unknown): void {
      if (typeof result !== "object" || result === null || !("content" in result)) return;
      try {
        const content = parseContent(result.content, "/content");
        if (writes.take(call, content) !== undefined)
          written.set(content.id, Buffer.concat(opened.get(content.id) ?? []));
      } catch (error) {
        // What is no content is judged with the answer.
        if (!isHilumError(error)) throw error;
      }
    },
  };
}
