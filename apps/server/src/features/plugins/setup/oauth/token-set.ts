/** What a sign-in brings (RFC 6749 section 5.1), as it is sealed in a secret of the instance. */
export interface TokenSet {
  accessToken: string;
  refreshToken?: string;
  /** Absent when the provider does not say; then it is used until it is refused. */
  expiresAt?: string;
  /** Scopes that were granted, where the provider says. */
  scope?: string;
  obtainedAt: string;
}

export type TokenAnswer =
  | { ok: true; tokens: TokenSet }
  /** `error` of RFC 6749 section 5.2, or what is wrong with the answer itself. */
  | { ok: false; error: string; description?: string };

const tokenCharsMax = 16_384;
const descriptionCharsMax = 500;

/** Reads the answer of a token endpoint. Some answer 200 with an error inside, some answer HTML. */
export function readTokenAnswer({ status, text }: { status: number; text: string }, now: Date): TokenAnswer {
  const body = parseObject(text);
  if (body === undefined) return { ok: false, error: "not_json", description: `HTTP ${status}, and no JSON in it` };
  const { error, error_description: description, access_token: accessToken, token_type: type } = body;
  if (typeof error === "string")
    return {
      ok: false,
      error: error.slice(0, 100),
      ...(typeof description === "string" ? { description: description.slice(0, descriptionCharsMax) } : {}),
    };
  if (status < 200 || status > 299) return { ok: false, error: "http_error", description: `HTTP ${status}` };
  if (!isToken(accessToken))
    return { ok: false, error: "no_token", description: "There is no access token in the answer" };
  if (typeof type === "string" && type.toLowerCase() !== "bearer")
    return { ok: false, error: "token_type", description: "The token is of a type that Hilum does not use" };
  return { ok: true, tokens: tokensOf(accessToken, body, now) };
}

function tokensOf(accessToken: string, body: Record<string, unknown>, now: Date): TokenSet {
  const { refresh_token: refreshToken, expires_in: expiresIn, scope } = body;
  const seconds = Number(expiresIn);
  return {
    accessToken,
    obtainedAt: now.toISOString(),
    ...(isToken(refreshToken) ? { refreshToken } : {}),
    ...(expiresIn !== undefined && Number.isFinite(seconds) && seconds > 0
      ? { expiresAt: new Date(now.getTime() + Math.min(seconds, 10 * 365 * 86_400) * 1000).toISOString() }
      : {}),
    ...(typeof scope === "string" ? { scope: scope.slice(0, 2000) } : {}),
  };
}

/** Characters of RFC 6749 appendix A.12, so that it fits into a header as it is. */
const isToken = (value: unknown): value is string =>
  typeof value === "string" && value.length <= tokenCharsMax && /^[\x20-\x7e]+$/.test(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A secret as a token set; undefined for one that is none. */
export function parseTokenSet(secret: string | undefined): TokenSet | undefined {
  const value = secret === undefined ? undefined : parseObject(secret);
  return value !== undefined && typeof value["accessToken"] === "string" ? (value as unknown as TokenSet) : undefined;
}

/** Scopes that were asked for and not granted; none where the provider does not say. */
export function missingScopes(asked: readonly string[], { scope }: TokenSet): string[] {
  if (scope === undefined) return [];
  const granted = new Set(scope.split(/[ ,]+/));
  // What asks for a refresh token is answered by one, and seldom repeated.
  return asked.filter((name) => !granted.has(name) && name !== "offline_access" && name !== "openid");
}
