import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { HilumError } from "@hilum/contract";
import { refusals, SandboxRefusal } from "./refusal.ts";
import type { StartSpec } from "./sandbox.ts";

const run = promisify(execFile);

export interface Mount {
  from: string;
  to: string;
}

/** What one runtime needs in the sandbox's root. */
export interface RuntimeFiles {
  mounts: readonly Mount[];
  /** Path of the interpreter inside; empty for a plugin that is an executable itself. */
  interpreter: string;
  version: string;
  /** Folder of the runtime's own library, where it has one. */
  library?: string;
}

/** A program of the host that starts the runtime inside, such as setpriv. */
export interface Tool {
  path: string;
  mounts: readonly Mount[];
}

/** Finds runtimes and tools on this host, with the shared libraries they load and nothing else. Each is looked up once. */
export interface RuntimeCatalogue {
  runtime(kind: StartSpec["runtime"]): Promise<RuntimeFiles>;
  tool(name: "setpriv" | "prlimit"): Promise<Tool>;
}

/** Threat 10: the host's own PATH plays no part in what runs beside a plugin. */
const systemFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

export function createRuntimeCatalogue(): RuntimeCatalogue {
  const runtimes = { node: once(findNode), python: once(findPython), executable: once(findLibraries) };
  const tools = { setpriv: once(() => findTool("setpriv")), prlimit: once(() => findTool("prlimit")) };
  return { runtime: (kind) => runtimes[kind](), tool: (name) => tools[name]() };
}

/** Absolute path of a host program, or undefined. */
export function findProgram(name: string, folders: readonly string[] = systemFolders): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function findNode(): Promise<RuntimeFiles> {
  const binary = await realpath(process.execPath);
  return {
    mounts: [{ from: binary, to: "/usr/bin/node" }, ...(await librariesOf([binary]))],
    interpreter: "/usr/bin/node",
    version: process.versions.node,
  };
}

/** A native program gets the C and C++ libraries that Node uses; its own file is never run or inspected on the host. */
async function findLibraries(): Promise<RuntimeFiles> {
  return { mounts: await librariesOf([await realpath(process.execPath)]), interpreter: "", version: "" };
}

const pythonFacts =
  "import json,os,sys,sysconfig;print(json.dumps({'binary':os.path.realpath(sys.executable),'library':sysconfig.get_path('stdlib'),'version':sys.version.split()[0]}))";

async function findPython(): Promise<RuntimeFiles> {
  const program = findProgram("python3") ?? findProgram("python3", (process.env["PATH"] ?? "").split(":"));
  if (program === undefined)
    throw new HilumError("runtime.missing", { detail: "Python 3 is not installed on this machine" });
  const { stdout } = await run(program, ["-I", "-S", "-c", pythonFacts]);
  const facts = JSON.parse(stdout) as { binary: string; library: string; version: string };
  const extensions = join(facts.library, "lib-dynload");
  const modules = (await readdir(extensions))
    .filter((name) => name.endsWith(".so"))
    .map((name) => join(extensions, name));
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  return {
    mounts: [
      { from: facts.binary, to: facts.binary },
      { from: facts.library, to: facts.library },
      ...(existsSync(authorities) ? [{ from: await realpath(authorities), to: authorities }] : []),
      ...(await librariesOf([facts.binary, ...modules])),
    ],
    interpreter: facts.binary,
    version: facts.version,
    library: facts.library,
  };
}

async function findTool(name: string): Promise<Tool> {
  const program = findProgram(name);
  if (program === undefined) throw new SandboxRefusal(refusals.programMissing(name));
  const path = `/usr/bin/${name}`;
  return { path, mounts: [{ from: await realpath(program), to: path }, ...(await librariesOf([program]))] };
}

/** The shared libraries and the loader, as ldd(1) resolves them. Only ever called for files of the host's own system. */
async function librariesOf(binaries: readonly string[]): Promise<Mount[]> {
  const { stdout } = await run("ldd", [...binaries], { env: { PATH: systemFolders.join(":"), LC_ALL: "C" } }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
  );
  const paths = new Set([...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path as string));
  return Promise.all([...paths].map(async (path) => ({ from: await realpath(path), to: path })));
}

/** A search that failed is made again: the operator may have installed what was missing. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return async () => {
    try {
      return await (found ??= find());
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
}
