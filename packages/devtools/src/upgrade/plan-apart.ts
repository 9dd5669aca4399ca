import { HilumError } from "@hilum/contract";
import type { PluginLanguage } from "@hilum/contract/api";
import { runApart } from "../run-apart.ts";
import type { UpgradePlan } from "./plan-upgrade.ts";
import type { FolderFiles } from "./upgrade.ts";

/** As `planUpgrade`, in a process of its own. Throws `upgrade.unreadable` when it ends without an answer. */
export async function planApart(files: FolderFiles, { language }: { language: PluginLanguage }): Promise<UpgradePlan> {
  const answer = await runApart<Omit<UpgradePlan, "changed"> & { changed: [string, string][] }>(
    new URL("./plan-main.ts", import.meta.url),
    { files: [...files], language },
  );
  if (answer === undefined)
    throw new HilumError("upgrade.unreadable", { detail: "The parser ended without an answer; nothing was changed." });
  const { changed, ...plan } = answer;
  return { ...plan, changed: new Map(changed) };
}
