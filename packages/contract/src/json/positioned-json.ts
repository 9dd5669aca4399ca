import type { Problem } from "../errors/hilum-error.ts";
import { pointerTo } from "./pointer.ts";

export interface PositionedJson {
  /** Undefined when the text is not JSON. */
  value: unknown;
  /** 1-based line where the value at a pointer begins (for a member: its name). */
  lineOf(pointer: string): number | undefined;
  problems: Problem[];
}

export interface PositionedJsonOptions {
  depthMax: number;
}

/** Member names that change an object's behaviour when they are copied (threat 22). */
const unsafeNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export function isUnsafeName(name: string): boolean {
  return unsafeNames.has(name);
}

/**
 * Reads JSON text (RFC 8259) and remembers on which line each value stands. A syntax error ends the reading with one
 * problem; duplicate and unsafe member names are collected, so that one pass names all of them.
 */
export function readPositionedJson(text: string, { depthMax }: PositionedJsonOptions): PositionedJson {
  const reader = new Reader(text, depthMax);
  try {
    const value = reader.document();
    return { value, lineOf: (pointer) => reader.lines.get(pointer), problems: reader.problems };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { value: undefined, lineOf: () => undefined, problems: [error.problem] };
  }
}

class SyntaxProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordForm = /[A-Za-z_$][\w$]*/y;
const words = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Reader {
  readonly lines = new Map<string, number>();
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;
  #line = 1;

  constructor(text: string, depthMax: number) {
    // A byte order mark at the start is what some editors add; RFC 8259 section 8.1 lets a reader ignore it.
    // By its number: bundlers write the letter itself, which is refused in a package as one that nobody sees.
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    this.#depthMax = depthMax;
  }

  document(): unknown {
    this.#skipSpace();
    if (this.#at === this.#text.length)
      this.#fail("", "the text is empty", 'Write a JSON object: {"id": ..., "name": ..., "capabilities": [...]}.');
    const value = this.#value("", 1);
    this.#skipSpace();
    if (this.#at < this.#text.length)
      this.#fail(
        "",
        `${this.#seen()} stands after the end of the JSON value`,
        "Remove what follows the last closing bracket.",
      );
    return value;
  }

  #value(pointer: string, depth: number): unknown {
    if (!this.lines.has(pointer)) this.lines.set(pointer, this.#line);
    const character = this.#text[this.#at];
    if (character === "{" || character === "[") {
      if (depth > this.#depthMax) this.#fail(pointer, `values are nested deeper than ${this.#depthMax}`, "Nest less.");
      return character === "{" ? this.#object(pointer, depth) : this.#array(pointer, depth);
    }
    if (character === '"') return this.#string(pointer);
    if (character === "-" || (character !== undefined && character >= "0" && character <= "9"))
      return this.#number(pointer);
    return this.#word(pointer);
  }

  #object(pointer: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const seen = new Set<string>();
    this.#at++;
    for (let first = true; ; first = false) {
      if (this.#closed(pointer, "}", first)) return object;
      if (this.#text[this.#at] !== '"')
        this.#fail(pointer, `${this.#seen()} stands where a member name belongs`, "Put the name in double quotes.");
      const line = this.#line;
      const name = this.#string(pointer);
      const here = pointerTo(pointer, name);
      this.#admitName(name, here, line, seen);
      this.#skipSpace();
      if (this.#text[this.#at] !== ":")
        this.#fail(here, `a colon is missing after "${name}"`, "Put a colon between name and value.");
      this.#at++;
      this.#skipSpace();
      const value = this.#value(here, depth + 1);
      if (!isUnsafeName(name)) object[name] = value;
    }
  }

  #admitName(name: string, pointer: string, line: number, seen: Set<string>): void {
    if (seen.has(name))
      this.problems.push({ pointer, line, message: `"${name}" stands here twice`, fix: "Keep one of the two." });
    else this.lines.set(pointer, line);
    if (isUnsafeName(name))
      this.problems.push({ pointer, line, message: `"${name}" is not allowed as a member name`, fix: "Remove it." });
    seen.add(name);
  }

  #array(pointer: string, depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    for (let first = true; ; first = false) {
      if (this.#closed(pointer, "]", first)) return array;
      array.push(this.#value(pointerTo(pointer, array.length), depth + 1));
    }
  }

  /** Steps over the separator; true when the closing bracket was next. */
  #closed(pointer: string, bracket: "}" | "]", first: boolean): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === bracket) {
      this.#at++;
      return true;
    }
    if (first) return false;
    if (this.#text[this.#at] !== ",")
      this.#fail(
        pointer,
        `${this.#seen()} stands where a comma or ${bracket} belongs`,
        `Put a comma between entries, or close with ${bracket}.`,
      );
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] === bracket)
      this.#fail(pointer, `a comma stands before ${bracket}`, "Remove the last comma.");
    return false;
  }

  #string(pointer: string): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 92) at++;
      else if (code < 32) break;
      else if (code === 34) {
        this.#at = at + 1;
        return this.#decode(pointer, this.#text.slice(start, at + 1));
      }
    }
    return this.#fail(pointer, "a string is not closed on its line", 'Close it with ", and write line ends as \\n.');
  }

  #decode(pointer: string, quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return this.#fail(
        pointer,
        "a string holds an escape that JSON does not know",
        'Use \\", \\\\, \\n, \\t or \\u with four hexadecimal digits.',
      );
    }
  }

  #number(pointer: string): number {
    numberForm.lastIndex = this.#at;
    const digits = numberForm.exec(this.#text)?.[0];
    if (digits === undefined)
      return this.#fail(pointer, "a number is not written as JSON writes it", "Write it like 25 or -0.5.");
    this.#at += digits.length;
    const value = Number(digits);
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      this.problems.push({
        pointer,
        line: this.#line,
        message: `${digits.slice(0, 40)} is too large for a number`,
        fix: "Use a smaller number.",
      });
    return value;
  }

  #word(pointer: string): boolean | null {
    wordForm.lastIndex = this.#at;
    const word = wordForm.exec(this.#text)?.[0] ?? "";
    const value = words.get(word);
    if (value === undefined) return this.#fail(pointer, `${this.#seen()} is not a JSON value`, this.#mend());
    this.#at += word.length;
    return value;
  }

  #mend(): string {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith("'")) return "Use double quotes.";
    if (rest.startsWith("//") || rest.startsWith("/*")) return "JSON has no comments: remove it.";
    return "Write a string in double quotes, a number, true, false, null, an object or an array.";
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 10) this.#line++;
      else if (code !== 32 && code !== 9 && code !== 13) return;
    }
  }

  /** What stands here, for a message: the end of the text, or a few visible characters. */
  #seen(): string {
    const rest = this.#text.slice(this.#at, this.#at + 12).split(/[\s,}\]]/u)[0] ?? "";
    if (this.#at >= this.#text.length) return "the end of the text";
    const shown = rest === "" ? (this.#text[this.#at] ?? "") : rest;
    return `\`${shown.replaceAll(/[^\x20-\x7e]/gu, "?")}\``;
  }

  #fail(pointer: string, message: string, fix: string): never {
    throw new SyntaxProblem({ pointer, line: this.#line, message, fix });
  }
}
