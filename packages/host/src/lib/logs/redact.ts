const patterns: readonly { pattern: RegExp; word: string }[] = [
  { pattern: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}/g, word: "[e-mail]" },
  { pattern: /\b\d{3}-\d{2}-\d{4}\b/g, word: "[number]" },
  { pattern: /(?<![\w.:-])\+?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\w:-])/g, word: "[phone]" },
];

/**
 * Takes what names a person out of a log line: e-mail addresses, telephone and social security numbers by their form, and
 * each of `known` (the contact points of the message in hand) wherever it stands. A net under the plugin's own care, not a proof.
 */
export function redact(text: string, known: Iterable<string> = []): string {
  let safe = text;
  for (const value of known) if (value.length >= 3) safe = replaceAllFolded(safe, value);
  for (const { pattern, word } of patterns) safe = safe.replace(pattern, word);
  return safe;
}

/**
 * Values of every contact point in a resource: the `value` of a `valueContactPoint` and the members of `telecom`.
 * Looks at most `depthMax` levels deep; a resource from the wire is no deeper.
 */
export function contactValues(resource: unknown, depthMax = 24): string[] {
  const values: string[] = [];
  collect(resource, depthMax, values);
  return values;
}

function collect(node: unknown, depth: number, values: string[]): void {
  if (depth === 0 || typeof node !== "object" || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    const points = key === "telecom" ? child : key === "valueContactPoint" ? [child] : undefined;
    if (Array.isArray(points)) values.push(...points.map(valueOf).filter((value) => value !== undefined));
    else collect(child, depth - 1, values);
  }
}

const valueOf = (point: unknown): string | undefined =>
  typeof point === "object" && point !== null && "value" in point && typeof point.value === "string"
    ? point.value
    : undefined;

function replaceAllFolded(text: string, value: string): string {
  const lower = text.toLowerCase();
  const wanted = value.toLowerCase();
  // Folding may change the length of a few letters; positions would not fit, so such a line is compared exactly.
  if (lower.length !== text.length) return text.replaceAll(value, "[contact]");
  let result = "";
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    result += `${text.slice(from, at)}[contact]`;
    from = at + wanted.length;
  }
  return result + text.slice(from);
}
