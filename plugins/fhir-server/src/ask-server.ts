import { isProviderError, ProviderError, type CallContext, type FetchAnswer, type FetchOptions } from "@hilum/sdk";
import { explainRefusal, isRecord } from "./explain-refusal.ts";
import { baseOf, signInField, type ServerSettings } from "./settings.ts";

export type ServerContext = Pick<CallContext<ServerSettings>, "fetch" | "settings">;
export type JsonObject = Readonly<Record<string, unknown>>;

interface Request {
  method?: NonNullable<FetchOptions["method"]>;
  /** Below the FHIR API: `/Patient/123`. */
  path: string;
  query?: FetchOptions["query"];
  body?: FetchOptions["body"];
  /** A parameter that the server does not know is refused, and not passed over (FHIR R4 section 3.1.1.3.1). */
  strict?: boolean;
  /** Asked without a sign-in, whatever the settings say. */
  open?: boolean;
}

/** Bytes of a request's body that the host makes, at most. */
const bodyBytesMax = 786_432;
const fhirJson = "application/fhir+json";

/**
 * Asks the server, by the host, which signs in. Answers the JSON of a success, undefined where it has no body; whatever else
 * comes back is a ProviderError with its cause.
 */
export async function askServer(ctx: ServerContext, request: Request): Promise<JsonObject | undefined> {
  const { settings } = ctx;
  let answer = await send(ctx, request);
  // A token may be taken back before its end. The host has forgotten it by now and gets another one.
  if (answer.status === 401 && settings.signIn === "client" && request.open !== true) answer = await send(ctx, request);
  const { status, ok, headers } = answer;
  const text = answer.text();
  if (ok && text.trim() === "") return undefined;
  const body = parseObject(text);
  if (ok) {
    if (body === undefined) throw notFhir(status, request.method === undefined ? "no" : "maybe");
    return body;
  }
  const retryAfterMs = secondsOf(headers["retry-after"]);
  throw explainRefusal(
    {
      status,
      ...(body === undefined ? {} : { outcome: body }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
    settings,
  );
}

async function send({ fetch, settings }: ServerContext, request: Request): Promise<FetchAnswer> {
  const { method = "GET", path, query, body, strict = false, open = false } = request;
  if (body !== undefined && "json" in body && Buffer.byteLength(JSON.stringify(body.json)) > bodyBytesMax)
    throw new ProviderError("record.too_large", {
      fix: "Hilum hands the server records of up to 768 KiB, and files of up to 570 KiB. Keep this one in another store, such as an archive.",
    });
  const type = body === undefined || "form" in body ? {} : { "content-type": fhirJson };
  return await fetch(open ? "none" : settings.signIn, {
    ...{ method, path: `${baseOf(settings)}${path}` || "/" },
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    headers: { accept: fhirJson, ...type, ...(strict ? { prefer: "handling=strict" } : {}) },
  }).catch((error: unknown) => Promise.reject(atHost(error, settings)));
}

/** What the host met before there was an answer, led to the setting where it is mended. */
function atHost(error: unknown, { signIn }: ServerSettings): unknown {
  if (!isProviderError(error)) return error;
  const { sent = "no", retry, retryAfterMs, fix } = error.data;
  const again = {
    ...{ error, detail: error.detail, sent },
    ...(retry === undefined ? {} : { retry }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(fix === undefined ? {} : { fix }),
  };
  switch (error.code) {
    case "provider.bad_credentials":
      return new ProviderError(error.code, {
        ...{ ...again, field: signInField[signIn] },
        fix: "Correct client id, secret, scopes and the address of the token endpoint, as the server's operator gave them.",
      });
    case "provider.redirected":
      return new ProviderError(error.code, {
        ...{ ...again, sent: "no", field: "/basePath" },
        fix: "Enter the address to which the server leads: Hilum follows no redirect with records.",
      });
    case "provider.response_too_large":
      return new ProviderError(error.code, {
        ...{ ...again, cause: "too_large", retry: "never" },
        fix: "Hilum takes answers of up to 512 KiB from the server. Ask for fewer records at once; a larger file stays there.",
      });
    case "provider.certificate":
    case "provider.unreachable":
    case "provider.bad_answer":
      return new ProviderError(error.code, { ...again, field: "/host" });
    default:
      return error;
  }
}

const notFhir = (status: number, sent: "no" | "maybe"): ProviderError =>
  new ProviderError("provider.bad_answer", {
    sent,
    detail: `Something answered ${status} with a page that is not FHIR.`,
    fix: "Check the path of the FHIR API, and whether a proxy stands in between.",
    field: "/basePath",
  });

export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function secondsOf(header: string | undefined): number | undefined {
  const seconds = Number(header ?? "");
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}
