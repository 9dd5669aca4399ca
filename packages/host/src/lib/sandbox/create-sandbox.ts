import { chownSync } from "node:fs";
import { join, posix } from "node:path";
import { HilumError } from "@hilum/contract";
import { createByteCode, type ByteCode, type ByteCodeFolders } from "./byte-code.ts";
import { mountCode } from "./code-mounts.ts";
import { buildCommandLine, type CommandLine } from "./command-line.ts";
import { descriptors, launch } from "./launch.ts";
import { describePids, prepare, type Prepared, type SandboxOptions } from "./prepare.ts";
import { refusals, SandboxRefusal, type Refusal } from "./refusal.ts";
import { createRuntimeCatalogue, type RuntimeCatalogue } from "./runtime-files.ts";
import type { Sandbox, SandboxControl, SandboxedProcess, SandboxLimits, SandboxReport, StartSpec } from "./sandbox.ts";
import { runSelfTest } from "./self-test.ts";
import { createUserIds, type UserIds } from "./user-identity.ts";

export type { SandboxOptions } from "./prepare.ts";

/** What one sandbox object keeps between calls. */
interface State {
  readonly options: SandboxOptions;
  readonly catalogue: RuntimeCatalogue;
  readonly userIds: UserIds;
  readonly running: Set<SandboxedProcess>;
  readonly byteCode: ByteCode;
  prepared: Prepared | undefined;
  report: SandboxReport;
}

/** Makes the sandbox. Nothing is tried yet: `check` (or the first `start`) does that. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const state: State = {
    options,
    catalogue: createRuntimeCatalogue(),
    userIds: createUserIds(),
    running: new Set(),
    byteCode: createByteCode(join(options.stateDir, "bytecode")),
    prepared: undefined,
    report: notAvailable({ reason: "The self-test has not run yet", fix: "Press Check again." }),
  };
  let checking: Promise<SandboxReport> | undefined;
  const check = (): Promise<SandboxReport> => (checking ??= examine(state).finally(() => (checking = undefined)));

  return {
    report: () => state.report,
    check,
    async start(spec) {
      const { level, reason, fix } = state.report.checkedAt === "" ? await check() : await (checking ?? state.report);
      if (level !== "isolated" || state.prepared === undefined) {
        throw new HilumError("sandbox.unavailable", { detail: [reason, fix].filter(Boolean).join(". ") });
      }
      const { prepared } = state;
      if (spec.runtime !== "python")
        return (await startProcess(spec, state, prepared, { permissionFlags: true })).process;
      const { version, library = "" } = await state.catalogue.runtime("python");
      const code = { codeDir: spec.codeDir, version, library };
      // A plugin starts without it as well, only later.
      const found = await state.byteCode.find(code).catch(() => undefined);
      const { process } = await startProcess(spec, state, prepared, {
        permissionFlags: true,
        ...(found === undefined ? {} : { byteCode: { ...found, compile: false } }),
      });
      void state.byteCode.renew(code, (made) => compile(spec, made, state, prepared)).catch(() => {});
      return process;
    },
    async close() {
      await Promise.all([...state.running].map((each) => each.kill()));
      state.prepared?.groups.close();
    },
  };
}

/** Prepares, attacks and keeps the report. */
async function examine(state: State): Promise<SandboxReport> {
  const started = performance.now();
  const when = { checkedAt: new Date().toISOString() };
  try {
    // Plugins that run keep their groups.
    const prepared = await prepare(state.options, state.catalogue, state.userIds, state.prepared?.groups);
    state.prepared = prepared;
    const controls = await runSelfTest({
      ...prepared,
      processLimits: { memory: prepared.processLimits.memory, pids: describePids(prepared) },
      hostFolder: state.options.stateDir,
      startProbe: (entry, limits) =>
        startProcess(probeSpec(prepared, entry, limits), state, prepared, { permissionFlags: false }),
    });
    // The first Python plugin need not wait for its libraries to be looked up.
    void state.catalogue.runtime("python").catch(() => {});
    state.report = {
      ...judge(controls),
      ...when,
      checkMs: performance.now() - started,
      controls,
      bubblewrap: prepared.bubblewrapVersion,
    };
  } catch (error) {
    state.report = { ...notAvailable(refusalOf(error)), ...when, checkMs: performance.now() - started };
    state.options.log?.("The sandbox self-test did not finish", { error });
  }
  return state.report;
}

