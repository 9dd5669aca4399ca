import { readlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { ControlGroups } from "./cgroups.ts";
import type { Identity } from "./command-line.ts";
import { explainFailure, SandboxRefusal } from "./refusal.ts";
import type { ControlName, SandboxControl, SandboxedProcess, SandboxExit, SandboxLimits } from "./sandbox.ts";

export interface SelfTest {
  /** Starts one of the probe programs in a sandbox as plugins get it. */
  startProbe(
    entry: string,
    limits: SandboxLimits,
  ): Promise<{ process: SandboxedProcess; throttledCount: () => number }>;
  groups: ControlGroups;
  identityKind: Identity["kind"];
  processLimits: { memory: boolean; pids: string };
  /** A host folder that exists and that no plugin may see. */
  hostFolder: string;
}

const limits: SandboxLimits = { memoryMb: 256, cpu: 1, pids: 64, tmpMb: 4 };
const processorShare = 0.3;
const probeTimeoutMs = 5_000;

/** Runs the attacks, at the same time, and gives one control for each thing that must hold. Throws a SandboxRefusal where nothing starts. */
export async function runSelfTest(test: SelfTest): Promise<SandboxControl[]> {
  const [attacks, memory, processes, processor] = await Promise.all([
    attack(test),
    runProbe(test, "memory.mjs", { ...limits, memoryMb: 64 }),
    runProbe(test, "processes.mjs", { ...limits, pids: 20 }),
    test.groups.controllers.has("cpu")
      ? runProbe(test, "processor.mjs", { ...limits, cpu: processorShare })
      : undefined,
  ]);
  return [
    ...judgeAttacks(attacks, test),
    judgeMemory(memory, test),
    judgeProcesses(processes, test),
    judgeProcessor(processor, test),
  ];
}

/** What probe/attacks.mjs prints. */
interface Seen {
  status: Record<string, string>;
  namespaces: Record<"mnt" | "pid" | "net" | "ipc" | "uts" | "user", string>;
  hostname: string;
  limits: string;
  environment: string[];
  firstEnvironment: string;
  descriptors: number;
  processes: number;
  signalHost: string;
  readShadow: string;
  readHostFolder: string;
  writeCode: string;
  writeRoot: string;
  fillScratch: string;
  netlink: string;
  tcp: string;
  abstract: string;
}

interface ProbeResult {
  output: string;
  errors: string;
  exit: SandboxExit;
  throttledCount: number;
}

/** The host listens on loopback and on an abstract socket: neither may be reached from inside. */
async function attack(test: SelfTest): Promise<Seen> {
  const abstractName = `hilum-self-test-${process.pid}-${Date.now()}`;
  const [tcp, abstract] = [createServer(), createServer()];
  try {
    await Promise.all([listen(tcp, { host: "127.0.0.1", port: 0 }), listen(abstract, { path: `\0${abstractName}` })]);
    const address = tcp.address();
    const tcpPort = typeof address === "object" && address !== null ? address.port : 0;
    const target = { hostPid: process.pid, hostFolder: test.hostFolder, tcpPort, abstractName, tmpMb: limits.tmpMb };
    const result = await runProbe(test, "attacks.mjs", limits, JSON.stringify(target));
    if (result.output === "") throw new SandboxRefusal(explainFailure(result.errors));
    return JSON.parse(result.output) as Seen;
  } finally {
    tcp.close();
    abstract.close();
  }
}

async function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  server.listen(where);
  await once(server, "listening");
}

async function runProbe(test: SelfTest, entry: string, probeLimits: SandboxLimits, input = ""): Promise<ProbeResult> {
  const { process: probe, throttledCount } = await test.startProbe(entry, probeLimits);
  const timer = setTimeout(() => void probe.kill(), probeTimeoutMs);
  probe.stdin.end(input);
  const [output, errors, exit] = await Promise.all([text(probe.stdout), text(probe.stderr), probe.exited]);
  clearTimeout(timer);
  return { output: output.trim(), errors, exit, throttledCount: throttledCount() };
}

const allowedVariables = [
  "PATH",
  "HOME",
  "TMPDIR",
  "LANG",
  "TZ",
  "PWD",
  "HILUM_EGRESS_SOCKET",
  "HTTPS_PROXY",
  "https_proxy",
  "SSL_CERT_FILE",
  "PYTHONUTF8",
  "PYTHONPATH",
];
const capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

