import { hookSecrets, type Manifest } from "@hilum/contract";
import type { InstanceSpec } from "@hilum/host";

/** Settings apart: what the plugin gets, and the names of what the host keeps to itself. */
export function keepSecrets(
  manifest: Manifest,
  settings: Readonly<Record<string, unknown>>,
): Required<Pick<InstanceSpec, "settings" | "heldSecrets">> {
  const held = hookSecrets(manifest);
  return {
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !held.includes(name))),
    heldSecrets: held.map((name) => ({ name, set: isSet(settings, name) })),
  };
}

function isSet(settings: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === "string" && value !== "";
}
