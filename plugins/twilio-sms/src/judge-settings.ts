import type { CallContext, Evidence } from "@hilum/sdk";
import { canCall } from "./receipts.ts";
import type { TwilioSettings } from "./settings.ts";

/** What can be said of settings without asking Twilio. */
export function judgeSettings(
  { receipts, apiHost }: TwilioSettings,
  { hooks }: Pick<CallContext<TwilioSettings>, "hooks">,
): Evidence[] {
  const row = { id: "receipts", title: "Twilio can report what becomes of a message" };
  const address = hooks["status"];
  if (!receipts || address === undefined)
    return [{ ...row, status: "skipped", detail: "Messages count as sent when Twilio takes them." }];
  if (canCall(apiHost, address)) return [{ ...row, status: "passed", detail: `It calls ${address}.` }];
  return [
    {
      ...row,
      status: "warning",
      detail: `Twilio cannot reach ${new URL(address).host}, so it is not asked for receipts.`,
      fix: "Give this Hilum an address that is known outside, or leave the receipts out.",
      field: "/receipts",
    },
  ];
}
