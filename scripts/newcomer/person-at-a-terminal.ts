import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Terminal {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What is typed where a password is asked for. */
  password: string;
}

export interface TypedCommand {
  command: string;
  seconds: number;
  output: string;
}

const timeoutMs = 120_000;

/**
 * Types a command at a terminal, as a person does: `script` gives it one, so that it may ask for the password. Throws
 * with everything that was printed where the command fails.
 */
export async function typeCommand(command: string, { cwd, env, password }: Terminal): Promise<TypedCommand> {
  const startedAt = performance.now();
  const child = spawn("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "inherit"],
    signal: AbortSignal.timeout(timeoutMs),
  });
  let output = "";
  let answered = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    const questions = output.match(/password(?: once more)?: /gi)?.length ?? 0;
    if (questions > answered) child.stdin.write(`${password}\n`);
    answered = questions;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code}:\n${output}`);
  return { command, seconds: (performance.now() - startedAt) / 1000, output };
}
