import { HilumError, isHilumError, type ErrorCode } from "@hilum/contract";

/** The client wraps what it met in sentences: what each begins with or holds, and what it means to a person. */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/is expired/, "source.expired"],
  [/is less than current version|Missing file .* in new snapshot/, "source.rolled_back"],
  [/was signed by \d+\/\d+ keys|No delegation found|signature/i, "source.signature"],
  [/Max length reached/, "source.too_large"],
  [/does(?:n't| not) match|Expected (?:hash|length|version)|Missing .*\.json in snapshot|not there/, "source.mixed"],
];

/** The source's own words are not repeated: they may be anybody's. */
export function explainSourceError(error: unknown): HilumError {
  if (isHilumError(error)) return error;
  const message = error instanceof Error ? error.message : "";
  const found = meanings.find(([pattern]) => pattern.test(message));
  return new HilumError(found?.[1] ?? "source.invalid", { cause: error });
}
