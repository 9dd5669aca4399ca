import { HilumError } from "@hilum/contract";
import type { SearchPairs } from "./records-service.ts";

/** Search parameters of an address, a form or a condition, in their order, decoded once. Throws `search.invalid` for what is none. */
export function readPairs(text: string): SearchPairs {
  if (text === "") return [];
  return text.split("&").flatMap((part): [string, string][] => {
    if (part === "") return [];
    const at = part.indexOf("=");
    if (at < 0) throw unread("a parameter stands without a value", "Write name=value.");
    return [[decode(part.slice(0, at)), decode(part.slice(at + 1))]];
  });
}

function decode(text: string): string {
  const decoded = decodePercent(text);
  if (decoded.includes("\0")) throw unread("the search holds the character U+0000", "Take it out: no text has it.");
  return decoded;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw unread("the search holds broken percent-encoding", "Encode it as an address or a form does.");
  }
}

/** Without the text: where its name is missing it is a value, and may be somebody's. */
const unread = (message: string, fix: string): HilumError =>
  new HilumError("search.invalid", { problems: [{ pointer: "", message, fix }] });
