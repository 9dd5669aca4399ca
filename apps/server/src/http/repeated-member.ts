/** How many members the objects of a JSON value have, all in all. A text that has more of them repeats one: parsing keeps the last. */
export function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  for (const member of Object.values(value)) count += 1 + countMembers(member);
  return count;
}

/** The line, from 1, on which an object repeats a member; undefined where none does. The text is JSON: it was parsed before. */
export function findRepeatedMember(text: string): number | undefined {
  const objects: Set<string>[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(?=\s*(:)?)|[{}]/g;
  for (const { 0: token, 1: colon, index } of text.matchAll(tokens)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (colon !== undefined) {
      const seen = objects.at(-1);
      const name = JSON.parse(token) as string;
      if (seen?.has(name) === true) return text.slice(0, index).split("\n").length;
      seen?.add(name);
    }
  }
  return undefined;
}
