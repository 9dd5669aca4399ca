/** C0 and C1 controls (ANSI escapes, CR, LF, NUL), line separators, and bidirectional marks that reorder what a reader sees. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text of a plugin as one harmless line: what would move a cursor or start a line is written as `\u001b` (threats 13, 194). */
export function escapeText(text: string): string {
  return text
    .replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .toWellFormed();
}

/** The first `charsMax` characters, escaped, with a mark where something was cut. */
export function escapeBounded(text: string, charsMax: number): string {
  return text.length > charsMax ? `${escapeText(text.slice(0, charsMax))}...` : escapeText(text);
}
