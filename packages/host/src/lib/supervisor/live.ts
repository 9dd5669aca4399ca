import type { InitializeResult } from "@hilum/contract";
import type { CloseReason } from "../connection/close-reason.ts";
import { createConnection, type Connection } from "../connection/connection.ts";
import type { Served } from "../connection/request-desk.ts";
import { createPipeLink, type Link } from "../connection/link.ts";
import type { DisclosingInstance } from "../egress/disclosure.ts";
import type { EgressDoor } from "../egress/egress-server.ts";
import { createLineSplitter } from "../logs/line-splitter.ts";
import type { PluginLog } from "../logs/plugin-log.ts";
import type { Sandbox, SandboxControl, SandboxedProcess, SandboxExit, StartSpec } from "../sandbox/sandbox.ts";
import type { Ticker } from "../ticker.ts";
import { createHostCodeConnection } from "./host-code.ts";
import { checkMethods, checkSdk, handshakeMs, initializeParams } from "./handshake.ts";
import type { InstanceSpec, RunnerSpec } from "./instance-spec.ts";

/** One life of an instance: from its start to its end, never again. */
export interface Live {
  readonly connection: Connection;
  readonly methods: ReadonlySet<string>;
  readonly sdk: InitializeResult["sdk"];
  readonly startedAt: Date;
  readonly pid: number | undefined;
  readonly controls: readonly SandboxControl[];
  usage(): { memoryBytes?: number; cpuMs?: number };
  /** Resolves when its link is closed; processes may still be on their way out. */
  readonly closed: Promise<CloseReason>;
  /** Resolves when nothing of it is left: link closed, processes gone, tunnels shut. Never rejects. */
  readonly ended: Promise<LiveEnd>;
  end(why: "stopped" | "hung" | "revoked" | "replaced"): Promise<LiveEnd>;
}

export interface LiveEnd {
  close: CloseReason;
  exit?: SandboxExit;
}

export interface LivePorts {
  sandbox: Pick<Sandbox, "start">;
  openEgress(key: DisclosingInstance): Promise<EgressDoor>;
  ticker: Ticker;
  served: Served;
  log: PluginLog;
  /** The platform's version, told in the handshake. */
  version: string;
  now(): Date;
  onDropped(count: number): void;
  /** Puts the wire inspector's ear at a link. */
  tap(link: Link): Link;
}

/** What there is to clean up once the link is closed. */
interface Body {
  connect(onClose: (reason: CloseReason) => void): Connection;
  process?: SandboxedProcess;
  door?: EgressDoor;
}

/** How long a process whose output has ended may take to end by itself, so that its exit code is seen and not our signal. */
const EXIT_GRACE_MS = 100;

export interface Beginning {
  call: string;
  /** Of a remote plugin. */
  link?: Link;
  /** Hears of the connection before the handshake, so that a start can be given up. */
  onConnecting(connection: Connection): void;
}

/** Brings up the instance's code and shakes hands with it; what fails leaves nothing behind. */
export async function beginLive(
  spec: InstanceSpec,
  ports: LivePorts,
  { call, link, onConnecting }: Beginning,
): Promise<Live> {
  const body = await makeBody(spec, ports, link);
  const { promise: closed, resolve } = Promise.withResolvers<CloseReason>();
  const connection = body.connect(resolve);
  const ended = closed.then((close) => bury(body, close));
  onConnecting(connection);
  try {
    const answer = await connection.initialize(
      initializeParams(spec, { call, version: ports.version, egress: body.door !== undefined }),
      handshakeMs,
    );
    checkSdk(answer);
    checkMethods(spec, answer);
    return makeLive(connection, body, answer, { closed, ended, startedAt: ports.now() });
  } catch (error) {
    connection.close({ kind: "host", why: "stopped" });
    await ended;
    throw error;
  }
}

async function makeBody(spec: InstanceSpec, ports: LivePorts, link: Link | undefined): Promise<Body> {
  const { runner } = spec;
  const { served, ticker, onDropped } = ports;
  if (runner.kind === "host")
    return { connect: (onClose) => createHostCodeConnection({ create: runner.create, served, ticker, onClose }) };
  if (runner.kind === "sandboxed") return await startProcess(spec, runner, ports);
  if (link === undefined) throw new TypeError("a remote instance is begun with its link");
  const tapped = ports.tap(link);
  return { connect: (onClose) => createConnection({ link: tapped, ticker, served, onClose, onDropped }) };
}

async function startProcess(
  spec: InstanceSpec,
  runner: Extract<RunnerSpec, { kind: "sandboxed" }>,
  ports: LivePorts,
): Promise<Body> {
  const { plugin, instance } = spec;
  await runner.verify?.();
  const door = spec.grants.some((grant) => grant.startsWith("net:tcp:")) ? await ports.openEgress(spec) : undefined;
  try {
    const process = await ports.sandbox.start({
      plugin,
      instance,
      ...codeOf(runner),
      ...(door === undefined ? {} : { egressSocket: door.socketPath }),
    });
    captureErrors(process, ports.log);
    const link = ports.tap(createPipeLink({ input: process.stdout, output: process.stdin }));
    const { served, ticker, onDropped } = ports;
    return {
      process,
      ...(door === undefined ? {} : { door }),
      connect: (onClose) => createConnection({ link, ticker, served, onClose, onDropped }),
    };
  } catch (error) {
    await door?.close();
    throw error;
  }
}

function codeOf({
  runtime,
  codeDir,
  entry,
  limits,
  extraReadOnly,
}: Extract<RunnerSpec, { kind: "sandboxed" }>): Omit<StartSpec, "plugin" | "instance"> {
  return { runtime, codeDir, entry, limits, ...(extraReadOnly === undefined ? {} : { extraReadOnly }) };
}

function captureErrors({ stderr }: SandboxedProcess, log: PluginLog): void {
  const lines = createLineSplitter((text) => log.write({ level: "warn", source: "stderr", text }));
  stderr.on("data", lines.push);
  stderr.on("end", lines.end);
  stderr.on("error", lines.end);
}

async function bury({ process, door }: Body, close: CloseReason): Promise<LiveEnd> {
  let exit: SandboxExit | undefined;
  if (process !== undefined) {
    if (close.kind === "ended")
      await Promise.race([process.exited, new Promise((resolve) => setTimeout(resolve, EXIT_GRACE_MS))]);
    await process.kill();
    exit = await process.exited;
  }
  await door?.close();
  return exit === undefined ? { close } : { close, exit };
}

function makeLive(
  connection: Connection,
  { process }: Body,
  { methods, sdk }: InitializeResult,
  course: Pick<Live, "closed" | "ended" | "startedAt">,
): Live {
  return {
    ...{ connection, methods: new Set(methods), sdk, ...course },
    pid: process?.pid,
    controls: process?.controls ?? [],
    usage: () => process?.usage() ?? {},
    end(why) {
      connection.close({ kind: "host", why });
      return course.ended;
    },
  };
}
