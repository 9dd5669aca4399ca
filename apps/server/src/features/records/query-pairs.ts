import { HilumError } from "@hilum/contract";
import type { SearchPairs } from "./records-service.ts";

/** Search parameters of an address, a form or a condition, in their order, decoded once. Throws `search.invalid` for broken percent-encoding. */
export function readPairs(text: string): SearchPairs {
  if (text === "") return [];
  return text.split("&").flatMap((part): [string, string][] => {
    if (part === "") return [];
    const at = part.indexOf("=");
    return [[decode(at < 0 ? part : part.slice(0, at)), at < 0 ? "" : decode(part.slice(at + 1))]];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new HilumError("search.invalid", {
      problems: [
        {
          pointer: "",
          message: "the search holds broken percent-encoding",
          fix: "Encode it as an address or a form does.",
        },
      ],
    });
  }
}
