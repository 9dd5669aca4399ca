import { generateKeyPairSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createDenyCoalescer, openAuditLog, type AuditEntry, type AuditLog } from "@hilum/audit";
import { HilumError } from "@hilum/contract";
import { createTempDir, fixtureEntry, fixturePlugins, type FixturePlugin } from "@hilum/testkit";
import type { Grant } from "@hilum/policy";
import { vi } from "vitest";
import { createHost, type Host, type HostCall, type HostOptions } from "../host.ts";
import { createRecordsInMemory, type RecordsInMemory } from "./records-in-memory.ts";
import type { LanePorts } from "../lanes/lanes.ts";
import type { PluginLogLine } from "../logs/plugin-log.ts";
import type { CallContext } from "../pipeline.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { InstanceSpec, InstanceStatus } from "../supervisor/instance-spec.ts";

/** A host with a real sandbox and a real audit log, and a server's side kept in memory. */
export interface HostUnderTest {
  host: Host;
  audit: AuditLog;
  lines: PluginLogLine[];
  changes: InstanceStatus[];
  grants: Grant[];
  /** What the lanes were asked: method, plugin/instance, params. */
  asked: [method: string, by: string, params: unknown][];
  state: Map<string, string>;
  blobs: Map<string, Buffer>;
  records: RecordsInMemory;
  /** Messages by the instance they were handed to. */
  messages: Map<string, { plugin: string; instance: string }>;
  entries(): Promise<AuditEntry[]>;
  close(): Promise<void>;
}

/** Waits for what happens in its own time, with patience for a machine that is busy with other tests. */
export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

export const operator: CallContext = {
  actor: { id: "user:ana" },
  requestId: "req0000000000000000001",
  purpose: "TREAT",
};

/** Without a sandbox of its own the host gets a real one, which `close` ends. */
export async function startHostUnderTest(options: Partial<HostOptions> = {}): Promise<HostUnderTest> {
  const folder = createTempDir("host");
  mkdirSync(folder.join("audit"));
  const audit = await openAuditLog({
    dir: folder.join("audit"),
    origin: "hilum.test/audit",
    signingKey: generateKeyPairSync("ed25519").privateKey,
  });
  const denials = createDenyCoalescer({ append: audit.append });
  const ownSandbox =
    options.sandbox === undefined ? await createSandbox({ stateDir: folder.join("sandbox") }) : undefined;
  const side = {
    lines: [] as PluginLogLine[],
    changes: [] as InstanceStatus[],
    grants: [] as Grant[],
    ...createLanesInMemory(),
  };
  const host = createHost({
    ...{ audit, denials, stateDir: folder.path, version: "0.1.0", now: () => new Date(), lanes: side.lanes },
    grantsOf: () => ({ grants: side.grants, epoch: side.grants.length }),
    decideCall: () => ({ allow: true }),
    writeLog: (_key, line) => void side.lines.push(line),
    egress: { privateRanges: () => [], ownPorts: () => [] },
    restarts: { firstDelayMs: 10, limit: 3 },
    ...options,
    sandbox: options.sandbox ?? (ownSandbox as Sandbox),
  });
  host.onChange((status) => void side.changes.push(status));
  return {
    ...{ host, audit, ...side },
    async entries() {
      await denials.flush();
      const all: AuditEntry[] = [];
      for await (const { entry } of audit.read(0, audit.size)) all.push(entry);
      return all;
    },
    async close() {
      await host.close({ drainMs: 0 });
      await ownSandbox?.close();
      await denials.close();
      await audit.close();
      folder.remove();
    },
  };
}

/** For tests whose instances need none: any start of a process fails. */
export const noSandbox: Pick<Sandbox, "start"> = { start: () => Promise.reject(new HilumError("sandbox.unavailable")) };

export function fixtureSpec(fixture: FixturePlugin, changes: Partial<InstanceSpec> = {}): InstanceSpec {
  return {
    plugin: `com.example.${fixture}`,
    instance: "default",
    runner: {
      kind: "sandboxed",
      runtime: "node",
      codeDir: fixturePlugins,
      entry: fixtureEntry(fixture),
      limits: { memoryMb: 128, cpu: 1, pids: 64, tmpMb: 16 },
    },
    capabilities: ["send_messages"],
    settings: {},
    grants: [],
    testMode: false,
    ...changes,
  };
}

/** A send whose idempotency key tells a fixture what to do. */
export function sendCall(fixture: FixturePlugin, key: string, changes: Partial<HostCall> = {}): HostCall {
  return {
    plugin: `com.example.${fixture}`,
    instance: "default",
    method: "messages.send",
    params: {
      message: { resourceType: "Communication", status: "preparation" },
      attempt: 1,
      idempotencyKey: key,
      attachments: [],
    },
    deadlineMs: 20_000,
    resource: "Communication",
    ...changes,
  };
}

function createLanesInMemory() {
  const state = new Map<string, string>();
  const blobs = new Map<string, Buffer>();
  const messages = new Map<string, { plugin: string; instance: string }>();
  const asked: [string, string, unknown][] = [];
  const records = createRecordsInMemory(blobs);
  const by = ({ plugin, instance }: { plugin: string; instance: string }): string => `${plugin}/${instance}`;
  const lanes: LanePorts = {
    ownerOfMessage: async (message) => messages.get(message),
    updateDelivery: async (key, params) => void asked.push(["updateDelivery", by(key), params]),
    async readBlob(key, { id, offset, length }) {
      asked.push(["readBlob", by(key), id]);
      const bytes = blobs.get(id) ?? Buffer.alloc(0);
      return { base64: bytes.subarray(offset, offset + length).toString("base64"), size: bytes.length };
    },
    getState: async (key, params) => {
      const value = state.get(`${by(key)} ${params.key}`);
      return value === undefined ? {} : { value, version: 1 };
    },
    async putState(key, params) {
      asked.push(["putState", by(key), params.key]);
      state.set(`${by(key)} ${params.key}`, params.value ?? "");
      return { version: 1 };
    },
    deleteState: async (key, params) => void state.delete(`${by(key)} ${params.key}`),
    records: records.port,
  };
  return { lanes, state, blobs, messages, asked, records };
}
