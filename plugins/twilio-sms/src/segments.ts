/** GSM 03.38, the basic table and the table behind the escape character: letters of the latter count twice. */
const basic = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const escaped = new Set("^{}\\[~]|€\f");

/** Twilio takes no longer text, in UTF-16 units. */
export const textLengthMax = 1600;

export interface Segments {
  encoding: "GSM-7" | "UCS-2";
  /** Parts that the message travels in; each is charged. */
  count: number;
}

/** How many parts a text takes: 160 letters alone or 153 each in GSM-7; 70 or 67 where one letter needs UCS-2. */
export function countSegments(text: string): Segments {
  const letters = Array.from(text);
  const plain = letters.every((letter) => basic.has(letter) || escaped.has(letter));
  const units = plain
    ? letters.map((letter) => (escaped.has(letter) ? 2 : 1))
    : // A pair of surrogates is never torn apart.
      letters.map((letter) => letter.length);
  const [alone, each] = plain ? [160, 153] : [70, 67];
  const encoding = plain ? "GSM-7" : "UCS-2";
  return { encoding, count: sum(units) <= alone ? 1 : fill(units, each) };
}

/** Parts that letters of these sizes fill, none of them split. */
function fill(units: readonly number[], each: number): number {
  let [parts, used] = [1, 0];
  for (const unit of units) {
    if (used + unit > each) [parts, used] = [parts + 1, 0];
    used += unit;
  }
  return parts;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
