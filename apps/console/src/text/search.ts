/** Reads search parameters of an address: anything may stand there. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
};

export const oneOf = <const T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((candidate) => candidate === value);

export const numberOf = (value: unknown): number | undefined => {
  const n = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof n === "number" && Number.isInteger(n) && n >= 0 ? n : undefined;
};

/** The same object without some of its members. */
export function without<T extends object, K extends keyof T>(values: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !(names as readonly string[]).includes(name)),
  ) as Omit<T, K>;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the members that are undefined, so that they leave the address too. */
export function present<T extends Record<string, unknown>>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
