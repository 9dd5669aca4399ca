import { spawn } from "node:child_process";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const timeoutMs = 60_000;

/**
 * Runs a program of ours that parses code of somebody else, in a process of its own: ten thousand brackets within each other end a
 * native parser together with the process that it is in, and that must not be the server. `input` goes to its standard input
 * as JSON; what it writes comes back as JSON, undefined where it ended otherwise or took longer than a minute. It gets `PATH` alone of
 * the environment.
 */
export async function runApart<T>(program: URL, input: unknown): Promise<T | undefined> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const child = spawn(process.execPath, ["--max-old-space-size=512", fileURLToPath(program)], {
    ...{ cwd: "/", env: { PATH }, stdio: ["pipe", "pipe", "ignore"], timeout: timeoutMs, killSignal: "SIGKILL" },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null)).once("close", resolve);
  });
  child.stdin.on("error", () => undefined).end(JSON.stringify(input));
  const [answer, code] = await Promise.all([readText(child.stdout).catch(() => ""), ended]);
  return code === 0 ? (JSON.parse(answer) as T) : undefined;
}