function probeSpec({ probeDir }: Prepared, entry: string, limits: SandboxLimits): StartSpec {
  return { plugin: "self-test", instance: entry, runtime: "node", codeDir: probeDir, entry, limits };
}

function notAvailable(refusal: Refusal): SandboxReport {
  return { level: "not_available", ...refusal, checkedAt: "", controls: [] };
}

/** In a sandbox like the plugin's, as a user of its own, with one folder that it may write. */
async function compile(spec: StartSpec, folders: ByteCodeFolders, state: State, prepared: Prepared): Promise<boolean> {
  const { egressSocket: _none, ...rest } = spec;
  const { process } = await startProcess({ ...rest, instance: `${spec.instance}.bytecode` }, state, prepared, {
    permissionFlags: false,
    byteCode: { ...folders, compile: true },
  });
  const late = setTimeout(() => void process.kill(), compileMsMax);
  const exit = await process.exited;
  clearTimeout(late);
  // A file that Python cannot read (code 1) has no byte code; the others have theirs.
  return exit.reason === "exit" && (exit.code === 0 || exit.code === 1);
}

const compileMsMax = 30_000;

async function startProcess(
  spec: StartSpec,
  { catalogue, running, report }: State,
  prepared: Prepared,
  how: Pick<CommandLine, "permissionFlags" | "byteCode">,
): Promise<{ process: SandboxedProcess; throttledCount: () => number }> {
  assertEntry(spec.entry);
  const { etcFiles, programs, processLimits, filterFile } = prepared;
  const codeMounts = await mountCode(spec.codeDir, spec.entry, prepared.identityKind === "own_user");
  const runtime = await catalogue.runtime(spec.runtime);
  const { identity, release: releaseIdentity } = prepared.takeIdentity(`${spec.plugin}/${spec.instance}`);
  const group = prepared.groups.create(groupName(spec), spec.limits);
  let throttled = 0;
  const giveBack = (): void => {
    throttled = group.throttledCount();
    group.remove();
    releaseIdentity();
  };
  try {
    // The socket is ours; the plugin's user must be able to connect to it.
    if (spec.egressSocket !== undefined && identity.kind === "own_user")
      chownSync(spec.egressSocket, identity.userId, identity.userId);
    if (how.byteCode?.compile === true && identity.kind === "own_user")
      chownSync(how.byteCode.folder, identity.userId, identity.userId);
    const commandLine = buildCommandLine({
      spec,
      runtime,
      identity,
      processLimits,
      programs,
      joinFiles: group.joinFiles,
      codeMounts,
      etcFiles,
      descriptors,
      ...how,
    });
    const started = await launch({ ...commandLine, filterFile, group, controls: report.controls, onGone: giveBack });
    running.add(started);
    void started.exited.then(() => running.delete(started));
    return { process: started, throttledCount: () => throttled };
  } catch (error) {
    giveBack();
    throw error;
  }
}

let groupCount = 0;

/** Control group names are for people who look at the machine; the count keeps them apart. */
function groupName(spec: StartSpec): string {
  groupCount += 1;
  return `${groupCount}-${`${spec.plugin}-${spec.instance}`.replace(/[^a-zA-Z0-9-]/g, "-").slice(0, 80)}`;
}

function assertEntry(entry: string): void {
  const normal = posix.normalize(entry);
  if (entry === "" || entry.includes("\0") || posix.isAbsolute(normal) || normal === ".." || normal.startsWith("../")) {
    throw new HilumError("manifest.invalid", {
      detail: "The runtime's entry leads outside the plugin's code",
      problems: [{ pointer: "/runtime/entry", message: "must be a path inside the plugin's folder" }],
    });
  }
}

/** CPU shares need a control group; a plugin without one is still contained, and the report says so. */
function judge(controls: readonly SandboxControl[]): Pick<SandboxReport, "level"> & Partial<Refusal> {
  const missing = controls.filter(({ name, state }) => state === "missing" && name !== "cpu").map(({ name }) => name);
  return missing.length === 0 ? { level: "isolated" } : { level: "not_available", ...refusals.controlMissing(missing) };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof SandboxRefusal) return error.refusal;
  return { reason: "The self-test failed", fix: "Look at the server's log, then press Check again." };
}
