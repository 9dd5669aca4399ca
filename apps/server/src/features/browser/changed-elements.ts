/** Names of the top-level elements that differ between two versions of a resource; `meta` differs in each. */
export function changedElements(before: unknown, after: unknown): string[] {
  const [older, newer] = [elementsOf(before), elementsOf(after)];
  const names = new Set([...Object.keys(older), ...Object.keys(newer)]);
  return [...names]
    .filter((name) => name !== "meta" && JSON.stringify(older[name]) !== JSON.stringify(newer[name]))
    .toSorted();
}

const elementsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
