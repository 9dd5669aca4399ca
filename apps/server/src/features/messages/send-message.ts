import { isHilumError } from "@hilum/contract";
import type { CallContext, Host } from "@hilum/host";
import type { CallCounter } from "../plugins/call-counter.ts";
import { judgeFailure } from "./attempt-verdict.ts";
import type { SendMessage } from "./deliver-message.ts";

/** Milliseconds a provider has to take a message. */
const deadlineMs = 60_000;
/** Host code answers at once or, told to lose messages, never: nobody should wait a minute to see that. */
const hostCodeDeadlineMs = 10_000;

const dispatcher: CallContext = { actor: { id: "system:dispatcher" }, purpose: "TREAT" };

/** Hands a message to its instance through the pipeline and counts how it went. */
export function createSender({
  host,
  ref,
  counter,
}: {
  host(): Host;
  ref(resource: string, id: string): string;
  counter: CallCounter;
}): SendMessage {
  return async (to, { id, communication, ...attempt }) => {
    const startedAt = performance.now();
    const quick = host().status(to)?.level === "host_code";
    try {
      const result = await host().call(dispatcher, {
        ...to,
        method: "messages.send",
        params: { message: { ...communication, id }, idempotencyKey: id, ...attempt },
        deadlineMs: quick ? hostCodeDeadlineMs : deadlineMs,
        resource: "Communication",
        ref: ref("Communication", id),
        detail: { attempt: attempt.attempt },
      });
      counter.count(to, performance.now() - startedAt, false);
      return result;
    } catch (error) {
      counter.count(
        to,
        performance.now() - startedAt,
        isHilumError(error) ? judgeFailure(error, attempt.attempt, undefined, 0).cause : undefined,
      );
      throw error;
    }
  };
}
