import { hookSecrets } from "./ingress.ts";
import type { Destination, Manifest, SetupStep } from "./manifest.ts";

/**
 * Names of the secrets that the host keeps to itself and uses in the plugin's place. A plugin never gets their values: neither in
 * the handshake nor in a check of settings.
 */
export function heldSecrets(manifest: Pick<Manifest, "destinations" | "ingress" | "setup">): string[] {
  const { destinations = [], setup } = manifest;
  return [
    ...new Set([
      ...destinations.flatMap(secretsOfDestination),
      ...(setup?.steps ?? []).flatMap(secretsOfStep),
      ...hookSecrets(manifest),
    ]),
  ];
}

/** Settings as the plugin may see them. */
export function withoutHeld(
  manifest: Pick<Manifest, "destinations" | "ingress" | "setup">,
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
    case "client_credentials":
      return [auth.clientSecret];
    case "oauth2":
    case undefined:
      return [];
  }
}

/** What a sign-in needs and what it brings. */
function secretsOfStep({ type, clientSecret, into }: SetupStep): string[] {
  return type === "oauth2" ? [clientSecret, into].filter((name) => name !== undefined) : [];
}
