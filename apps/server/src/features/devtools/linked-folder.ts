import { HilumError } from "@hilum/contract";
import type { PluginRow } from "@hilum/store";

/** The folder that somebody works in. Throws `plugin.not_linked` for code that came otherwise. */
export function linkedFolder({ code, codePath, name }: PluginRow): string {
  if (code === "linked" && codePath !== undefined) return codePath;
  throw new HilumError("plugin.not_linked", { detail: `The code of ${name} is not a linked folder.` });
}
