import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { HilumError, isHilumError } from "@hilum/contract";
import type { PlannedRequest } from "./destination-spec.ts";
import type { Pool } from "./pool.ts";

const https = process.getBuiltinModule("node:https");

/** A provider's answer, as it came. */
export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface SendOptions {
  pool: Pool;
  headers: Readonly<Record<string, string>>;
  /** Aborts with the reason that the request ends with. */
  signal: AbortSignal;
  /** A connection was given to the request: from here on something may have gone out. */
  onSending(): void;
}

const HEADER_BYTES_MAX = 16_384;
/** Sending it twice is as sending it once (RFC 9110 section 9.2.2). */
const idempotent = new Set(["GET", "PUT", "DELETE"]);

/** Makes one request and reads its answer, within the destination's limits. No redirect is followed. */
export async function sendRequest(request: PlannedRequest, options: SendOptions): Promise<RawResponse> {
  try {
    return await sendOnce(request, options);
  } catch (error) {
    // A kept connection may have been closed by the provider at the moment it was used again.
    if (error instanceof StaleConnection && idempotent.has(request.method) && !options.signal.aborted)
      return await sendOnce(request, options).catch((again: unknown) => {
        throw presentFailure(again);
      });
    throw presentFailure(error);
  }
}

class StaleConnection extends Error {}

function sendOnce(request: PlannedRequest, { pool, headers, signal, onSending }: SendOptions): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const { target, method, path, body, destination } = request;
  let answered = false;
  const sent: ClientRequest = https.request({
    ...{ agent: pool.agent, host: target.host, port: target.port, method, path, headers: { ...headers } },
    setHost: false,
    maxHeaderSize: HEADER_BYTES_MAX,
  });
  const give = (error: unknown): void => {
    reject(error);
    sent.destroy();
  };
  const abort = (): void => give(signal.reason);
  sent.once("socket", onSending);
  sent.on("error", (error) => reject(!answered && sent.reusedSocket && isReset(error) ? new StaleConnection() : error));
  sent.once("response", (response) => {
    answered = true;
    readBody(response, destination.responseBytesMax).then(
      (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
      give,
    );
  });
  sent.once("upgrade", (_response, socket) => {
    socket.destroy();
    reject(new HilumError("provider.bad_answer", { detail: "The server would speak another protocol." }));
  });
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  else sent.end(body.length > 0 ? body : undefined);
  return promise.finally(() => signal.removeEventListener("abort", abort));
}

/** Reads by events: an iterator would cost as much as the rest of a small request. */
function readBody(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(response.headers["content-length"] ?? 0) > bytesMax) reject(tooLarge());
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) return reject(tooLarge());
    chunks.push(chunk);
  });
  response.on("error", reject);
  // Without an end the answer was cut off; after one this says nothing new.
  response.on("close", () => reject(new Error("The answer was cut off")));
  response.on("end", () => (response.complete ? resolve(Buffer.concat(chunks, bytes)) : undefined));
  return promise;
}

const tooLarge = (): HilumError => new HilumError("provider.response_too_large");

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "";

const isReset = (error: unknown): boolean => ["ECONNRESET", "EPIPE"].includes(codeOf(error));

function presentFailure(error: unknown): HilumError {
  if (isHilumError(error)) return error;
  const code = codeOf(error);
  if (code === "HPE_HEADER_OVERFLOW")
    return new HilumError("provider.response_too_large", {
      detail: "The answer's headers are too large.",
      cause: error,
    });
  if (code.startsWith("HPE_")) return new HilumError("provider.bad_answer", { cause: error });
  return new HilumError("provider.unreachable", {
    detail: "The connection broke before the answer was whole.",
    cause: error,
  });
}
