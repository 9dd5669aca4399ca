/** What an enrolment code carries to the program that runs elsewhere. */
export interface EnrolmentCode {
  /** Address of the platform: `https://hilum.example.org:8443`. */
  url: string;
  /** PEM of the authority that signed the platform's certificate; absent where a public one did. */
  ca?: string;
  /** The single-use secret; the platform keeps only its hash. */
  secret: string;
}

const prefix = "hilum-enrol-1.";

/** One word without blanks, for the clipboard: a prefix and base64url of JSON. It is as secret as the secret in it. */
export function encodeEnrolmentCode({ url, ca, secret }: EnrolmentCode): string {
  const json = JSON.stringify(ca === undefined ? { url, secret } : { url, ca, secret });
  return `${prefix}${btoa(String.fromCodePoint(...new TextEncoder().encode(json)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")}`;
}

/** Undefined when the text is no enrolment code of this version. */
export function decodeEnrolmentCode(text: string): EnrolmentCode | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(prefix) || trimmed.length > 4096) return undefined;
  try {
    const bytes = Uint8Array.from(
      atob(trimmed.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/")),
      (character) => character.charCodeAt(0),
    );
    return readCode(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}

function readCode(value: unknown): EnrolmentCode | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { url, ca, secret } = value as Record<string, unknown>;
  if (typeof url !== "string" || !url.startsWith("https://") || typeof secret !== "string" || secret === "")
    return undefined;
  if (ca !== undefined && typeof ca !== "string") return undefined;
  return ca === undefined ? { url, secret } : { url, ca, secret };
}

/** What the link's Ed25519 key signs to get a token (operation `issueRemoteToken`). `at` is RFC 3339. */
export function remoteTokenText({ link, at, nonce }: { link: string; at: string; nonce: string }): string {
  return `hilum-remote-token\n${link}\n${at}\n${nonce}`;
}

/**
 * What the link's key signs to open the WebSocket, sent as `Hilum-Proof: {at} {nonce} {signature}`: it binds the token to
 * the key, so a stolen token is of no use alone. `tokenHash` is the token's SHA-256 in hexadecimal.
 */
export function remoteConnectText({
  link,
  at,
  nonce,
  tokenHash,
}: {
  link: string;
  at: string;
  nonce: string;
  tokenHash: string;
}): string {
  return `hilum-remote-connect\n${link}\n${at}\n${nonce}\n${tokenHash}`;
}
