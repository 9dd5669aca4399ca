import { execFile } from "node:child_process";

const timeoutMs = 30_000;

/** Runs a program to its end and answers what it wrote; throws with all of it when it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ output: string }> {
  return await new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { env: { ...process.env, ...env }, timeout: timeoutMs, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (error === null) resolve({ output: stdout });
        else reject(new Error(`${command} ended with ${String(error.code)}: ${stdout}${stderr}`));
      },
    );
  });
}
