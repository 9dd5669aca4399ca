import type { FetchParams, FetchResult } from "@hilum/contract";
import { askTwilio, type TwilioServer } from "@hilum/testkit";
import { setTimeout as sleep } from "node:timers/promises";
import { FetchFailure } from "@hilum/devtools/conformance";

/** Makes a plugin's request as the host does, with the secret that the plugin does not hold; two numbers have bad luck. */
export async function fetchFromTwilio(
  twilio: TwilioServer,
  { method, path, query = {}, body }: FetchParams,
  { slow, lost }: { slow: string; lost: string },
): Promise<FetchResult> {
  const form = body !== undefined && "form" in body ? body.form : undefined;
  if (form?.["To"] === slow) await sleep(30_000, undefined, { ref: false });
  if (form?.["To"] === lost) throw new FetchFailure({ code: "provider.timeout", sent: "maybe" });
  const pairs = Object.entries(form ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const reply = await askTwilio(twilio, {
    ...{ method, path, query, user: twilio.account.sid, password: twilio.account.authToken },
    ...(form === undefined
      ? {}
      : {
          body: new URLSearchParams(pairs).toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
  });
  const { status, headers, body: text } = reply;
  return { status, headers: { "content-type": headers["content-type"] ?? "" }, body: { text }, request: path };
}
