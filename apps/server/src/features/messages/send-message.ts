import { isHilumError, type WireErrorData } from "@hilum/contract";
import type { CallContext, Host } from "@hilum/host";
import type { CallCounter } from "../plugins/call-counter.ts";
import type { MessageReleases } from "../disclosures/release-message.ts";
import { judgeFailure } from "./attempt-verdict.ts";
import type { SendMessage } from "./deliver-message.ts";

/** Milliseconds a provider has to take a message. */
const deadlineMs = 60_000;
/** Host code answers at once or, told to lose messages, never: nobody should wait a minute to see that. */
const hostCodeDeadlineMs = 10_000;

const dispatcher: CallContext = { actor: { id: "system:dispatcher" }, purpose: "TREAT" };

/** Hands a message to its instance through the pipeline, if the patients whom it is about consent, and counts how it went. */
export function createSender({
  host,
  ref,
  counter,
  releases,
  failureData,
}: {
  host(): Host;
  ref(resource: string, id: string): string;
  counter: CallCounter;
  releases: MessageReleases;
  /** The words of a failure that a plugin reported. */
  failureData(error: unknown): WireErrorData | undefined;
}): SendMessage {
  return async (to, { id, communication, ...attempt }) => {
    const quick = host().status(to)?.level === "host_code";
    // What the platform's own code takes does not leave, and is no disclosure.
    const release = await releases.begin({ id, to, communication, attempt: attempt.attempt, leaves: !quick });
    const startedAt = performance.now();
    try {
      const result = await host().call(dispatcher, {
        ...to,
        method: "messages.send",
        params: { message: { ...release.communication, id }, idempotencyKey: id, ...attempt },
        deadlineMs: quick ? hostCodeDeadlineMs : deadlineMs,
        resource: "Communication",
        ref: ref("Communication", id),
        detail: { attempt: attempt.attempt },
        ...(release.decide === undefined ? {} : { decide: release.decide }),
      });
      counter.count(to, performance.now() - startedAt, false);
      return result;
    } catch (error) {
      if (judgeFailure(error, attempt.attempt, failureData(error), 0).next !== "uncertain") await release.withdraw();
      counter.count(
        to,
        performance.now() - startedAt,
        isHilumError(error) ? judgeFailure(error, attempt.attempt, undefined, 0).cause : undefined,
      );
      throw error;
    }
  };
}
