import { createHash, randomBytes } from "node:crypto";
import { fillProviderAddress, HilumError, parseProviderAddress, type SetupStep } from "@hilum/contract";

/** What the exchange needs later; sealed while the browser is away. */
export interface PendingExchange {
  tokenUrl: string;
  /** `net:https` scope that leads to the token endpoint. */
  scope: string;
  /** Where the browser was sent: an answer that names another server is refused. */
  authorizeOrigin: string;
  issuer?: string;
  clientId: string;
  redirectUri: string;
  verifier: string;
  scopes: string[];
}

export interface Authorization {
  /** To open in the browser. */
  address: string;
  state: string;
  pending: PendingExchange;
}

/**
 * An authorization request (RFC 6749 section 4.1.1) with a state and a PKCE challenge (RFC 7636, S256) of 256 bits each.
 * Throws `request.invalid` naming the setting that is missing.
 */
export function beginAuthorization(
  step: SetupStep,
  settings: Readonly<Record<string, unknown>>,
  redirectUri: string,
): Authorization {
  const clientId = step.clientId === undefined ? undefined : settings[step.clientId];
  if (typeof clientId !== "string" || clientId === "")
    throw new HilumError("request.invalid", {
      detail: "The client id is missing.",
      problems: [{ pointer: `/values/${step.clientId}`, message: "is missing", fix: "Enter it in the step before." }],
    });
  const authorize = filled(step.authorizeUrl, settings);
  const token = filled(step.tokenUrl, settings);
  const [state, verifier] = [randomToken(), randomToken()];
  const { url } = authorize;
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(step.scopes === undefined || step.scopes.length === 0 ? {} : { scope: step.scopes.join(" ") }),
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return {
    address: url.href,
    state,
    pending: {
      ...{ clientId, redirectUri, verifier, scopes: step.scopes ?? [] },
      tokenUrl: token.url.href,
      scope: token.scope,
      authorizeOrigin: url.origin,
      ...(step.issuer === undefined ? {} : { issuer: step.issuer }),
    },
  };
}

export const randomToken = (): string => randomBytes(32).toString("base64url");
export const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Where a provider's address leads with these settings. */
export function filled(
  text: string | undefined,
  settings: Readonly<Record<string, unknown>>,
): { url: URL; scope: string } {
  const address = parseProviderAddress(text ?? "");
  if (address === undefined) throw new HilumError("manifest.invalid", { detail: "The step names no address." });
  const result = fillProviderAddress(address, settings);
  if ("url" in result) return result;
  throw new HilumError("request.invalid", {
    detail: `${result.message}.`,
    problems: [{ ...result, pointer: `/values${result.pointer}` }],
  });
}

/**
 * Whether an answer comes from the server that was asked (RFC 9207 section 2.4). A declared issuer must be named and be the
 * same; where none is declared, one that is named must be of the server to which the browser was sent.
 */
export function isFromIssuer({ issuer, authorizeOrigin }: PendingExchange, iss: string | undefined): boolean {
  if (issuer !== undefined) return iss === issuer;
  if (iss === undefined) return true;
  return URL.canParse(iss) && new URL(iss).origin === authorizeOrigin;
}
