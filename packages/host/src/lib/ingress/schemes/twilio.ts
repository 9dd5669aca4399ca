import { createHash, createHmac } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import { decodeBytes, identityOf, sameBytes, wrong, type SignedRequest, type VerifyScheme } from "../signed-request.ts";

type Twilio = Extract<HookSignature, { scheme: "twilio" }>;

const formType = "application/x-www-form-urlencoded";
const header = "x-twilio-signature";
const bodyDigest = "bodySHA256";

/**
 * Twilio's signature: HMAC-SHA1, base64, over the address as Twilio was told it, followed by the names and values of the form, sorted
 * by name. A body that is no form is covered by its SHA-256 in the address's query alone, so that one must be there.
 */
export const verifyTwilio: VerifyScheme<Twilio> = (_by, key, request) => {
  const given = request.headers[header];
  if (given === undefined) return wrong("signature_missing");
  const signature = decodeBytes(given, "base64", 20);
  if (signature === undefined) return wrong("signature_malformed");
  const covered = coverBody(request);
  if (typeof covered !== "string") return covered;
  const { origin, target, headers, body } = request;
  // Every spelling of the origin is tried, so that the time tells nothing.
  const matches = originsOf(origin).map((spelled) =>
    sameBytes(signature, hmacOf(key, `${spelled}${target}${covered}`)),
  );
  return matches.includes(true)
    ? { ok: true, identity: identityOf(target, covered, isForm(headers) ? "" : body) }
    : wrong("signature_wrong");
};

/** Signs as Twilio would; a body that is no form puts its digest into the query. */
export function signTwilio(
  key: string,
  { origin, target, headers, body }: SignedRequest,
): { target: string; headers: Record<string, string> } {
  const digested = isForm(headers) || body.length === 0 ? target : `${target}?${bodyDigest}=${sha256(body)}`;
  const covered = isForm(headers) ? formText(body) : "";
  return { target: digested, headers: { [header]: hmacOf(key, `${origin}${digested}${covered}`).toString("base64") } };
}

/** What follows the address in the signed text, after it is sure that the whole body is covered. */
function coverBody({ target, headers, body }: SignedRequest) {
  const at = target.indexOf("?");
  const digests = new URLSearchParams(at < 0 ? "" : target.slice(at + 1)).getAll(bodyDigest);
  if (digests.length > 1) return wrong("query_ambiguous");
  if (isForm(headers)) return digests.length === 0 ? formText(body) : wrong("query_ambiguous");
  const [digest] = digests;
  if (digest === undefined) return body.length === 0 ? "" : wrong("body_not_signed");
  const bytes = decodeBytes(digest, "hex", 32);
  if (bytes === undefined) return wrong("query_ambiguous");
  return sameBytes(bytes, createHash("sha256").update(body).digest()) ? "" : wrong("signature_wrong");
}

function isForm(headers: SignedRequest["headers"]): boolean {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() === formType;
}

/** Names in the order of their code units, each followed by its value; a name with several values gets each of them once, sorted. */
function formText(body: Buffer): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body.toString("utf8"))) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  const parts = [...values.keys()].toSorted().flatMap((name) => {
    const sorted = [...(values.get(name) ?? [])].toSorted();
    return sorted.map((value) => `${name}${value}`);
  });
  return parts.join("");
}

/** Twilio signs sometimes with the port of the address and sometimes without it, and says so. */
function originsOf(origin: string): string[] {
  const { protocol, hostname, port } = new URL(origin);
  const bare = `${protocol}//${hostname}`;
  return [`${bare}${port === "" ? "" : `:${port}`}`, port === "" ? `${bare}:443` : bare];
}

const hmacOf = (key: string, text: string): Buffer => createHmac("sha1", key).update(text, "utf8").digest();
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
