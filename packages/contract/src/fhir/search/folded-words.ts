/** Letters that have no decomposition but are typed without their stroke. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ς: "σ",
};
const special = /[ßæœøłđðþıς]/g;
/** Diacritics of Latin, Greek and Cyrillic; points of Hebrew; vowels of Arabic. Marks of other scripts are letters. */
const marks = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g;
/** Written inside of words: O'Brien, St. */
const inner = /['.\u2018\u2019\u02bc\u0060\u00b4]/g;
const between = /[^\p{L}\p{N}\p{M}]+/u;

/** Characters of the scripts in which a single one is a name. */
const oneIsEnough = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export const prefixCharsMin = 3;
export const prefixCharsMax = 12;

/**
 * The words of a text without case, diacritics and punctuation, as FHIR R4 compares strings (search.html#string).
 * The words of a text's beginning are its first words, the last of them perhaps cut: so a prefix stays one.
 */
export function foldedWords(text: string): string[] {
  const lower = text.toLowerCase().replaceAll(inner, "");
  const plain = isAscii(lower)
    ? lower
    : lower
        .normalize("NFKD")
        .replaceAll(marks, "")
        .replaceAll(special, (letter) => plainLetters[letter] ?? letter);
  return plain.split(between).filter((word) => word !== "");
}

/** The fewest characters of `word` that a search may begin with. */
export function prefixMinOf(word: string): number {
  return oneIsEnough.test(word) ? 1 : prefixCharsMin;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) return false;
  return true;
}
