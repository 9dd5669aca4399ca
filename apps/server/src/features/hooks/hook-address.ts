import { hooksOf, type Manifest } from "@hilum/contract";
import type { InstanceKey } from "@hilum/store";

/** Where a vendor calls a hook: what it signs, too, where its scheme signs the address. */
export function hookAddress(publicUrl: string, { plugin, instance }: InstanceKey, hook: string): string {
  return `${publicUrl}/hooks/${plugin}/${instance}/${hook}`;
}

export function hookAddresses(publicUrl: string, key: InstanceKey, manifest: Manifest): Record<string, string> {
  return Object.fromEntries(hooksOf(manifest).map(({ id }) => [id, hookAddress(publicUrl, key, id)]));
}
