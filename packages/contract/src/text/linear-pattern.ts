import { RE2JS } from "re2js";

export const patternLengthMax = 500;
/** Longer values are refused before a pattern sees them. */
export const patternInputLengthMax = 65_536;

export type LinearPattern = { ok: true; matches(text: string): boolean } | { ok: false; reason: string };

const compiled = new Map<string, LinearPattern>();

/**
 * Compiles a pattern that somebody else wrote. RE2 syntax: the time to match is linear in the text whatever the pattern
 * says, and look-around and back-references do not exist (threat 44). As in JSON Schema, it matches anywhere in the
 * text unless it is anchored.
 */
export function compilePattern(source: string): LinearPattern {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const pattern = compile(source);
  if (compiled.size >= 500) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): LinearPattern {
  if (source.length > patternLengthMax)
    return { ok: false, reason: `it is longer than ${patternLengthMax} characters` };
  try {
    const expression = RE2JS.compile(source);
    return { ok: true, matches: (text) => text.length <= patternInputLengthMax && expression.matcher(text).find() };
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replaceAll(/[^\x20-\x7e]/gu, "?").slice(0, 120) : "it cannot be read";
    return { ok: false, reason };
  }
}
