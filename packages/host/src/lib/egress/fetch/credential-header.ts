import { HilumError } from "@hilum/contract";
import type { Credential } from "./destination-spec.ts";

export interface SecretHeader {
  name: string;
  value: string;
  /** Every spelling of the secret that an answer must not show: a provider may give back what it was sent (threat 99). */
  spellings: readonly Buffer[];
}

/** What an answer is searched for is at least this long: a shorter text stands in every answer. */
const SPELLING_BYTES_MIN = 4;

/** The one header that holds the secret. Throws `provider.bad_credentials` for a secret that no header can hold. */
export function secretHeaderOf(credential: Credential): SecretHeader {
  const { name, value, secrets } = spell(credential);
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value))
    throw new HilumError("provider.bad_credentials", {
      detail: "The secret is empty or holds a character that a header cannot hold.",
    });
  return { name, value, spellings: spellingsOf(secrets) };
}

function spell(credential: Credential): { name: string; value: string; secrets: string[] } {
  switch (credential.type) {
    case "bearer":
      return { name: "authorization", value: `Bearer ${credential.token}`, secrets: [credential.token] };
    case "header":
      return { name: credential.name, value: credential.value, secrets: [credential.value] };
    case "basic": {
      const { username, password } = credential;
      // A colon would move the border between the two (RFC 7617 section 2).
      if (username.includes(":"))
        throw new HilumError("provider.bad_credentials", { detail: "The user name holds a colon." });
      const pair = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
      return { name: "authorization", value: `Basic ${pair}`, secrets: [password, pair] };
    }
  }
}

function spellingsOf(secrets: readonly string[]): Buffer[] {
  const texts = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret, "utf8").toString("base64"),
    Buffer.from(secret, "utf8").toString("base64url"),
  ]);
  return [...new Set(texts)]
    .map((text) => Buffer.from(text, "utf8"))
    .filter(({ length }) => length >= SPELLING_BYTES_MIN)
    .toSorted((a, b) => b.length - a.length);
}

const mark = Buffer.from("[redacted]");

/** The bytes without the spellings; `found` when there were any. */
export function redactSpellings(bytes: Buffer, spellings: readonly Buffer[]): { bytes: Buffer; found: boolean } {
  const parts: Buffer[] = [];
  let from = 0;
  for (let next = firstOf(bytes, spellings, 0); next !== undefined; next = firstOf(bytes, spellings, from)) {
    parts.push(bytes.subarray(from, next.at), mark);
    from = next.at + next.length;
  }
  return from === 0 ? { bytes, found: false } : { bytes: Buffer.concat([...parts, bytes.subarray(from)]), found: true };
}

/** The earliest; of several at one place the longest, since they are sorted so. */
function firstOf(
  bytes: Buffer,
  spellings: readonly Buffer[],
  from: number,
): { at: number; length: number } | undefined {
  let first: { at: number; length: number } | undefined;
  for (const { length, at } of spellings.map((text) => ({ length: text.length, at: bytes.indexOf(text, from) })))
    if (at !== -1 && (first === undefined || at < first.at)) first = { at, length };
  return first;
}
