import { isProviderError, ProviderError, type CallContext } from "@hilum/sdk";
import type { TwilioSettings } from "./settings.ts";
import { brokeInside, explainRefusal } from "./twilio-error.ts";

export type TwilioContext = Pick<CallContext<TwilioSettings>, "fetch" | "settings">;
export type TwilioObject = Readonly<Record<string, unknown>>;

interface Request {
  /** Below the account: `/Messages.json`; empty for the account itself. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  form?: Readonly<Record<string, string>>;
}

/**
 * Asks Twilio, by the host, which signs the request. Answers the JSON of a success; whatever else comes back is a
 * ProviderError with its cause.
 */
export async function askTwilio({ fetch, settings }: TwilioContext, request: Request): Promise<TwilioObject> {
  const { path, query, form } = request;
  const { signIn } = settings;
  const sent = form === undefined ? "no" : "maybe";
  const answer = await fetch(signIn === "key" ? "key" : "account", {
    method: form === undefined ? "GET" : "POST",
    path: `/2010-04-01/Accounts/${settings.accountSid}${path === "" ? ".json" : path}`,
    ...(query === undefined ? {} : { query }),
    ...(form === undefined ? {} : { body: { form } }),
  }).catch((error: unknown) => Promise.reject(atHost(error)));
  const { status, ok, headers } = answer;
  const body = parseObject(answer.text());
  const retryAfterMs = secondsOf(headers["retry-after"]);
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (body === undefined) {
    if (ok || status < 400) throw notJson(status, sent);
    // A page in front of Twilio says so: whether Twilio itself got the request is not known.
    throw explainRefusal({ status, ...later }, { signIn, sent: brokeInside({ status }) ? sent : "no" });
  }
  const code = typeof body["code"] === "number" ? body["code"] : undefined;
  const message = typeof body["message"] === "string" ? { message: body["message"] } : {};
  const refusal = { status, ...(code === undefined ? {} : { code }), ...message, ...later };
  // Success by its status and an error inside: the error counts.
  if (ok && code === undefined) return body;
  throw explainRefusal(refusal, { signIn, sent: brokeInside(refusal) ? sent : "no" });
}

const notJson = (status: number, sent: "no" | "maybe"): ProviderError =>
  new ProviderError("provider.bad_answer", {
    sent,
    detail: `Something answered ${status} with a page that is not Twilio's.`,
    fix: "Check Twilio's address under Advanced, and whether a proxy stands in between.",
    field: "/apiHost",
  });

/** What the host met before there was an answer, led to the setting where it is mended. */
function atHost(error: unknown): unknown {
  if (!isProviderError(error)) return error;
  const { sent = "no", retry, retryAfterMs, fix } = error.data;
  const again = {
    ...{ error, detail: error.detail },
    ...(retry === undefined ? {} : { retry }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(fix === undefined ? {} : { fix }),
  };
  switch (error.code) {
    case "provider.redirected":
      // Who is sent elsewhere has handed nothing over.
      return new ProviderError(error.code, { ...again, sent: "no", field: "/apiHost" });
    case "provider.certificate":
    case "provider.unreachable":
    case "provider.bad_answer":
      return new ProviderError(error.code, { ...again, sent, field: "/apiHost" });
    default:
      return error;
  }
}

function parseObject(text: string): TwilioObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as TwilioObject) : undefined;
  } catch {
    return undefined;
  }
}

function secondsOf(header: string | undefined): number | undefined {
  const seconds = Number(header ?? "");
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}

/** Members of a list of objects; others are left out. */
export function objectsOf(value: unknown): TwilioObject[] {
  return Array.isArray(value)
    ? value.filter((one): one is TwilioObject => typeof one === "object" && one !== null)
    : [];
}

export const textOf = (object: TwilioObject, name: string): string => {
  const value = object[name];
  return typeof value === "string" ? value : "";
};

const pagesMax = 5;

/** The pages of a list, one after the other, while `wanted` says so; at most five. */
export async function* readPages(
  ctx: TwilioContext,
  path: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<TwilioObject> {
  let next: Readonly<Record<string, string>> | undefined = query;
  for (let page = 0; next !== undefined && page < pagesMax; page++) {
    const body: TwilioObject = await askTwilio(ctx, { path, query: next });
    yield body;
    const uri = textOf(body, "next_page_uri");
    next = uri === "" ? undefined : Object.fromEntries(new URL(uri, "https://api.twilio.com").searchParams);
  }
}
