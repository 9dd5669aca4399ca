import { spawn } from "node:child_process";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { HilumError } from "@hilum/contract";
import type { PluginLanguage } from "@hilum/contract/api";
import type { UpgradePlan } from "./plan-upgrade.ts";
import type { FolderFiles } from "./upgrade.ts";

const timeoutMs = 60_000;

/**
 * As `planUpgrade`, in a process of its own: ten thousand brackets within each other end the parser together with the process
 * that it is in, and that must not be the server. Throws `upgrade.unreadable` when it ends without an answer.
 */
export async function planApart(files: FolderFiles, { language }: { language: PluginLanguage }): Promise<UpgradePlan> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const main = fileURLToPath(new URL("./plan-main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=512", main], {
    ...{ cwd: "/", env: { PATH }, stdio: ["pipe", "pipe", "ignore"], timeout: timeoutMs, killSignal: "SIGKILL" },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null)).once("close", resolve);
  });
  child.stdin.on("error", () => undefined).end(JSON.stringify({ files: [...files], language }));
  const [answer, code] = await Promise.all([readText(child.stdout).catch(() => ""), ended]);
  if (code !== 0)
    throw new HilumError("upgrade.unreadable", { detail: "The parser ended without an answer; nothing was changed." });
  const { changed, ...plan } = JSON.parse(answer) as Omit<UpgradePlan, "changed"> & { changed: [string, string][] };
  return { ...plan, changed: new Map(changed) };
}