function judgeAttacks(seen: Seen, test: SelfTest): SandboxControl[] {
  const stopped = (...outcomes: string[]): boolean => outcomes.every((outcome) => outcome !== "allowed");
  const separate = (name: keyof Seen["namespaces"]): boolean =>
    seen.namespaces[name] !== readlinkSync(`/proc/self/ns/${name}`);
  const ownUser = test.identityKind === "own_user";
  const userIds = (seen.status["Uid"] ?? "").split("\t");
  const extraVariables = seen.environment.filter((name) => !allowedVariables.includes(name));
  // A host that is itself process 1 or 2 of a container shares its number with a process inside.
  const signal = process.pid < 10 || seen.signalHost !== "allowed";
  return [
    control(
      "mounts",
      separate("mnt") && stopped(seen.readShadow, seen.readHostFolder, seen.writeCode, seen.writeRoot),
      "namespace",
      `reading /etc/shadow: ${seen.readShadow}; reading a host folder: ${seen.readHostFolder}; writing code: ${seen.writeCode}`,
    ),
    control(
      "pid",
      separate("pid") && signal && seen.processes <= 4,
      "namespace",
      `${seen.processes} processes visible; signalling the host: ${seen.signalHost}`,
    ),
    control(
      "network",
      separate("net") && stopped(seen.tcp, seen.abstract),
      "namespace",
      `host port on loopback: ${seen.tcp}; host's abstract socket: ${seen.abstract}`,
    ),
    control("ipc", separate("ipc"), "namespace"),
    control("uts", separate("uts") && seen.hostname === "plugin", "namespace", `host name inside: ${seen.hostname}`),
    control(
      "user",
      ownUser ? userIds.every((id) => id !== "0" && id !== String(process.getuid?.())) : separate("user"),
      ownUser ? "own user ID" : "namespace",
      `user ID inside: ${userIds[0] ?? "unknown"}`,
    ),
    control(
      "environment",
      extraVariables.length === 0 && stopped(seen.firstEnvironment),
      "built from nothing",
      `unexpected variables: ${extraVariables.length}; environment of the first process: ${seen.firstEnvironment}`,
    ),
    control(
      "capabilities",
      capabilitySets.every((set) => /^0+$/.test(seen.status[set] ?? "")),
      "dropped",
      `effective set: ${seen.status["CapEff"] ?? "unknown"}`,
    ),
    control("no_new_privileges", seen.status["NoNewPrivs"] === "1", "prctl"),
    control(
      "seccomp",
      seen.status["Seccomp"] === "2" && stopped(seen.netlink),
      "seccomp filter, allow-list",
      `mode ${seen.status["Seccomp"] ?? "unknown"}; netlink socket: ${seen.netlink}`,
    ),
    control("scratch", seen.fillScratch === "ENOSPC", "size-limited tmpfs", `filling /tmp: ${seen.fillScratch}`),
    control("no_core", /^Max core file size\s+[01]\s+[01]\s/m.test(seen.limits), "rlimit"),
  ];
}

function judgeMemory(result: ProbeResult, { groups, processLimits }: SelfTest): SandboxControl {
  const stopped = result.output !== "allowed" && result.exit.reason !== "failed_to_start";
  const how = groups.controllers.has("memory")
    ? `cgroup ${groups.version}`
    : processLimits.memory
      ? "rlimit, per process"
      : "none";
  return control(
    "memory",
    stopped,
    how,
    result.exit.reason === "out_of_memory"
      ? "killed at its limit"
      : `allocating beyond the limit: ${result.output || (result.exit.signal ?? "ended")}`,
  );
}

function judgeProcesses(result: ProbeResult, { groups, processLimits }: SelfTest): SandboxControl {
  const stopped = result.output !== "allowed" && result.exit.reason !== "failed_to_start";
  return control(
    "pids",
    stopped,
    groups.controllers.has("pids") ? `cgroup ${groups.version}` : processLimits.pids,
    `starting 40 processes: ${result.output || result.exit.reason}`,
  );
}

function judgeProcessor(result: ProbeResult | undefined, { groups }: SelfTest): SandboxControl {
  if (result === undefined)
    return control("cpu", false, "none", `A busy plugin can use whole cores. ${groups.reason}`.trim());
  const share = Number(result.output);
  // On a busy machine the probe may not even get what it is allowed, and so is never held back.
  const active = result.output !== "" && (result.throttledCount > 0 || share <= processorShare * 1.2);
  return control(
    "cpu",
    active,
    `cgroup ${groups.version}`,
    `held back ${result.throttledCount} times, got ${Math.round(share * 100)} % of a core at a limit of ${processorShare * 100} %`,
  );
}

function control(name: ControlName, active: boolean, how: string, detail?: string): SandboxControl {
  return { name, state: active ? "active" : "missing", how, ...(detail === undefined ? {} : { detail }) };
}
