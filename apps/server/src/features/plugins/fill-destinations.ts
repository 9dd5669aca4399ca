import {
  destinationDefaults,
  formatScope,
  heldSecrets,
  HilumError,
  isScope,
  parseScope,
  phiClassOf,
  resolveScope,
  withoutHeld,
  type Destination,
  type DestinationAuth,
  type Manifest,
} from "@hilum/contract";
import type { Credential, DestinationSpec, InstanceSpec } from "@hilum/host";

type Settings = Readonly<Record<string, unknown>>;

/** Gives the access token that the sign-in of a setup step has brought, renewed where it must be. */
export type AccessToken = (step: string) => Promise<string>;

/** Settings apart: what the plugin gets, what the host keeps to itself, and where it uses that. */
export function fillDestinations(
  manifest: Manifest,
  settings: Settings,
  accessToken: AccessToken = notSignedIn,
): Required<Pick<InstanceSpec, "settings" | "heldSecrets" | "destinations">> {
  return {
    settings: withoutHeld(manifest, settings),
    heldSecrets: heldSecrets(manifest).map((name) => ({ name, set: textOf(settings, name) !== "" })),
    destinations: (manifest.destinations ?? []).map((destination) =>
      fillDestination(manifest, destination, settings, accessToken),
    ),
  };
}

function fillDestination(
  manifest: Manifest,
  { id, scope, requests, phi, auth, headers = [], ...limits }: Destination,
  settings: Settings,
  accessToken: AccessToken,
): DestinationSpec {
  const resolved = resolvedScope(scope, settings);
  return {
    ...{ id, requests, headers, ...destinationDefaults, ...limits },
    phi: phiClassOf(manifest) !== "none" && phi !== false,
    ...(resolved === undefined ? {} : { scope: resolved }),
    ...(auth === undefined ? {} : { credential: () => credentialOf(auth, manifest, settings, accessToken) }),
  };
}

/** The destination's scope with the settings as they are, or undefined while one that it names is missing. */
export function resolvedScope(scope: string, settings: Settings): string | undefined {
  const parsed = parseScope(scope);
  const resolved = isScope(parsed) ? resolveScope(parsed, settings) : undefined;
  return resolved !== undefined && isScope(resolved) ? formatScope(resolved) : undefined;
}

function credentialOf(
  auth: DestinationAuth,
  manifest: Manifest,
  settings: Settings,
  accessToken: AccessToken,
): Credential | Promise<Credential> {
  const need = (name: string): string => {
    const value = textOf(settings, name);
    if (value !== "") return value;
    const title = manifest.config?.properties[name]?.title ?? name;
    throw new HilumError("provider.bad_credentials", { detail: `${title} is not set.` });
  };
  switch (auth.type) {
    case "basic":
      return { type: "basic", username: need(auth.username), password: need(auth.password) };
    case "bearer":
      return { type: "bearer", token: need(auth.token) };
    case "header":
      return { type: "header", name: auth.name, value: need(auth.value) };
    case "oauth2":
      return accessToken(auth.step).then((token) => ({ type: "bearer", token }));
  }
}

function textOf(settings: Settings, name: string): string {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === "string" ? value : "";
}

const notSignedIn: AccessToken = () =>
  Promise.reject(new HilumError("provider.bad_credentials", { detail: "Nobody has signed in at the provider yet." }));
