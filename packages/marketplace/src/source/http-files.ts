import { HilumError } from "@hilum/contract";
import { findPathFault } from "../archive/path-fault.ts";
import type { ReadFile } from "./fetcher.ts";

/** `fetch` as the platform has it, or one that leads through the server's egress rules. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export interface HttpFilesOptions {
  /** How long the server may be silent, before its answer and within it. */
  silenceMs?: number;
  /** How often a file that broke off is asked for again from where it broke off (RFC 9110, section 14). */
  attemptsMax?: number;
}

/**
 * Files of a static host below `address`. What they say is not believed before it is verified, so that plain HTTP inside a
 * hospital is as good. Redirects are not followed: they would lead to an address that nobody chose. Throws `source.unreachable`,
 * `source.too_large`.
 */
export function readHttpFiles(address: string, fetch: Fetch, options: HttpFilesOptions = {}): ReadFile {
  const { silenceMs = 20_000, attemptsMax = 5 } = options;
  const base = parseAddress(address);
  return async (path, bytesMax) => {
    if (findPathFault(path) !== undefined) return undefined;
    const url = `${base}${path.split("/").map(encodeURIComponent).join("/")}`;
    const file: PartialFile = { path, bytesMax, chunks: [], received: 0 };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await readOn(url, file, fetch, silenceMs);
      } catch (error) {
        // Only what broke off in the middle is worth another attempt at once.
        if (error instanceof HilumError || file.received === 0 || attempt >= attemptsMax) throw unreachable(error);
      }
    }
  };
}

/** What has come of a file. `mark` is the strong validator that the rest must have too. */
interface PartialFile {
  path: string;
  bytesMax: number;
  chunks: Uint8Array[];
  received: number;
  mark?: string;
}

function parseAddress(address: string): string {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "")
    throw new HilumError("source.unreachable", {
      detail: "The address is not one of a static host: http or https, without a name, a query or a fragment.",
    });
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

async function readOn(url: string, file: PartialFile, fetch: Fetch, silenceMs: number): Promise<Buffer | undefined> {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error(`nothing came for ${silenceMs} ms`)), silenceMs);
  };
  heard();
  try {
    const response = await fetch(url, { redirect: "manual", headers: headersOf(file), signal: silence.signal });
    if (!accepts(response, file)) return undefined;
    for await (const chunk of response.body ?? []) {
      heard();
      file.received += chunk.length;
      if (file.received > file.bytesMax) throw tooLarge(file);
      file.chunks.push(chunk);
    }
    return Buffer.concat(file.chunks);
  } finally {
    clearTimeout(timer);
    // Ends the connection where the body was not read to its end.
    silence.abort();
  }
}

function headersOf({ received, mark }: PartialFile): Record<string, string> {
  const plain = { accept: "application/octet-stream", "accept-encoding": "identity" };
  return received > 0 && mark !== undefined ? { ...plain, range: `bytes=${received}-`, "if-range": mark } : plain;
}

/** False where there is no such file. What came is forgotten where the whole file comes again. */
function accepts(response: Response, file: PartialFile): boolean {
  const { status, headers } = response;
  if (status === 404 || status === 403 || status === 410) return false;
  if (status === 206) {
    if (!headers.get("content-range")?.startsWith(`bytes ${file.received}-`))
      throw new Error("the rest is another part");
    return true;
  }
  if (status !== 200) throw refusal(status);
  [file.chunks, file.received] = [[], 0];
  const mark = headers.get("etag");
  if (mark === null || mark.startsWith("W/")) delete file.mark;
  else file.mark = mark;
  if (Number(headers.get("content-length") ?? 0) > file.bytesMax) throw tooLarge(file);
  return true;
}

function refusal(status: number): HilumError {
  const redirects = status === 0 || (status >= 300 && status < 400);
  return new HilumError("source.unreachable", {
    detail: redirects
      ? "The marketplace's host leads to another address. Enter the address that it leads to."
      : `The marketplace's host answers with the status ${status}.`,
  });
}

const tooLarge = ({ path }: PartialFile): HilumError =>
  new HilumError("source.too_large", { detail: `${path} is too large.` });

const unreachable = (error: unknown): HilumError =>
  error instanceof HilumError ? error : new HilumError("source.unreachable", { cause: error });
