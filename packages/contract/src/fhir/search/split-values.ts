/** Splits at a separator that no backslash stands before (search.html#escaping). */
export function splitValues(text: string, separator: "," | "|" | "$"): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

export function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll(/\\([,|$\\])/g, "$1") : text;
}
