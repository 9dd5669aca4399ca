/** One place in which two versions of a record differ. */
export interface Difference {
  /** `name[0].family`. */
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/**
 * Where two versions differ, leaf by leaf, in the order of the later one. `meta` is left out: it differs always. Elements
 * of an array are compared by their place.
 */
export function compareResources(before: unknown, after: unknown): Difference[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const paths = new Set([...now.keys(), ...old.keys()]);
  return [...paths]
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

function leavesOf(value: unknown): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (part: unknown, path: string): void => {
    if (Array.isArray(part)) part.forEach((one: unknown, at) => walk(one, `${path}[${at}]`));
    else if (typeof part === "object" && part !== null)
      for (const [name, member] of Object.entries(part)) {
        if (path !== "" || name !== "meta") walk(member, path === "" ? name : `${path}.${name}`);
      }
    else if (part !== undefined) leaves.set(path, typeof part === "string" ? part : JSON.stringify(part));
  };
  walk(value, "");
  return leaves;
}

/** The element at the top that a path lies in: `name` for `name[0].family`. */
export const elementOf = (path: string): string => /^[^.[]+/.exec(path)?.[0] ?? path;
