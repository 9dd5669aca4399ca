/** An object as JSON has it: nothing is known of its values. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** True where FHIRPath's `exists()` is: the property itself or, for a primitive, its extensions. */
export function has(value: unknown, key: string): boolean {
  const object = asObject(value);
  return (
    object !== undefined &&
    ((Object.hasOwn(object, key) && object[key] !== undefined) || Object.hasOwn(object, `_${key}`))
  );
}

export function hasChoice(value: JsonObject, name: string): boolean {
  return Object.keys(value).some(
    (key) => (key.startsWith(name) || key.startsWith(`_${name}`)) && value[key] !== undefined,
  );
}

export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objects(value: unknown): JsonObject[] {
  return items(value).flatMap((item): JsonObject[] => {
    const object = asObject(item);
    return object === undefined ? [] : [object];
  });
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === "string" && allowed.includes(value);
}

export function isObject(value: unknown): value is JsonObject {
  return asObject(value) !== undefined;
}
