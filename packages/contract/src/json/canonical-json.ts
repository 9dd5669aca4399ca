/**
 * JSON with one spelling per value (RFC 8785, JCS): members sorted by UTF-16 code units, no white space, ECMAScript
 * numbers. Members that are `undefined` are left out. Throws a TypeError for what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`A ${typeof value} is not JSON`);
}

function canonicalObject(value: Record<string, unknown>): string {
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  // Array sort without a comparator orders by UTF-16 code units, which is the order that RFC 8785 asks for.
  return `{${names
    .toSorted()
    .map((name) => `${canonicalString(name)}:${canonicalJson(value[name])}`)
    .join(",")}}`;
}

function canonicalString(value: string): string {
  if (!value.isWellFormed()) throw new TypeError("A lone surrogate is not text");
  return JSON.stringify(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError("A number that is not finite is not JSON");
  return JSON.stringify(value);
}
