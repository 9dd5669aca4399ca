import { setTimeout as sleep } from "node:timers/promises";
import {
  protocolVersion,
  wireLimits,
  type FetchParams,
  type FetchResult,
  type InitializeParams,
  type LogParams,
} from "@hilum/contract";
import { createFrameDecoder, encodeFrame, type Frame, type Message, type Violation } from "@hilum/contract/wire";
import { startCommand, type Program } from "./program.ts";
import { createStandInHost, presentRefusal, type FetchFailure } from "./stand-in-host.ts";

/** What of a plugin the cases need to know. */
export interface Subject {
  /** Program and arguments that start the plugin, and where. */
  command?: readonly string[];
  cwd?: string;
  /** Starts the plugin where it is not by `command`: in a sandbox. */
  start?(): Promise<Program>;
  plugin: string;
  settings: Record<string, unknown>;
  /** Names of secrets that the host would use in its place. */
  secretsHeld?: readonly string[];
  /** Values of its secrets: none of them may stand in what it logs. */
  secrets?: readonly string[];
  grants: readonly string[];
  egressSocket?: string;
  /** Hooks that its manifest declares. */
  hooks?: readonly string[];
  /** Makes the plugin's HTTPS requests. What it throws is told as the host tells it: `error.data` of the answer. */
  fetch?(params: FetchParams): Promise<FetchResult>;
}

type Answer = Extract<Frame, { kind: "result" | "error" }>;

/** A plugin that runs, and the host's end of its line: everything that it writes is decoded as the host decodes it. */
export interface PluginProcess {
  /** Asks, and resolves to the answer, an error included. Rejects when there is none in time. */
  ask(method: string, params?: object, options?: { deadlineMs?: number }): Promise<Answer>;
  /** Asks without waiting; the id is for `answerTo` and `$/cancel`. */
  begin(method: string, params?: object, deadlineMs?: number): number;
  answerTo(id: number, timeoutMs?: number): Promise<Answer>;
  notify(method: string, params: object): void;
  writeRaw(text: string): void;
  initialize(): Promise<Answer>;
  /** Attachments that `blobs.read` gives out. */
  readonly blobs: Map<string, Uint8Array>;
  /** Bytes of records that it answered, by the id that its answer names. */
  readonly written: ReadonlyMap<string, Uint8Array>;
  /** Answers that nobody asked for, or that came twice. */
  readonly strays: readonly Answer[];
  readonly violations: readonly Violation[];
  readonly log: readonly LogParams[];
  /** What it asked for without a right to it: the host would have refused. */
  readonly trespasses: readonly string[];
  /** Requests that it asked of the host. */
  readonly fetches: readonly FetchParams[];
  /** Lets every request fail from now on; undefined: none. */
  failFetches(how: FetchFailure["data"] | undefined): void;
  readonly stderr: string;
  endInput(): void;
  /** Exit code, or the signal's name; undefined when it still runs after `timeoutMs`. */
  exit(timeoutMs: number): Promise<number | string | undefined>;
  kill(): Promise<void>;
}

/** Longer than the handshake's own ten seconds: a busy machine is no fault of the plugin. */
const answerMs = 20_000;
const stderrCharsMax = 65_536;

export async function startPlugin(subject: Subject): Promise<PluginProcess> {
  const { start = () => startCommand(subject) } = subject;
  const child = await start();
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  const answered = new Map<number, Promise<Answer>>();
  const strays: Answer[] = [];
  const violations: Violation[] = [];
  const log: LogParams[] = [];
  const host = createStandInHost(subject);
  let stderr = "";
  let nextId = 1;

  const decoder = createFrameDecoder({ onFrame: receive, onViolation: breakOff });
  child.stdout.on("data", (chunk: Buffer) => decoder.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = `${stderr}${text}`.slice(-stderrCharsMax)));
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => undefined);

  const send = (message: Message): void => void (child.stdin.writable && child.stdin.write(encodeFrame(message)));
  const begin = (method: string, params: object = {}, deadlineMs = answerMs): number => {
    const id = nextId++;
    const asked = Promise.withResolvers<Answer>();
    asked.promise.catch(() => undefined);
    waiting.set(id, asked);
    answered.set(id, asked.promise);
    host.begin(`call-${id}`, method);
    send({ id, method, params: { ...params, meta: { call: `call-${id}`, deadlineMs, hops: 0 } } });
    return id;
  };
  // What is not answered when the plugin has ended and its output is read will not be.
  void child.closed.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("the plugin ended without an answer"));
  });
  const answerTo = async (id: number, timeoutMs = answerMs): Promise<Answer> => {
    const late = sleep(timeoutMs, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`no answer in ${timeoutMs} ms`)),
    );
    return await Promise.race([answered.get(id) ?? Promise.reject(new Error("nothing was asked")), late]);
  };

  return {
    begin,
    answerTo,
    ask: (method, params, { deadlineMs } = {}) => answerTo(begin(method, params, deadlineMs)),
    notify: (method, params) => send({ method, params }),
    writeRaw: (text) => void child.stdin.write(text),
    initialize: () => answerTo(begin("initialize", initializeParams(subject))),
    ...{ blobs: host.blobs, written: host.written, trespasses: host.trespasses, fetches: host.fetches },
    ...{ strays, violations, log, failFetches: host.failFetches },
    get stderr() {
      return stderr;
    },
    endInput: () => void child.stdin.end(),
    exit: (timeoutMs) => Promise.race([child.exited, sleep(Math.max(0, timeoutMs), undefined, { ref: false })]),
    kill: () => child.kill(),
  };

  /** Nothing after a violation is read, so nothing more will be answered. */
  function breakOff(violation: Violation): void {
    violations.push(violation);
    for (const { reject } of waiting.values())
      reject(new Error(`standard output breaks the protocol: ${violation.detail}`));
  }

  function receive(frame: Frame): void {
    if (frame.kind === "notification") {
      if (frame.method === "log") log.push(frame.params as unknown as LogParams);
      return;
    }
    if (frame.kind === "request") return answer(frame);
    const asked = typeof frame.id === "number" ? waiting.get(frame.id) : undefined;
    if (asked === undefined) return void strays.push(frame);
    waiting.delete(frame.id as number);
    host.end(`call-${String(frame.id)}`, frame.kind === "result" ? frame.result : undefined);
    asked.resolve(frame);
  }

  function answer({ id, method, params }: Extract<Frame, { kind: "request" }>): void {
    host.answer(method, params).then(
      (result) => send({ id, result }),
      (error: unknown) => send({ id, error: presentRefusal(error) }),
    );
  }
}

function initializeParams(subject: Subject): Omit<InitializeParams, "meta"> {
  const { plugin, settings, grants, egressSocket, hooks = [] } = subject;
  return {
    protocol: protocolVersion,
    host: { name: "hilum", version: "0.0.0-conformance" },
    ...{
      plugin,
      instance: "default",
      testMode: true,
      settings,
      secretsHeld: [...(subject.secretsHeld ?? [])],
      grants: [...grants],
    },
    hooks: Object.fromEntries(hooks.map((id) => [id, `https://hilum.test/hooks/${plugin}/default/${id}`])),
    limits: wireLimits,
    ...(egressSocket === undefined ? {} : { egressSocket }),
  };
}
