/** One change of a JSON value: `put` at a pointer, or its removal. */
export type Mutation = { at: string; put: unknown } | { at: string; remove: true };

type Tree = Record<string, unknown> | unknown[];

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;
const join = (parent: string, name: string): string => `${parent}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** Every place of a value, by its pointer. */
function* placesOf(value: unknown, pointer = ""): Generator<string> {
  if (!isTree(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const here = join(pointer, name);
    yield here;
    yield* placesOf(member, here);
  }
}

/** What is put in turn: each place gets `perPlace` of them, and no two neighbours the same ones. */
const strange: readonly unknown[] = [
  ...[null, "", 5, true, [], {}, "x", -1, 1.5, "Not\u200bvisible", "two\nlines", ["a", "a"], "y".repeat(130)],
  ...[{ unknown: 1 }, "{config.absent}", "https://example.org/a", "../up", "a b", 1e9],
];

/** Changes of every place of a value, in an order that is always the same. */
export function mutationsOf(value: unknown, perPlace: number): Mutation[] {
  let turn = 0;
  return [...placesOf(value)].flatMap((at): Mutation[] => [
    ...Array.from({ length: perPlace }, () => ({ at, put: strange[turn++ % strange.length] })),
    ...(turn % 3 === 0 ? [{ at, remove: true } as const] : []),
  ]);
}

/** The value after the change; the given one stays as it is. */
export function mutate(value: unknown, mutation: Mutation): unknown {
  const copy: unknown = structuredClone(value);
  const names = mutation.at
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = names.pop() ?? "";
  const parent = names.reduce<unknown>((tree, name) => (tree as Record<string, unknown>)[name], copy);
  if ("put" in mutation) (parent as Record<string, unknown>)[last] = mutation.put;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as Record<string, unknown>)[last];
  return copy;
}
