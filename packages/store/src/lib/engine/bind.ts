import { sealEnvelope } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Parameter, SealRequest, SqlValue, TokensRequest } from "./statement.ts";

/** What the database gets for a parameter. Decides about no key: a request names its own, or its table has one. */
export function bindParameter(parameter: Parameter, keyring: Keyring | undefined): SqlValue {
  if (parameter === null || typeof parameter !== "object" || parameter instanceof Uint8Array) return parameter;
  if (keyring === undefined) throw new Error("a value is to be sealed before the keys were given");
  if ("seal" in parameter) return seal(parameter, keyring);
  return "tokens" in parameter ? hashTokens(keyring, parameter) : keyring.blind(parameter.domain, parameter.blind);
}

function seal({ seal: content, place, under }: SealRequest, keyring: Keyring): Uint8Array {
  if (under === undefined) return keyring.seal(place, content);
  return sealEnvelope({ id: rowKeyId, deployment: keyring.deployment, key: under }, place, content);
}

/** In envelopes under a key that is kept in the database: the row says which. Ids of data keys begin at 1. */
export const rowKeyId = 0;

/** JSON array of signed 64-bit numbers, as text: they are larger than what a number holds. */
export function hashTokens(keyring: Keyring, { tokens, domain }: TokensRequest): string {
  const numbers = new Set(tokens.map((token) => readSigned64(keyring.blind(domain, token))));
  return `[${[...numbers].join(",")}]`;
}

function readSigned64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0);
}
