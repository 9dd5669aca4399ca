import { HilumError } from "@hilum/contract";
import { countMembers, findRepeatedMember } from "./repeated-member.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const depthMax = 64;

/**
 * Without one of these a text can hold neither a refused name nor half a pair: decoding has refused raw halves, and a name
 * or a half that is spelled otherwise needs a `\\u`. Visiting each member costs more than the whole parse.
 */
const mayHide = /__proto__|prototype|\\u/;

export interface JsonBodyOptions {
  /** What becomes of a member that stands twice in one object. */
  repeats?: "last" | "refused";
  /** What becomes of U+0000 in a text: no database keeps it. `kept` for who judges it by rules of their own. */
  nul?: "refused" | "kept";
}

/**
 * Reads a JSON body the way hostile input needs it: UTF-8 or refused, at most 64 deep judged before parsing, no
 * `__proto__`, no lone surrogates (threats 21-24). Throws `request.not_json` with line and mend, `request.invalid` for U+0000.
 */
export function parseJsonBody(bytes: Uint8Array, { repeats = "last", nul = "refused" }: JsonBodyOptions = {}): unknown {
  const text = decode(bytes);
  const members = measure(text);
  let value: unknown;
  try {
    value = mayHide.test(text) ? JSON.parse(text, nul === "kept" ? refuseProto : refuseNul) : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof HilumError) throw cause;
    throw notJson(text, cause);
  }
  if (repeats === "refused" && countMembers(value) !== members) throw repeated(text);
  if (!text.isWellFormed()) throw broken("a half of a surrogate pair", "Send whole characters in UTF-8.");
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw broken("bytes that are not UTF-8", "Send the body in UTF-8.");
  }
}

/** Refuses what is too deep, and answers how many members the objects of the text have: each has a colon outside of strings. */
function measure(text: string): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > depthMax) throw broken(`values nested more than ${depthMax} deep`, "Send flatter JSON.");
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x3a) members++;
  }
  return members;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return text.length;
}

function refuseProto(this: unknown, key: string, value: unknown): unknown {
  if (
    key === "__proto__" ||
    (key === "constructor" && typeof value === "object" && value !== null && "prototype" in value)
  ) {
    throw broken(`the member name ${key}`, "Remove that member.");
  }
  if (typeof value === "string" && !value.isWellFormed())
    throw broken("a half of a surrogate pair", "Send whole characters.");
  return value;
}

function refuseNul(this: unknown, key: string, value: unknown): unknown {
  if (key.includes("\0") || (typeof value === "string" && value.includes("\0"))) throw nulCharacter("The body");
  return refuseProto.call(this, key, value);
}

/** The refusal of a text that no database keeps. `place` names the part of the request. */
export function nulCharacter(place: string): HilumError {
  const message = `${place} holds the character U+0000.`;
  const fix = "Take it out: no text has it.";
  return new HilumError("request.invalid", { detail: message, problems: [{ pointer: "", message, fix }] });
}

function broken(what: string, fix: string): HilumError {
  return new HilumError("request.not_json", {
    detail: `The body holds ${what}.`,
    problems: [{ pointer: "", message: `The body holds ${what}.`, fix }],
  });
}

function repeated(text: string): HilumError {
  const line = findRepeatedMember(text);
  const message = "An object of the body has a member twice.";
  return new HilumError("request.not_json", {
    detail: line === undefined ? message : `${message} The second stands on line ${line}.`,
    problems: [{ pointer: "", ...(line === undefined ? {} : { line }), message, fix: "Keep one of the two." }],
  });
}

/** V8 tells the offset of a syntax error only in words; the line is worked out from it. */
function notJson(text: string, cause: unknown): HilumError {
  const said = cause instanceof Error ? cause.message : "";
  const offset = /position (\d+)/.exec(said)?.[1];
  const at = offset === undefined ? text.length : Number(offset);
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  const what =
    text.trim() === "" ? "The body is empty." : `The body stops being JSON at line ${line}, column ${column}.`;
  return new HilumError("request.not_json", {
    detail: what,
    problems: [
      { pointer: "", line, message: what, fix: "Look for a missing comma, quote or bracket just before that place." },
    ],
    cause,
  });
}
