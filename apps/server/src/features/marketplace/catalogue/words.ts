import { nearestName } from "@hilum/contract";

/** Words without case, accents and signs, a space between them. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

export interface Words {
  /** The word that was perhaps meant. */
  nearest(word: string): string | undefined;
}

/** Words of names, for who mistypes one. */
export function createWords(words: Iterable<string>): Words {
  const known = new Set([...words].filter((word) => word.length > 2));
  return { nearest: (word) => (known.has(word) ? undefined : nearestName(word, known)) };
}
