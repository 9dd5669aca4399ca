import { errorCatalogue, HilumError, type ErrorCode, type Problem } from "@hilum/contract";
import type { PeerError } from "../protocol/asked-requests.ts";

/** A refusal of the host, by its code, with the places that it names. */
export function toHilumError(error: PeerError): HilumError {
  const { code, problems } = error.data;
  const known = typeof code === "string" && code in errorCatalogue ? (code as ErrorCode) : "plugin.protocol";
  return new HilumError(known, {
    detail: error.message,
    cause: error,
    ...(Array.isArray(problems) ? { problems: problems as Problem[] } : {}),
  });
}
