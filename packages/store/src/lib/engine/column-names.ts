const camelNames = new Map<string, string>();

/** `created_at` -> `createdAt` */
export function toCamelCase(name: string): string {
  const known = camelNames.get(name);
  if (known !== undefined) return known;
  const camel = name.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  camelNames.set(name, camel);
  return camel;
}
