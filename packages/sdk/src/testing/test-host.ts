import {
  describeScope,
  formatScope,
  HilumError,
  hostMethods,
  isScope,
  parseManifest,
  parseScope,
  protocolVersion,
  resolveScope,
  validateSettings,
  visible,
  withDefaults,
  wireLimits,
  type CheckResult,
  type ErrorCode,
  type HealthResult,
  type InitializeParams,
  type LogParams,
  type Manifest,
  type SendResult,
  type UpdateDeliveryParams,
  type WireErrorData,
} from "@hilum/contract";
import { checkMessage, idempotencyKeyOf } from "@hilum/contract/fhir";
import { checkAnswer, checkErrorData, type Violation } from "@hilum/contract/wire";
import { decide, type Grant } from "@hilum/policy";
import type { Communication } from "@medplum/fhirtypes";
import type { Plugin } from "../definition.ts";
import { createTunnelConnect } from "../lanes/egress.ts";
import { createMemoryChannels } from "../protocol/memory-channel.ts";
import { createPeer, PeerError, type Peer } from "../protocol/peer.ts";
import { serveChannel } from "../serve-channel.ts";
import { startTestEgress } from "./egress-server.ts";
import { createHostLanes, presentHostError } from "./host-lanes.ts";
import { createTestRecords, type TestMessage } from "./records.ts";

export interface TestHostOptions {
  /** The manifest, if the plugin's definition does not carry it. */
  manifest?: unknown;
  /** Values and secrets together, as the plugin gets them. */
  settings?: Readonly<Record<string, unknown>>;
  /** Scopes of the manifest that are granted, as it spells them. Default: none. */
  grants?: readonly string[];
  /** Networks (CIDR) that an administrator opened. Without them only public addresses are reached, not even 127.0.0.1. */
  privateRanges?: readonly string[];
  testMode?: boolean;
  clock?: { now(): Date };
}

export interface SendOptions {
  attempt?: number;
  idempotencyKey?: string;
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
    this.data = data as Partial<WireErrorData>;
    this.code = this.data.code ?? "plugin.failed";
  }
}

export interface TestHost {
  readonly methods: readonly string[];
  /** Hands a message to the plugin. Rejects with TestCallError, and with HilumError for what the host itself refuses. */
  send(communication: Communication, options?: SendOptions): Promise<SendResult>;
  checkConfig(settings?: Readonly<Record<string, unknown>>): Promise<CheckResult>;
  checkSetup(step: string, settings?: Readonly<Record<string, unknown>>): Promise<CheckResult>;
  health(): Promise<HealthResult>;
  smoke(id: string, options?: { recipient?: string }): Promise<CheckResult>;
  /** Any method with any params: for tests of the protocol itself. */
  request(method: string, params: object): Promise<unknown>;
  readonly log: readonly LogParams[];
  readonly deliveries: readonly UpdateDeliveryParams[];
  /** Records of the messages that were sent, oldest first. */
  messages(): TestMessage[];
  /** Where the plugin broke the protocol, if it did. */
  readonly violation: Violation | undefined;
  /** Says `shutdown`, as the host does, and frees everything. */
  close(): Promise<void>;
}

/**
 * Runs a plugin in this process under the platform's rules: the same manifest and settings checks, wire codec, policy
 * and message checks as the real host, over a line in memory, with state and messages in SQLite in memory and a real
 * egress tunnel. What works here with these grants works there; what is refused there is refused here.
 */
