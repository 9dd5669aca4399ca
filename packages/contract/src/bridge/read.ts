/** The other side sent something that the protocol does not know. */
export class BridgeFault extends Error {
  override readonly name = "BridgeFault";
}

/** Reads an unknown value into an object of our own, or throws a BridgeFault that names the place. */
export type Read<T> = (value: unknown, at: string) => T;
/** What a reader answers. */
export type Got<R> = R extends Read<infer T> ? T : never;

type Readers = Readonly<Record<string, Read<unknown>>>;
type Members<Needed extends Readers, Optional extends Readers> = { [K in keyof Needed]: Got<Needed[K]> } & {
  [K in keyof Optional]?: Got<Optional[K]>;
};

function fault(at: string, what: string): never {
  throw new BridgeFault(`${at === "" ? "the message" : at} ${what}`);
}

export function text({ max, min = 0, form }: { max: number; min?: number; form?: RegExp }): Read<string> {
  return (value, at) => {
    if (typeof value !== "string") return fault(at, "is no text");
    if (value.length < min || value.length > max) return fault(at, `has not ${min} to ${max} characters`);
    if (form !== undefined && !form.test(value)) return fault(at, "has another form");
    return value;
  };
}

export function number({ min, max }: { min: number; max: number }): Read<number> {
  return (value, at) =>
    typeof value === "number" && value >= min && value <= max ? value : fault(at, `is no number from ${min} to ${max}`);
}

export function whole(limits: { min: number; max: number }): Read<number> {
  const read = number(limits);
  return (value, at) => (Number.isSafeInteger(value) ? read(value, at) : fault(at, "is no whole number"));
}

export const flag: Read<boolean> = (value, at) =>
  typeof value === "boolean" ? value : fault(at, "is neither true nor false");

export function oneOf<const T extends string>(names: readonly T[]): Read<T> {
  return (value, at) => names.find((name) => name === value) ?? fault(at, `is none of ${names.join(", ")}`);
}

export function list<T>(entry: Read<T>, max: number): Read<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return fault(at, "is no list");
    if (value.length > max) return fault(at, `has more than ${max} entries`);
    return value.map((item, index) => entry(item, `${at}/${index}`));
  };
}

/** The value, or nothing where it is `null`. */
export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, at) => (value === null ? null : read(value, at));
}

const forbiddenNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** An object with free names and values of one kind. */
export function dictionary<T>(entry: Read<T>, max: number, form: RegExp = /^.{1,100}$/): Read<Record<string, T>> {
  return (value, at) => {
    const entries = Object.entries(recordOf(value, at));
    if (entries.length > max) return fault(at, `has more than ${max} members`);
    for (const [name] of entries)
      if (forbiddenNames.has(name) || !form.test(name)) fault(at, "has a member whose name is not allowed");
    return Object.fromEntries(entries.map(([name, member]) => [name, entry(member, `${at}/${name}`)]));
  };
}

/** An object of these members and no others. */
export function exactly<Needed extends Readers, Optional extends Readers = Record<never, never>>(
  needed: Needed,
  optional?: Optional,
): Read<Members<Needed, Optional>> {
  const known = new Set([...Object.keys(needed), ...Object.keys(optional ?? {})]);
  const read = members(needed, optional);
  return (value, at) => {
    for (const name of Object.keys(recordOf(value, at)))
      if (!known.has(name)) fault(at, "has a member that is not known");
    return read(value, at);
  };
}

/**
 * These members of an object; any others are left out. A newer console may say more than a page knows, and what the
 * console hands to a page is cut to what stands here.
 */
export function members<Needed extends Readers, Optional extends Readers = Record<never, never>>(
  needed: Needed,
  optional?: Optional,
): Read<Members<Needed, Optional>> {
  return (value, at) => {
    const record = recordOf(value, at);
    const read: Record<string, unknown> = {};
    for (const [name, member] of Object.entries<Read<unknown>>(needed))
      read[name] = member(record[name], `${at}/${name}`);
    for (const [name, member] of Object.entries<Read<unknown>>(optional ?? {}))
      if (record[name] !== undefined) read[name] = member(record[name], `${at}/${name}`);
    return read as Members<Needed, Optional>;
  };
}

/** Any JSON, without the names that change objects. Its size is bounded by that of the message. */
export const json: Read<unknown> = (value, at) => {
  if (Array.isArray(value)) return value.map((item, index) => json(item, `${at}/${index}`));
  if (typeof value === "object" && value !== null) return dictionary(json, 10_000, /^[^]{0,1000}$/)(value, at);
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value;
  return fault(at, "is no JSON");
};

/** Own members alone: nothing is read from a prototype. */
function recordOf(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fault(at, "is no object");
  const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  return Object.assign(record, value);
}
