import type { Destination, Manifest } from "./manifest.ts";

/**
 * Names of the secrets that the host keeps to itself and uses in the plugin's place. A plugin never gets their values: neither in
 * the handshake nor in a check of settings.
 */
export function heldSecrets(manifest: Pick<Manifest, "destinations">): string[] {
  return [...new Set((manifest.destinations ?? []).flatMap(secretsOfDestination))];
}

/** Settings as the plugin may see them. */
export function withoutHeld(
  manifest: Pick<Manifest, "destinations">,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const held = new Set(heldSecrets(manifest));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !held.has(name)));
}

function secretsOfDestination({ auth }: Destination): string[] {
  switch (auth?.type) {
    case "basic":
      return [auth.password];
    case "bearer":
      return [auth.token];
    case "header":
      return [auth.value];
    case "oauth2":
    case undefined:
      return [];
  }
}
