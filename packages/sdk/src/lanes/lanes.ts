import type { BlobReadResult, ContentInfo, LogParams, UpdateDeliveryParams } from "@hilum/contract";
import { Buffer } from "node:buffer";
import { PeerError } from "../protocol/asked-requests.ts";
import type { Peer } from "../protocol/peer.ts";
import { createRecords, writeContent, type Records } from "../records/records.ts";
import type { GivenContent } from "../records/record-types.ts";
import { createFetch, type Fetch } from "./fetch.ts";
import { toHilumError } from "./host-refusal.ts";

/** Lines of the plugin's own log in the Admin Console. Never a patient's data, never a secret: ids and states only. */
export interface PluginLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface Attachments {
  /** The bytes of an attachment of the message in hand, in chunks of at most 512 KiB. */
  read(id: string): AsyncIterable<Uint8Array>;
}

export interface StateEntry {
  value: string;
  /** Grows with each change; hand it to `put` to change only what was read. */
  version: number;
}

/** Small private state of the instance, encrypted at rest. A value has at most 65,536 characters. */
export interface PluginState {
  get(key: string): Promise<StateEntry | undefined>;
  /** Throws `request.conflict` when `version` is given and another version is stored. Resolves to the new version. */
  put(key: string, value: string, options?: { version?: number }): Promise<number>;
  delete(key: string): Promise<void>;
}

export interface Deliveries {
  /** Reports what became of a message that this instance sent. */
  update(update: UpdateDeliveryParams): Promise<void>;
}

export interface LaneOptions {
  peer: Peer;
  call: string;
  signal(): AbortSignal;
  chunkBytesMax: number;
}

/** The lanes of one call. */
export function createLanes({ peer, call, signal, chunkBytesMax }: LaneOptions): {
  log: PluginLog;
  attachments: Attachments;
  state: PluginState;
  deliveries: Deliveries;
  fetch: Fetch;
  records: Records;
  writeContent: (content: GivenContent) => Promise<ContentInfo>;
} {
  const ask = createAsk(peer, signal);
  const read = (id: string): AsyncIterable<Uint8Array> => readBlob(ask, { id, call, chunkBytesMax });
  return {
    log: createLog(peer, call),
    attachments: { read },
    records: createRecords({ ask, call, chunkBytesMax, readBlob: read }),
    writeContent: (content) => writeContent(content, { ask, call, chunkBytesMax }),
    state: {
      async get(key) {
        const { value, version = 0 } = (await ask("state.get", { key })) as Partial<StateEntry>;
        return value === undefined ? undefined : { value, version };
      },
      async put(key, value, { version } = {}) {
        const answer = (await ask("state.put", { key, value, ...(version === undefined ? {} : { version }) })) as {
          version: number;
        };
        return answer.version;
      },
      async delete(key) {
        await ask("state.delete", { key });
      },
    },
    deliveries: {
      async update(update) {
        await ask("messages.updateDelivery", update);
      },
    },
    fetch: createFetch({ peer, call, signal }),
  };
}

/** Asks the host; a refusal is a HilumError. */
export function createAsk(peer: Peer, signal: () => AbortSignal): (method: string, params: object) => Promise<unknown> {
  return async (method, params) => {
    try {
      return await peer.request(method, params, { signal: signal() });
    } catch (error) {
      throw error instanceof PeerError ? toHilumError(error) : error;
    }
  };
}

/** The log of a call, or of the plugin itself when there is none. */
export function createLog(peer: Peer, call?: string): PluginLog {
  const write =
    (level: LogParams["level"]) =>
    (text: string): void =>
      // Half a surrogate pair would end the link, so it is replaced; a longer line is cut by the host anyway.
      peer.notify("log", {
        level,
        text: text.toWellFormed().slice(0, 8192).toWellFormed(),
        ...(call === undefined ? {} : { call }),
      } satisfies LogParams);
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

async function* readBlob(
  ask: (method: string, params: object) => Promise<unknown>,
  { id, call, chunkBytesMax }: { id: string; call: string; chunkBytesMax: number },
): AsyncGenerator<Uint8Array> {
  for (let offset = 0, size = Infinity; offset < size;) {
    const answer = (await ask("blobs.read", { id, offset, length: chunkBytesMax, call })) as BlobReadResult;
    const bytes = Buffer.from(answer.base64, "base64");
    size = answer.size;
    if (bytes.length === 0) return;
    offset += bytes.length;
    yield bytes;
  }
}
