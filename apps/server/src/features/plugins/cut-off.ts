import { HilumError } from "@hilum/contract";
import type { Store } from "@hilum/store";

/** State of the kill switch's entry while it is on. */
export const cutOffState = "on";

/** Throws `plugin.cut_off` while the kill switch of the plugin is on: nothing of it runs, and nothing of it is deleted. */
export async function refuseCutOff({ marketplace }: Pick<Store, "marketplace">, plugin: string): Promise<void> {
  if ((await marketplace.find("kill", plugin))?.state === cutOffState) throw new HilumError("plugin.cut_off");
}
