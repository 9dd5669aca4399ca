import { openSync } from "node:fs";
import { run } from "./run.ts";
import { createTerminal } from "./terminal.ts";

/** Runs the command that the process was started with, and leaves with its exit code. */
export async function main(): Promise<void> {
  // A reader that has seen enough closes the pipe: `hilum logs tail … | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const code = await run(process.argv.slice(2), {
    env: process.env,
    terminal: createTerminal(process.stdin, process.stderr, () => openSync("/dev/tty", "r")),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  process.exitCode = code;
}
