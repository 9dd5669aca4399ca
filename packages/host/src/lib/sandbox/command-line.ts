import { posix } from "node:path";
import type { Mount, RuntimeFiles, Tool } from "./runtime-files.ts";
import type { SandboxLimits, StartSpec } from "./sandbox.ts";

/** How a plugin process comes to be nobody in particular. */
export type Identity =
  /** Hilum runs as root: bubblewrap mounts as root, then `setpriv` inside takes a user ID of the plugin's own. */
  | { kind: "own_user"; userId: number; setpriv: Tool }
  /** Hilum runs as an ordinary user: a user namespace with one user in it. */
  | { kind: "user_namespace" };

/** Limits that the kernel keeps per process, for what no control group keeps. */
export interface ProcessLimits {
  memory: boolean;
  /** `inside` counts within the sandbox's own user namespace (Linux 5.14), `outside` by the plugin's own user ID. */
  pids: "no" | { where: "outside" } | { where: "inside"; prlimit: Tool };
}

export interface CommandLine {
  spec: StartSpec;
  runtime: RuntimeFiles;
  identity: Identity;
  processLimits: ProcessLimits;
  /** Host paths of the programs outside the sandbox. */
  programs: { shell: string; env: string; prlimit: string; bubblewrap: string };
  /** cgroup.procs files to join before anything else happens. */
  joinFiles: readonly string[];
  /** The plugin's code, at /plugin. */
  codeMounts: readonly Mount[];
  /** The few files of /etc that libraries look for. */
  etcFiles: readonly Mount[];
  /** Numbers of the inherited descriptors. */
  descriptors: { filter: number; status: number };
  /** Node's own permission flags as a second fence; off for our own self-test. */
  permissionFlags: boolean;
  /** Byte code of a Python plugin, made beforehand and read-only; with `compile` it is made now instead of running the plugin. */
  byteCode?: ByteCodeUse;
}

export interface ByteCodeUse {
  /** Of the plugin's files, as they lie under /plugin. */
  folder: string;
  /** Of Python's own library; without it Python would look for none of its own (`pycache_prefix` is for everything). */
  library: Mount;
  compile: boolean;
}

/** Joins each control group, fails closed where one cannot be joined, and becomes the rest of the line. */
const joinScript = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"';

/**
 * The whole chain, each replacing the one before it: shell (joins control groups) -> env -i -> prlimit -> bubblewrap ->
 * inside: [setpriv] -> [prlimit] -> runtime.
 */
export function buildCommandLine(line: CommandLine): { file: string; arguments: string[] } {
  const { programs } = line;
  return {
    file: programs.shell,
    arguments: [
      ...["-c", joinScript, "sh", ...line.joinFiles, "--"],
      ...[programs.env, "-i", programs.prlimit, ...outerLimits(line), "--"],
      ...[programs.bubblewrap, ...isolation(line), ...mounts(line), ...environment(line), "--"],
      ...innerStarter(line),
      ...runtimeCommand(line),
    ],
  };
}

/**
 * The core limit is 1, not 0: a core_pattern that pipes to a program ignores 0, while 1 makes the kernel refuse to dump
 * at all, and a file of one byte is below the smallest core (Linux fs/coredump.c).
 */
function outerLimits({ spec: { limits, runtime }, processLimits }: CommandLine): string[] {
  return [
    "--core=1:1",
    "--nofile=1024:1024",
    `--fsize=${mebibytes(limits.tmpMb)}:${mebibytes(limits.tmpMb)}`,
    ...(processLimits.memory ? [`--data=${dataLimit(limits, runtime)}:${dataLimit(limits, runtime)}`] : []),
    ...(processLimits.pids !== "no" && processLimits.pids.where === "outside"
      ? [`--nproc=${limits.pids}:${limits.pids}`]
      : []),
  ];
}

/**
 * RLIMIT_DATA also counts what is reserved and not used: V8 reserves 512 MiB for code, and an idle Node 24 stands at
 * 562 MiB (VmData in /proc/self/status).
 */
function dataLimit(limits: SandboxLimits, runtime: StartSpec["runtime"]): number {
  return mebibytes(limits.memoryMb + (runtime === "node" ? 592 : 16));
}

function isolation({ identity, descriptors }: CommandLine): string[] {
  const namespaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
  const user =
    identity.kind === "user_namespace"
      ? ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
      : // What setpriv needs to give everything up, itself included.
        ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"];
  return [
    ...namespaces,
    ...user,
    ...["--hostname", "plugin", "--die-with-parent", "--new-session"],
    ...["--seccomp", String(descriptors.filter), "--json-status-fd", String(descriptors.status)],
  ];
}

