import type { CallContext, HookAnswer, HookRequest } from "@hilum/sdk";
import type { TwilioSettings } from "./settings.ts";
import { explainRefusal } from "./twilio-error.ts";

/** Where Twilio reports what became of a message; undefined where it could not call, or nobody wants it. */
export function receiptAddress(
  { settings, hooks }: Pick<CallContext<TwilioSettings>, "settings" | "hooks">,
  message: string,
): string | undefined {
  const address = hooks["status"];
  if (address === undefined || !settings.receipts || !canCall(settings.apiHost, address)) return undefined;
  const url = new URL(address);
  url.searchParams.set("message", message);
  return url.href;
}

/** A Twilio out on the internet cannot reach an address of this machine alone; one on this machine can. */
export const canCall = (apiHost: string, address: string): boolean =>
  isLoopback(apiHost) || !isLoopback(new URL(address).hostname);

const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || /^(?:127\.|\[?::1\]?$)/.test(host);

const arrived: ReadonlySet<string> = new Set(["delivered", "read"]);
const failed: ReadonlySet<string> = new Set(["undelivered", "failed", "canceled"]);

/** Takes a receipt: the host has checked that it is Twilio's. What is on its way only is passed over. */
export async function takeReceipt(
  request: HookRequest,
  { deliveries, log }: Pick<CallContext<TwilioSettings>, "deliveries" | "log">,
): Promise<HookAnswer> {
  const form = request.form();
  const status = form.get("MessageStatus") ?? "";
  const message = request.query["message"];
  if (message === undefined || !(arrived.has(status) || failed.has(status))) return { status: 204 };
  const at = request.receivedAt.toISOString();
  const providerId = form.get("MessageSid") ?? "";
  try {
    await deliveries.update({
      message,
      at,
      providerId,
      ...(arrived.has(status) ? { state: "delivered" } : failure(form)),
    });
    return { status: 204 };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    log.warn(`A receipt was not taken: ${code}`);
    return { status: code === "message.wrong_state" ? 409 : 404 };
  }
}

function failure(
  form: URLSearchParams,
): Pick<Parameters<CallContext["deliveries"]["update"]>[0], "state" | "cause" | "reply"> {
  const code = Number(form.get("ErrorCode") ?? "");
  const message = `Twilio reports the message as ${form.get("MessageStatus") ?? "failed"}`;
  const { cause, reply } = explainRefusal({
    status: 200,
    message,
    ...(Number.isInteger(code) && code > 0 ? { code } : {}),
  }).data;
  return { state: "failed", ...(cause === undefined ? {} : { cause }), ...(reply === undefined ? {} : { reply }) };
}