export async function createTestHost(plugin: Plugin, options: TestHostOptions = {}): Promise<TestHost> {
  const manifest = readManifest(options.manifest ?? plugin.definition.manifest);
  const settings = readSettings(manifest, options.settings ?? {});
  const key = { plugin: manifest.id, instance: "default" };
  const grants = resolveGrants(manifest, options.grants ?? [], settings).map((grant): Grant => ({
    ...key,
    ...grant,
    decision: "granted",
  }));
  const now = (): Date => options.clock?.now() ?? new Date();
  const records = createTestRecords();
  const log: LogParams[] = [];
  const deliveries: UpdateDeliveryParams[] = [];
  const blobs = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const egress =
    grants.length === 0
      ? undefined
      : await startTestEgress({ allows: (scope) => allows(scope), privateRanges: options.privateRanges ?? [] });
  const [hostEnd, pluginEnd] = createMemoryChannels();
  let violation: Violation | undefined;
  let calls = 0;

  serveChannel({ plugin, channel: pluginEnd, connectBy: createTunnelConnect, onEnd: () => undefined });
  const lanes = createHostLanes({ key, grants, records, blobs, log: (line) => log.push(line), deliveries, now });
  const peer: Peer = createPeer({
    channel: hostEnd,
    ...lanes,
    presentError: presentHostError,
    onViolation: (found) => (violation = found),
  });
  const { methods } = (await ask("initialize", initializeParams())) as { methods: string[] };
  checkMethods(manifest, methods);

  return {
    methods,
    send,
    checkConfig: async (values = settings) => (await ask("config.validate", { settings: values })) as CheckResult,
    checkSetup: async (step, values = settings) =>
      (await ask("setup.check", { step, settings: values })) as CheckResult,
    health: async () => (await ask("health.check", {})) as HealthResult,
    smoke: async (id, { recipient } = {}) =>
      (await ask("smoke.run", smokeParams(manifest, id, recipient))) as CheckResult,
    request: ask,
    log,
    deliveries,
    messages: records.messages,
    get violation() {
      return violation;
    },
    async close() {
      await ask("shutdown", {}).catch(() => undefined);
      peer.close();
      await egress?.close();
      records.close();
    },
  };

  function allows(scope: string): boolean {
    const actor = { kind: "plugin", id: `plugin:${key.plugin}/${key.instance}`, ...key } as const;
    return decide({ actor, lane: "egress", action: "connect", scope, now: now().getTime() }, grants, 1).allow;
  }

  function initializeParams(): Omit<InitializeParams, "meta"> {
    return {
      protocol: protocolVersion,
      host: { name: "hilum", version: "test" },
      ...key,
      testMode: options.testMode ?? false,
      settings,
      grants: grants.map(({ resolved }) => resolved ?? ""),
      limits: wireLimits,
      ...(egress === undefined ? {} : { egressSocket: egress.socketPath }),
    };
  }

  /** One call with its meta; the answer is checked as strictly as the protocol is written. */
  async function ask(
    method: string,
    params: object,
    {
      deadlineMs = 30_000,
      signal,
      call = `call-${++calls}`,
    }: { deadlineMs?: number; signal?: AbortSignal; call?: string } = {},
  ): Promise<unknown> {
    const deadline = AbortSignal.timeout(deadlineMs + 1000);
    const signals = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    let result: unknown;
    try {
      result = await peer.request(method, { ...params, meta: { call, deadlineMs, hops: 0 } }, { signal: signals });
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      refuseBad(method, Object.keys(error.data).length === 0 ? [] : checkErrorData(error.data));
      throw new TestCallError(error);
    }
    if (hostMethods.core.some((name) => name === method) || method === "messages.send")
      refuseBad(method, checkAnswer(method, result));
    return result;
  }

  async function send(
    communication: Communication,
    { attempt = 1, attachments = [], deadlineMs = 30_000, ...rest }: SendOptions = {},
  ): Promise<SendResult> {
    const problems = checkMessage(communication);
    if (problems.length > 0) throw new HilumError("message.invalid", { problems });
    const call = `call-${++calls}`;
    const id = communication.id ?? `message-${calls}`;
    const idempotencyKey = rest.idempotencyKey ?? idempotencyKeyOf(communication) ?? id;
    blobs.set(call, new Map(attachments.map((attachment) => [attachment.id, attachment.bytes])));
    records.addMessage({ id, attempt, idempotencyKey });
    const handles = attachments.map(({ bytes, ...handle }) => ({ ...handle, size: bytes.length }));
    const params = { message: { ...communication, id }, attempt, idempotencyKey, attachments: handles };
    try {
      const result = (await ask("messages.send", params, {
        deadlineMs,
        call,
        ...(rest.signal === undefined ? {} : { signal: rest.signal }),
      })) as SendResult;
      records.updateMessage(id, { state: "sent", providerId: result.providerId });
      return result;
    } catch (error) {
      records.updateMessage(id, {
        state: "failed",
        code: error instanceof TestCallError ? error.code : "plugin.failed",
      });
      throw error;
    } finally {
      blobs.delete(call);
    }
  }
}

