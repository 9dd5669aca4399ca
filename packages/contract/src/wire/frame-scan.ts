/** What a look at a frame's bytes tells before anything is parsed. */
export interface FrameScan {
  /** A `\u` escape: names may be disguised and surrogates may stand alone. */
  unicodeEscapes: boolean;
  /** A number with an exponent, a minus before a zero, or more than fifteen digits in a row. */
  oddNumbers: boolean;
}

export type ScanFault = "depth" | "values";

const quote = 34;
const comma = 44;
const minus = 45;
const zero = 48;
const nine = 57;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const lowerE = 101;
const lowerU = 117;
const openBrace = 123;
const closeBrace = 125;

/** Beyond this many bytes without an escape the native search is faster than the loop. */
const runLength = 64;

/**
 * One pass over the bytes of a frame, almost without allocation: refuses nesting deeper than `depthMax` (threat 21)
 * and more than `valuesMax` values (threat 20: a small frame of `{},{},...` costs far more to parse than its bytes say).
 */
export function scanFrame(line: Uint8Array, depthMax: number, valuesMax: number): FrameScan | ScanFault {
  const strings = new StringSkipper(line);
  let oddNumbers = false;
  let depth = 0;
  let values = 1;
  let digits = 0;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] as number;
    if (byte === quote) {
      at = strings.skip(at + 1);
      digits = 0;
      continue;
    }
    if (byte >= zero && byte <= nine) {
      if (++digits > 15 || (byte === zero && line[at - 1] === minus)) oddNumbers = true;
      continue;
    }
    if (digits > 0 && (byte | 32) === lowerE) oddNumbers = true;
    digits = 0;
    if (byte === openBrace || byte === openBracket) {
      if (++depth > depthMax) return "depth";
      if (++values > valuesMax) return "values";
    } else if (byte === closeBrace || byte === closeBracket) depth--;
    else if (byte === comma && ++values > valuesMax) return "values";
  }
  return { unicodeEscapes: strings.unicodeEscapes, oddNumbers };
}

/** Finds the ends of strings. What it searched for is remembered, so that no line makes it look twice at a byte. */
class StringSkipper {
  unicodeEscapes = false;
  readonly #line: Uint8Array;
  #nextQuote = -1;
  #nextEscape = -1;

  constructor(line: Uint8Array) {
    this.#line = line;
  }

  /** Where the string whose inside begins at `from` has its closing quote; the line's length when it has none. */
  skip(from: number): number {
    const line = this.#line;
    for (let at = from, run = 0; at < line.length; at++) {
      const byte = line[at];
      if (byte === quote) return at;
      if (byte === backslash) {
        if (line[++at] === lowerU) this.unicodeEscapes = true;
        run = 0;
      } else if (++run > runLength) {
        at = this.#leap(at + 1) - 1;
        run = 0;
      }
    }
    return line.length;
  }

  /** The next quote or backslash at or after `from`. */
  #leap(from: number): number {
    if (this.#nextQuote < from) this.#nextQuote = this.#find(quote, from);
    if (this.#nextEscape < from) this.#nextEscape = this.#find(backslash, from);
    return Math.min(this.#nextQuote, this.#nextEscape);
  }

  #find(byte: number, from: number): number {
    const found = this.#line.indexOf(byte, from);
    return found === -1 ? this.#line.length : found;
  }
}
