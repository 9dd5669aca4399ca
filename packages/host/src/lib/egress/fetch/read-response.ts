import { brotliDecompress, gunzip, inflate, type BrotliOptions, type ZlibOptions } from "node:zlib";
import { HilumError, type FetchResult } from "@hilum/contract";
import { answerHeaderCharsMax, isAnswerHeader, isRedirect, presentAnswerBody } from "@hilum/contract/wire";
import { redactSpellings, type SecretHeader } from "./credential-header.ts";
import type { PlannedRequest } from "./destination-spec.ts";
import type { RawResponse } from "./send-request.ts";

/** How many times larger an answer may become by being unpacked (threat 101). */
const RATIO_MAX = 100;

export interface ReadResponse {
  result: FetchResult;
  /** The provider gave the secret back, and it was taken out. */
  reflected: boolean;
}

/** What the plugin gets of an answer: unpacked, without the secret, with the headers that are of use. */
export async function readResponse(
  request: PlannedRequest,
  { status, headers, body }: RawResponse,
  secret: SecretHeader | undefined,
): Promise<ReadResponse> {
  if (isRedirect(status) && headers.location !== undefined)
    throw new HilumError("provider.redirected", { detail: describeRedirect(request, status, headers.location) });
  const plain = await unpack(body, headers["content-encoding"], request.destination.responseBytesMax);
  const spellings = secret?.spellings ?? [];
  const redacted = redactSpellings(plain, spellings);
  let reflected = redacted.found;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!isAnswerHeader(name)) continue;
    const { bytes, found } = redactSpellings(Buffer.from([value].flat().join(", "), "latin1"), spellings);
    reflected ||= found;
    kept[name] = bytes.toString("latin1").slice(0, answerHeaderCharsMax);
  }
  return {
    result: { status, headers: kept, body: presentAnswerBody(redacted.bytes), request: request.template },
    reflected,
  };
}

/** Where it leads is told only of the destination's own host: another host's name is the provider's word (threats 91, 92). */
function describeRedirect({ target, path }: PlannedRequest, status: number, location: string): string {
  const base = `https://${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}${path}`;
  const led = URL.canParse(location, base) ? new URL(location, base) : undefined;
  const same = led?.protocol === "https:" && led.host === new URL(base).host;
  const where = same ? `another path of ${target.host}` : "another host";
  return `The answer was ${status}, which leads to ${where}. Hilum follows no redirects.`;
}

const unpackers: Readonly<Record<string, (bytes: Buffer, options: ZlibOptions & BrotliOptions) => Promise<Buffer>>> = {
  gzip: (bytes, options) => promised((done) => gunzip(bytes, options, done)),
  deflate: (bytes, options) => promised((done) => inflate(bytes, options, done)),
  br: (bytes, options) => promised((done) => brotliDecompress(bytes, options, done)),
};

const promised = (begin: (done: (error: Error | null, bytes: Buffer) => void) => void): Promise<Buffer> =>
  new Promise((resolve, reject) => begin((error, bytes) => (error === null ? resolve(bytes) : reject(error))));

/** `identity` is asked for; a server that packs all the same is unpacked within the limits, so that the secret cannot hide. */
async function unpack(body: Buffer, encoding: string | undefined, bytesMax: number): Promise<Buffer> {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name === "identity" || body.length === 0) return body;
  const unpacker = Object.hasOwn(unpackers, name) ? unpackers[name] : undefined;
  if (unpacker === undefined)
    throw new HilumError("provider.bad_answer", { detail: "The answer is packed in a way that was not asked for." });
  try {
    return await unpacker(body, { maxOutputLength: Math.min(bytesMax, Math.max(65_536, body.length * RATIO_MAX)) });
  } catch (cause) {
    const grown = cause instanceof RangeError || (cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    throw new HilumError(grown ? "provider.response_too_large" : "provider.bad_answer", { cause });
  }
}
