import { errorCatalogue } from "../errors/catalogue.ts";
import { HilumError, isHilumError } from "../errors/hilum-error.ts";
import type { FrameError } from "./frames.ts";
import { wireErrorCodes } from "./protocol.ts";

/** A failure as the plugin sees it: the catalogue's words, and where the error came from the plugin's own params, the place. */
export function frameErrorOf(error: unknown): FrameError {
  const known = isHilumError(error) ? error : new HilumError("server.internal");
  const { title, fix: mend, retryable } = errorCatalogue[known.code];
  const problems = known.problems.map(({ pointer, message, fix }) => ({
    pointer,
    message,
    ...(fix === undefined ? {} : { fix }),
  }));
  return {
    code: wireCodeOf(known),
    message: title,
    data: {
      code: known.code,
      fix: mend,
      retry: retryable ? "later" : "never",
      ...(problems.length === 0 ? {} : { problems }),
      ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
      ...outwardOf(known),
    },
  };
}

/** Of a call to somewhere outside the plugin also learns what the host saw, and whether it may ask again. */
const outwardOf = ({ sent, detail }: HilumError): { sent?: "no" | "maybe"; detail?: string } =>
  sent === undefined ? {} : { sent, detail };

function wireCodeOf({ code }: HilumError): number {
  if (code === "request.invalid") return wireErrorCodes.invalidParams;
  if (code === "lane.full" || code === "request.too_many") return wireErrorCodes.full;
  if (code.startsWith("policy.")) return wireErrorCodes.denied;
  return code === "server.internal" ? wireErrorCodes.internal : wireErrorCodes.failed;
}
