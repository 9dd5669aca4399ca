import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "../process.ts";

const startTimeoutMs = 180_000;
const setupCodeLine = /(?<=\n\s+)[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}(?=\n)/;

export interface OwnServer {
  url: string;
  setupCode: string;
  stop(): Promise<void>;
}

/** What `npm start` runs, with a data folder of its own and a free port. The console is built first where it is not. */
export async function startOwnServer(dataDir: string): Promise<OwnServer> {
  const child = spawn(process.execPath, [join(repository, "scripts/start.ts")], {
    cwd: repository,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], HILUM_PORT: "0", HILUM_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const take = (text: string): void => void (output += text);
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const printed = async (pattern: RegExp): Promise<string> => {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline) {
      const found = pattern.exec(output)?.[0];
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output}`);
      await sleep(20);
    }
    throw new Error(`The server did not print ${pattern}:\n${output}`);
  };
  const url = await printed(/https:\/\/[\w.[\]:-]+:[1-9]\d*/);
  const setupCode = await printed(setupCodeLine);
  return {
    url,
    setupCode,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}