function mounts(line: CommandLine): string[] {
  const { spec, runtime } = line;
  const all = [
    ...runtime.mounts,
    ...(line.identity.kind === "own_user" ? line.identity.setpriv.mounts : []),
    ...(line.processLimits.pids !== "no" && line.processLimits.pids.where === "inside"
      ? line.processLimits.pids.prlimit.mounts
      : []),
    ...line.etcFiles,
    ...line.codeMounts,
  ];
  // A library that two programs share is mounted once; parents before what lies inside them.
  const unique = [...new Map(all.map((mount) => [mount.to, mount])).values()].toSorted(
    (one, other) => one.to.split("/").length - other.to.split("/").length,
  );
  return [
    ...parentFolders([
      ...unique.map(({ to }) => to),
      ...(spec.extraReadOnly ?? []).map(({ to }) => to),
      linkedFolders + "/0",
      egressSocketInside,
      ...(line.byteCode === undefined ? [] : [`${byteCodeInside}${line.byteCode.library.to}`]),
    ]),
    ...unique.flatMap(readOnly),
    ...extraFolders(spec),
    ...["--proc", "/proc", "--dir", "/dev"],
    ...["null", "zero", "full", "random", "urandom"].flatMap((name) => ["--dev-bind", `/dev/${name}`, `/dev/${name}`]),
    ...["--symlink", "/proc/self/fd", "/dev/fd", "--symlink", "/tmp", "/dev/shm"],
    ...["--size", String(mebibytes(spec.limits.tmpMb)), "--perms", "1777", "--tmpfs", "/tmp"],
    ...(spec.egressSocket === undefined ? [] : ["--bind", spec.egressSocket, egressSocketInside]),
    ...(line.byteCode === undefined
      ? []
      : [
          ...[line.byteCode.compile ? "--bind" : "--ro-bind", line.byteCode.folder, `${byteCodeInside}/plugin`],
          ...["--ro-bind", line.byteCode.library.from, byteCodeInside + line.byteCode.library.to],
        ]),
    ...["--remount-ro", "/", "--chdir", "/plugin"],
  ];
}

const egressSocketInside = "/run/hilum/egress.sock";
/** On the loopback of the sandbox, where the plugin's SDK passes connections on to the socket, for libraries that know only this. */
const egressProxyInside = "http://127.0.0.1:3128";
const linkedFolders = "/opt/hilum";
const byteCodeInside = "/bytecode";

function extraFolders(spec: StartSpec): string[] {
  return (spec.extraReadOnly ?? []).flatMap(({ from, to }, index) => {
    if (!to.split("/").includes("node_modules")) return readOnly({ from, to });
    return [...readOnly({ from, to: `${linkedFolders}/${index}` }), "--symlink", `${linkedFolders}/${index}`, to];
  });
}

/** Made by hand: bubblewrap makes the folders above a mount point for its own user only. */
function parentFolders(paths: readonly string[]): string[] {
  const above = (path: string): string[] =>
    posix.dirname(path) === "/" ? [] : [...above(posix.dirname(path)), posix.dirname(path)];
  return [...new Set(paths.flatMap(above))].flatMap((path) => ["--dir", path]);
}

function readOnly({ from, to }: Mount): string[] {
  return ["--ro-bind", from, to];
}

/** Built from nothing (threats 9, 10): no manifest, setting or host variable reaches it. */
function environment({ spec, runtime }: CommandLine): string[] {
  const python = spec.runtime === "python";
  const libraries = (spec.extraReadOnly ?? []).map(({ to }) => to).join(":");
  const variables: Record<string, string> = {
    PATH: runtime.interpreter === "" ? "/plugin" : posix.dirname(runtime.interpreter),
    HOME: "/tmp",
    TMPDIR: "/tmp",
    LANG: "C.UTF-8",
    TZ: "UTC",
    ...(spec.egressSocket === undefined
      ? {}
      : { HILUM_EGRESS_SOCKET: egressSocketInside, HTTPS_PROXY: egressProxyInside, https_proxy: egressProxyInside }),
    ...(python ? { SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt", PYTHONUTF8: "1" } : {}),
    ...(python && libraries !== "" ? { PYTHONPATH: libraries } : {}),
  };
  return ["--clearenv", ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value])];
}

function innerStarter({ identity, processLimits, spec }: CommandLine): string[] {
  const user = identity.kind === "own_user" ? identity.userId : undefined;
  const setpriv = identity.kind === "own_user" ? identity.setpriv.path : "";
  return [
    ...(user === undefined
      ? []
      : [
          setpriv,
          `--reuid=${user}`,
          `--regid=${user}`,
          "--clear-groups",
          "--bounding-set=-all",
          "--inh-caps=-all",
          "--ambient-caps=-all",
          "--",
        ]),
    ...(processLimits.pids !== "no" && processLimits.pids.where === "inside"
      ? [processLimits.pids.prlimit.path, `--nproc=${spec.limits.pids}:${spec.limits.pids}`, "--"]
      : []),
  ];
}

function runtimeCommand({ spec, runtime, permissionFlags, byteCode }: CommandLine): string[] {
  const entry = posix.join("/plugin", spec.entry);
  switch (spec.runtime) {
    case "node":
      return [
        runtime.interpreter,
        `--max-old-space-size=${Math.max(16, Math.floor(spec.limits.memoryMb * 0.6))}`,
        ...(permissionFlags ? nodePermissions(runtime) : []),
        entry,
      ];
    case "python":
      return [
        runtime.interpreter,
        // No site packages of the host; output at once.
        ...["-s", "-S", "-B", "-u"],
        ...(byteCode === undefined ? [] : ["-X", `pycache_prefix=${byteCodeInside}`]),
        // Compiling runs nothing of the plugin. What is read later is held to the digest of its source (PEP 552).
        ...(byteCode?.compile === true
          ? ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "/plugin"]
          : [entry]),
      ];
    case "executable":
      return [entry];
  }
}

/** Node's permission model, a second fence only (SANDBOX: it is no boundary). Node 25 added the network to it. */
function nodePermissions(runtime: RuntimeFiles): string[] {
  const major = Number(runtime.version.split(".")[0]);
  const readable = ["/plugin", "/tmp", linkedFolders, "/node_modules"];
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    "--allow-fs-write=/tmp",
    "--allow-worker",
    "--disable-warning=PERM0006",
    ...(major >= 25 ? ["--allow-net"] : []),
  ];
}

function mebibytes(count: number): number {
  return Math.floor(count * 1024 * 1024);
}
