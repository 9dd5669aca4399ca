import { spawn } from "node:child_process";

/**
 * Runs a program of `folder` that prints a line for each thing that it acknowledges, after a first one, and kills it once it has
 * acknowledged so many, wherever it is then. Answers what it acknowledged.
 */
export function acknowledgedUntilKilled(
  program: string,
  { folder, round, atLeast }: { folder: string; round: string; atLeast: number },
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, folder, round], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (!child.killed && output.split("\n").length > atLeast) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () => resolve(output.split("\n").slice(1, -1)));
  });
}
