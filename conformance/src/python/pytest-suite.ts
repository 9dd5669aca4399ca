import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** Outcomes of one run, by the name of each test: undefined for a test that passed, else what pytest said. */
export type SuiteRun = ReadonlyMap<string, string | undefined>;

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"] ?? "/tmp",
  LANG: "C.UTF-8",
  PYTHONDONTWRITEBYTECODE: "1",
});

/** The tests of a folder, as pytest finds them. Throws with pytest's words where it cannot load them. */
export function listTests(python: string, folder: string): string[] {
  const args = ["-m", "pytest", "--collect-only", "-q", "--color=no"];
  const { stdout, stderr, status } = spawnSync(python, args, { cwd: folder, env: environment(), encoding: "utf8" });
  if (status !== 0) throw new Error(`pytest finds no tests in ${folder}: ${stdout}${stderr}`);
  return stdout.split("\n").filter((line) => line.includes("::"));
}

/** Runs them all in one process. A test that is not in the result did not run. */
export async function runTests(python: string, folder: string): Promise<SuiteRun> {
  const args = ["-m", "pytest", "-q", "-rA", "--color=no", "--tb=short"];
  const { stdout } = await promisify(execFile)(python, args, {
    ...{ cwd: folder, env: environment(), maxBuffer: 64 * 1024 * 1024 },
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }));
  const outcomes = new Map<string, string | undefined>();
  for (const line of stdout.split("\n")) {
    const [, outcome, name = "", why = ""] = /^(PASSED|FAILED|ERROR) (\S.*?)(?: - (.*))?$/.exec(line) ?? [];
    if (outcome !== undefined) outcomes.set(name, outcome === "PASSED" ? undefined : `${why}\n${stdout}`);
  }
  return outcomes;
}
