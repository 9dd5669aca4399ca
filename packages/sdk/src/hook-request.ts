import type { IngressHandleParams, IngressHandleResult } from "@hilum/contract";

/**
 * A webhook whose signature the host has found right, and that is not a copy of one that was handed over before. Vendors may
 * send the same event again all the same, for instance after an answer that was lost: what it changes should be the same twice.
 */
export interface HookRequest {
  /** Id of the manifest's hook. */
  readonly hook: string;
  readonly method: "POST";
  /** Of the address, where the scheme signs it (`twilio`); else empty. */
  readonly query: Readonly<Record<string, string>>;
  /** `content-type` and those that begin with `x-` or `webhook-`, in lower case. Few schemes sign any of them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: Date;
  /** The body as it came. */
  readonly bytes: Uint8Array;
  /** The body as UTF-8 text. */
  text(): string;
  /** The body as JSON; throws a SyntaxError for any other. */
  json(): unknown;
  /** The body as a form (`application/x-www-form-urlencoded`). */
  form(): URLSearchParams;
}

/** What the vendor is answered; nothing is 200 without a body. */
export type HookAnswer = IngressHandleResult;

export function createHookRequest({
  hook,
  method,
  query,
  headers,
  body,
  receivedAt,
}: Omit<IngressHandleParams, "meta">): HookRequest {
  const text = (): string => ("text" in body ? body.text : Buffer.from(body.base64, "base64").toString("utf8"));
  return {
    ...{ hook, method, query, headers, receivedAt: new Date(receivedAt), text },
    get bytes() {
      return "text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64");
    },
    json: () => JSON.parse(text()) as unknown,
    form: () => new URLSearchParams(text()),
  };
}
