import { errorCatalogue, HilumError, type ErrorCode } from "@hilum/contract";
import type { PeerError } from "../protocol/asked-requests.ts";

/** A refusal of the host, by its code. */
export function toHilumError(error: PeerError): HilumError {
  const { code } = error.data;
  const known = typeof code === "string" && code in errorCatalogue ? (code as ErrorCode) : "plugin.protocol";
  return new HilumError(known, { detail: error.message, cause: error });
}