function readManifest(given: unknown): Manifest {
  const parsed = parseManifest(given, { included: true });
  if (!parsed.ok)
    throw new HilumError(parsed.code, {
      detail: summary("The manifest is not valid", parsed.problems),
      problems: parsed.problems,
    });
  return parsed.manifest;
}

function readSettings(manifest: Manifest, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schema = manifest.config ?? { type: "object", properties: {} };
  const problems = validateSettings(schema, given);
  if (problems.length > 0)
    throw new HilumError("request.invalid", { detail: summary("The settings are not valid", problems), problems });
  const shown = visible(schema, given);
  return Object.fromEntries(Object.entries(withDefaults(schema, given)).filter(([name]) => shown.has(name)));
}

/** Only what the manifest asks for can be granted, pinned to the settings as they are. */
function resolveGrants(
  manifest: Manifest,
  given: readonly string[],
  settings: Record<string, unknown>,
): { scope: string; resolved: string }[] {
  return given.map((text) => {
    const scope = parseScope(text);
    if (!isScope(scope)) throw new HilumError("request.invalid", { detail: scope.message });
    const asked = (manifest.scopes ?? []).some((request) => request.scope === text);
    if (!asked)
      throw new HilumError("request.invalid", {
        detail: `The manifest does not ask for ${text}: ${describeScope(scope)}`,
      });
    const resolved = resolveScope(scope, settings);
    if (!isScope(resolved)) throw new HilumError("request.invalid", { detail: resolved.message, problems: [resolved] });
    return { scope: text, resolved: formatScope(resolved) };
  });
}

function checkMethods(manifest: Manifest, methods: readonly string[]): void {
  const wanted = [
    ...hostMethods.core,
    ...(manifest.capabilities.includes("send_messages") ? hostMethods.send_messages : []),
  ];
  const missing = wanted.filter((method) => !methods.includes(method));
  if (missing.length > 0)
    throw new HilumError("plugin.protocol", {
      detail: `The plugin does not answer ${missing.join(", ")}, which its capabilities promise`,
    });
}

/** A live test needs a recipient, and only a live one gets it. */
function smokeParams(
  manifest: Manifest,
  id: string,
  recipient: string | undefined,
): { id: string; recipient?: string } {
  const declared = (manifest.smokeTests ?? []).find((test) => test.id === id);
  if (declared === undefined)
    throw new HilumError("request.invalid", { detail: `The manifest declares no smoke test ${id}` });
  if ((declared.live ?? false) !== (recipient !== undefined))
    throw new HilumError("request.invalid", {
      detail: declared.live === true ? "A live test needs a recipient" : "Only a live test has a recipient",
    });
  return recipient === undefined ? { id } : { id, recipient };
}

function refuseBad(method: string, problems: readonly { pointer: string; message: string }[]): void {
  if (problems.length > 0)
    throw new HilumError("plugin.bad_reply" satisfies ErrorCode, {
      detail: summary(`The answer to ${method} is not valid`, problems),
      problems,
    });
}

function summary(title: string, problems: readonly { pointer: string; message: string }[]): string {
  return `${title}: ${problems.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")}`;
}
