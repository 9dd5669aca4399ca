import { hash, randomBytes, randomInt } from "node:crypto";

/** A 256-bit bearer value with a prefix that secret scanners recognise, and the digest that is stored in its place (threat 79). */
export function makeBearer(prefix: string): { value: string; digest: string } {
  const value = `${prefix}_${randomBytes(32).toString("base64url")}`;
  return { value, digest: digestOf(value) };
}

/** SHA-256, base64url. Values are 256 bits of chance, so no salt and no slow hash is needed. */
export function digestOf(value: string): string {
  return hash("sha256", value, "base64url");
}

/** Crockford's alphabet without I, L, O, U: nothing to misread. */
const readable = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A code that people copy by hand: groups of five, five bits a character. */
export function makeReadableCode(groups: number): string {
  return Array.from({ length: groups }, () =>
    Array.from({ length: 5 }, () => readable[randomInt(readable.length)]).join(""),
  ).join("-");
}

/** What a person typed, as it was shown: case, spaces and dashes do not matter, and look-alikes are read as meant. */
export function normaliseCode(typed: string): string {
  const bare = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return bare.replace(/(.{5})(?=.)/g, "$1-");
}
