/**
 * Characters that a reader cannot see or that turn the text around: format and private-use characters, line and
 * paragraph separators, controls but tab and line feed, variation selectors, fillers and blanks that are drawn empty
 * (Unicode TR 36; threat 129).
 */
const invisible =
  // oxlint-disable-next-line no-misleading-character-class
  /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u;

/** Names the first invisible character as `U+200B`, or undefined when every character can be seen. */
export function findInvisible(text: string): string | undefined {
  const found = invisible.exec(text)?.[0]?.codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, "0")}`;
}

const latin = /\p{Script=Latin}/u;
const lookAlikeScripts = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/u;
/** Mathematical alphabets, full-width forms and enclosed letters: compatibility characters that read as Latin. */
const dressedLatin = /[\u{1d400}-\u{1d7ff}\uff01-\uff5e\u2460-\u24ff\u{1f110}-\u{1f189}\u2100-\u214f]/u;

/** The first word that mixes Latin with a script whose letters look like Latin ones, or that dresses Latin letters up. */
export function findLookAlike(text: string): string | undefined {
  return text
    .split(/\s+/u)
    .find((word) => (latin.test(word) && lookAlikeScripts.test(word)) || dressedLatin.test(word));
}
