/**
 * Ties a sign-in to the browser that began it (RFC 9700 section 4.7.1): a page of another site cannot make somebody else's
 * browser end it. `Lax`, because the provider's page sends the browser here; the session's own cookie stays at home then.
 */
const name = "__Host-oauth";

export function readBrowserCookie(header: string | string[] | undefined): string | undefined {
  const values = [header ?? ""]
    .flat()
    .join(";")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  // Two of one name is cookie tossing, and makes both void (threat 166).
  return values.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(values[0] ?? "") ? values[0] : undefined;
}

export const browserCookieHeader = (browser: string): string =>
  `${name}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900`;
