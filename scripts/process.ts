import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository that these scripts belong to. */
export const repository = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

export interface CommandResult {
  /** Exit code; null where a signal ended it. */
  code: number | null;
  /** Standard output and error as they came, together. */
  output: string;
  durationMs: number;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Called with each piece of output as it arrives. */
  onOutput?: (text: string) => void;
  /** Kills the whole command after this long. */
  timeoutMs?: number;
}

/**
 * Runs a program of the lockfile (or of the system) to its end. `node_modules/.bin` comes first on PATH, so that `node`
 * is the lockfile's also where a script was started by another.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, ...options.env, PATH: toolPath() },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that a deadline ends what the command started as well.
    detached: process.platform !== "win32",
  });
  let output = "";
  const take = (text: string): void => {
    output += text;
    options.onOutput?.(text);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const forward = (signal: NodeJS.Signals): void => killGroup(child.pid, signal);
  const timer = setTimeout(
    () => {
      take(`\nended after ${options.timeoutMs} ms: it took too long\n`);
      killGroup(child.pid, "SIGKILL");
    },
    options.timeoutMs ?? 2 ** 31 - 1,
  );
  process.on("SIGINT", forward).on("SIGTERM", forward);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output, durationMs: performance.now() - startedAt };
  } catch (error) {
    return { code: null, output: `${command}: ${String(error)}\n`, durationMs: performance.now() - startedAt };
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}

function toolPath(): string {
  return [join(repository, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
