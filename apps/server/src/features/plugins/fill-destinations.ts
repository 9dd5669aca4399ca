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
import type { ClientCredentials } from "./setup/oauth/client-token.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Where access tokens come from, renewed where they must be. */
export interface AccessTokens {
  /** What the sign-in of a setup step has brought. */
  signIn(step: string): Promise<string>;
  /** What the host gets for itself, with a client's id and secret. */
  client(destination: string, auth: ClientCredentials): Promise<string>;
  /** The destination refused the token of its client. */
  forget(destination: string): void;
}

/** Settings apart: what the plugin gets, what the host keeps to itself, and where it uses that. */
export function fillDestinations(
  manifest: Manifest,
  settings: Settings,
  tokens: AccessTokens,
): Required<Pick<InstanceSpec, "settings" | "heldSecrets" | "destinations">> {
  return {
    settings: withoutHeld(manifest, settings),
    heldSecrets: heldSecrets(manifest).map((name) => ({ name, set: textOf(settings, name) !== "" })),
    destinations: (manifest.destinations ?? []).map((destination) =>
      fillDestination(manifest, destination, settings, tokens),
    ),
  };
}

function fillDestination(
  manifest: Manifest,
  { id, scope, requests, phi, auth, headers = [], ...limits }: Destination,
  settings: Settings,
  tokens: AccessTokens,
): DestinationSpec {
  const resolved = resolvedScope(scope, settings);
  return {
    ...{ id, requests, headers, ...destinationDefaults, ...limits },
    phi: phiClassOf(manifest) !== "none" && phi !== false,
    ...(resolved === undefined ? {} : { scope: resolved }),
    ...(auth === undefined ? {} : { credential: () => credentialOf(id, auth, manifest, settings, tokens) }),
    ...(auth?.type === "client_credentials" ? { credentialRefused: () => tokens.forget(id) } : {}),
  };
}

/** The destination's scope with the settings as they are, or undefined while one that it names is missing. */
export function resolvedScope(scope: string, settings: Settings): string | undefined {
  const parsed = parseScope(scope);
  const resolved = isScope(parsed) ? resolveScope(parsed, settings) : undefined;
  return resolved !== undefined && isScope(resolved) ? formatScope(resolved) : undefined;
}

function credentialOf(
  destination: string,
  auth: DestinationAuth,
  manifest: Manifest,
  settings: Settings,
  tokens: AccessTokens,
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
      return tokens.signIn(auth.step).then((token) => ({ type: "bearer", token }));
    case "client_credentials":
      return tokens.client(destination, auth).then((token) => ({ type: "bearer", token }));
  }
}

function textOf(settings: Settings, name: string): string {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === "string" ? value : "";
}
