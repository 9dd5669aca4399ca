import type { ManifestReview } from "@hilum/contract/api";
import { findPlaces, type Place } from "./json-places.ts";

type Problem = ManifestReview["problems"][number];

/**
 * The text with the problem's mend applied, the rest of it untouched; undefined where a person has to decide. Mends that
 * say exactly what to write are: "Remove it.", "Write `x`." and "Did you mean `x`?".
 */
export function applyFix(text: string, { pointer, message, fix = "" }: Problem): string | undefined {
  const place = findPlaces(text).get(pointer);
  if (place === undefined) return undefined;
  if (fix === "Remove it." && !message.includes("invisible")) return removed(text, place);
  const wanted = /^(?:Did you mean|Write) [`“]([^`”]+)[`”][?.]$/.exec(fix)?.[1];
  if (wanted === undefined) return undefined;
  const isName = message.endsWith("is not a field");
  const { start, end } = isName && place.name !== undefined ? place.name : place;
  // Only a text is replaced by a text: a number or an object in its place asks for more than a word.
  if (text[start] !== '"') return undefined;
  return text.slice(0, start) + JSON.stringify(wanted) + text.slice(end);
}

/** Without the value, its name, and the comma that parted it from its neighbour. */
function removed(text: string, { start, end, name }: Place): string | undefined {
  const from = name?.start ?? start;
  const after = /^\s*,/.exec(text.slice(end));
  if (after !== null) {
    // What follows moves to where the removed one began.
    const rest = text.slice(end + after[0].length);
    return text.slice(0, from) + rest.trimStart();
  }
  const before = /,?\s*$/.exec(text.slice(0, from));
  const begin = from - (before?.[0].length ?? 0);
  // The whole text is no member of anything.
  if (from === 0) return undefined;
  const closing = /^\s*/.exec(text.slice(end))?.[0] ?? "";
  return text.slice(0, begin) + (before?.[0].startsWith(",") ? closing : "") + text.slice(end + closing.length);
}
