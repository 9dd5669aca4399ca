import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { compiledCode, createTempDir, type TempDir } from "@hilum/testkit";
import { run } from "../src/run.ts";

const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
export const password = "correct horse battery staple";

/** The server as people run it, a process of its own with a certificate of its own authority, and `hilum` beside it. */
export interface CliWorld {
  folder: TempDir;
  origin: string;
  /** File with the authority's certificate. */
  authority: string;
  setupCode: string;
  /** Runs a command line as a person does who answers what is asked; words with spaces in them are given apart. */
  hilum(
    line: string | readonly string[],
    options?: { stdin?: string; env?: Record<string, string>; answers?: readonly string[] },
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  close(): Promise<void>;
}

export async function startCliWorld(): Promise<CliWorld> {
  const folder = createTempDir("cli");
  const server = spawn(process.execPath, [main], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"] ?? "", ...compiledCode(), HILUM_PORT: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  for await (const part of server.stdout) {
    said += String(part);
    if (/set-up code:\n\n {4}\S+\n/.test(said)) break;
  }
  server.stdout.on("data", () => undefined).resume();
  return {
    folder,
    origin: /https:\/\/localhost:\d+/.exec(said)?.[0] ?? "",
    authority: /--cacert (\S+)/.exec(said)?.[1] ?? "",
    setupCode: / {4}(\S+)\n$/.exec(said)?.[1] ?? "",
    async hilum(line, { stdin = "", env = {}, answers = [] } = {}) {
      const written = { stdout: "", stderr: "" };
      const sink = (name: keyof typeof written) =>
        new Writable({ write: (chunk, _encoding, done) => ((written[name] += String(chunk)), done()) });
      const waiting = [...answers];
      const terminal = { ask: async () => waiting.shift(), askSecret: async () => waiting.shift() };
      const words = typeof line === "string" ? (line === "" ? [] : line.split(" ")) : line;
      const code = await run(words, {
        env: { XDG_CONFIG_HOME: folder.join("config"), ...env },
        ...{ terminal, stdin: Readable.from([stdin]), stdout: sink("stdout"), stderr: sink("stderr") },
      });
      return { code, ...written };
    },
    async close() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      folder.remove();
    },
  };
}
