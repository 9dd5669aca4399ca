import { HilumError, hostMethods, optionalHostMethods, type SendResult, type WireErrorData } from "@hilum/contract";
import { checkMessage, idempotencyKeyOf } from "@hilum/contract/fhir";
import { checkAnswer, checkErrorData, type BlobWrites } from "@hilum/contract/wire";
import type { Communication } from "@medplum/fhirtypes";
import { PeerError } from "../protocol/asked-requests.ts";
import type { Peer } from "../protocol/peer.ts";
import { summary } from "./admission.ts";
import type { TestCalls } from "./calls.ts";
import type { TestTables } from "./tables.ts";

export interface SendOptions {
  attempt?: number;
  idempotencyKey?: string;
  /** An earlier attempt that began then may have gone out. */
  maybeSentSince?: Date;
  /** Content of the attachments that the message names as `Binary/{id}`. */
  attachments?: readonly { id: string; contentType: string; title: string; bytes: Uint8Array }[];
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** How a call failed, as the host sees it. */
export class TestCallError extends Error {
  readonly code: string;
  readonly wireCode: number;
  readonly data: Partial<WireErrorData>;
  constructor({ message, code, data }: PeerError) {
    super(message);
    this.name = "TestCallError";
    this.wireCode = code;
    this.data = data;
    this.code = this.data.code ?? "plugin.failed";
  }
}

interface CallOptions {
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
  /** Id of the call; made here where there is none. */
  call?: string;
  /** Bytes that the call puts into the plugin's hands. */
  blobs?: ReadonlyMap<string, Uint8Array>;
  /** Judges the answer while the call still runs. */
  onAnswer?: (result: unknown) => unknown;
}

/** Calls of the host into the plugin. */
export interface PluginCalls {
  /** One call with its meta; the answer is checked as strictly as the protocol is written. */
  ask(method: string, params: object, options?: CallOptions): Promise<unknown>;
  send(communication: Communication, options?: SendOptions): Promise<SendResult>;
  nextCall(): string;
}

export interface PluginCallsOptions {
  peer: Peer;
  tables: TestTables;
  calls: TestCalls;
  /** Bytes that the plugin writes in its calls. */
  writes: BlobWrites;
}

export function createPluginCalls({ peer, tables, calls, writes }: PluginCallsOptions): PluginCalls {
  let made = 0;
  const nextCall = (): string => `call-${++made}`;

  async function ask(method: string, params: object, options: CallOptions = {}): Promise<unknown> {
    const { deadlineMs = 30_000, signal, call = nextCall(), onAnswer } = options;
    const deadline = AbortSignal.timeout(deadlineMs + 1000);
    const signals = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    calls.begin(call, method, options.blobs);
    try {
      const result = await peer.request(
        method,
        { ...params, meta: { call, deadlineMs, hops: 0 } },
        { signal: signals },
      );
      if (known.has(method)) refuseBad(method, checkAnswer(method, result));
      return onAnswer === undefined ? result : onAnswer(result);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      refuseBad(method, Object.keys(error.data).length === 0 ? [] : checkErrorData(error.data));
      throw new TestCallError(error);
    } finally {
      calls.end(call);
      writes.end(call);
    }
  }

  async function send(communication: Communication, options: SendOptions = {}): Promise<SendResult> {
    const problems = checkMessage(communication);
    if (problems.length > 0) throw new HilumError("message.invalid", { problems });
    const { attempt = 1, attachments = [], deadlineMs = 30_000, signal, maybeSentSince } = options;
    const call = nextCall();
    const id = communication.id ?? `message-${made}`;
    const idempotencyKey = options.idempotencyKey ?? idempotencyKeyOf(communication) ?? id;
    const handles = attachments.map(({ bytes, ...handle }) => ({ ...handle, size: bytes.length }));
    const doubt = maybeSentSince === undefined ? {} : { maybeSentSince: maybeSentSince.toISOString() };
    const params = { message: { ...communication, id }, attempt, idempotencyKey, attachments: handles, ...doubt };
    const blobs = new Map(attachments.map((attachment) => [attachment.id, attachment.bytes]));
    tables.addMessage({ id, attempt, idempotencyKey });
    try {
      const result = (await ask("messages.send", params, { deadlineMs, call, signal, blobs })) as SendResult;
      tables.updateMessage(id, { state: "sent", providerId: result.providerId });
      return result;
    } catch (error) {
      const code = error instanceof TestCallError ? error.code : "plugin.failed";
      tables.updateMessage(id, { state: "failed", code });
      throw error;
    }
  }
  return { ask, send, nextCall };
}

const known: ReadonlySet<string> = new Set([
  ...hostMethods.core,
  ...hostMethods.send_messages,
  ...hostMethods.store_records,
  ...hostMethods.ingress,
  ...optionalHostMethods,
]);

function refuseBad(method: string, problems: readonly { pointer: string; message: string }[]): void {
  if (problems.length > 0)
    throw new HilumError("plugin.bad_reply", {
      detail: summary(`The answer to ${method} is not valid`, problems),
      problems,
    });
}
