import { setTimeout as sleep } from "node:timers/promises";
import { isHilumError, type UpdateDeliveryParams } from "@hilum/contract";
import type { Store } from "@hilum/store";

/** A provider may report before its own answer is written down: the receipt waits for that, at most this long. */
const waitMsMax = 10_000;
const lookEveryMs = 100;

const codes: Partial<Record<NonNullable<UpdateDeliveryParams["cause"]>, string>> = {
  recipient: "provider.recipient",
  sender_not_verified: "provider.sender",
  quota: "provider.quota",
  wrong_credential: "provider.bad_credentials",
};

/** Keeps what a provider reported of a message that it took. Throws `message.wrong_state` where it took none. */
export async function takeReceipt(
  store: Pick<Store, "messages">,
  { message, state, cause, reply }: UpdateDeliveryParams,
): Promise<void> {
  const failure =
    state === "failed" ? { cause: cause ?? "other", code: codes[cause ?? "other"] ?? "provider.refused" } : {};
  const report = { ...(cause === undefined ? {} : { cause }), ...failure, ...(reply === undefined ? {} : { reply }) };
  const until = performance.now() + waitMsMax;
  for (;;) {
    try {
      return await store.messages.recordReceipt(message, state, report);
    } catch (error) {
      const tooEarly = isHilumError(error) && error.code === "message.wrong_state";
      if (!tooEarly || performance.now() > until) throw error;
      const now = (await store.messages.find(message))?.state;
      // Between the two looks the provider's answer may have been written down: then the receipt is taken at once.
      if (now === "sent" || now === "uncertain") continue;
      if (now !== "sending") throw error;
    }
    await sleep(lookEveryMs);
  }
}
