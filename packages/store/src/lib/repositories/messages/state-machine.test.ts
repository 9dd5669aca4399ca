import type { MessageState } from "@hilum/contract/api";
import { isHilumError } from "@hilum/contract/errors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../ports/messages.ts";
import { databases, newMessage, type TestStore } from "../../test-support/databases.ts";

/** What the store must know of one message; an independent statement of its state machine. */
interface Model {
  state: MessageState;
  attempts: number;
  claimed: boolean;
  due: boolean;
}

type Step =
  | {
      act:
        | "claim"
        | "start"
        | "defer"
        | "giveUp"
        | "deliver"
        | "failAfterAll"
        | "retry"
        | "retryEvenIfSent"
        | "cancel"
        | "discard"
        | "crash";
    }
  | { act: "finish"; state: AttemptOutcome["state"] };

const acts = [
  "claim",
  "start",
  "defer",
  "giveUp",
  "deliver",
  "failAfterAll",
  "retry",
  "retryEvenIfSent",
  "cancel",
  "discard",
  "crash",
] as const;
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step>({ act: "claim" }, { act: "start" }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("sent", "delivered", "retrying", "dead", "uncertain")
      .map((state): Step => ({ act: "finish", state: state })),
  },
  { weight: 3, arbitrary: fc.constantFrom(...acts).map((act): Step => ({ act })) },
);

const waits = (model: Model): boolean => model.state === "queued" || model.state === "retrying";

/** The model after the step, or undefined where the step must be refused. */
function expected(model: Model, step: Step): Model | undefined {
  const settled = { ...model, claimed: false, due: false };
  switch (step.act) {
    case "claim":
      return { ...model, claimed: model.claimed || (waits(model) && model.due) };
    case "start":
      return waits(model) && model.claimed
        ? { ...model, state: "sending", attempts: model.attempts + 1, due: false }
        : undefined;
    case "finish":
      return model.state === "sending" ? { ...settled, state: step.state, due: step.state === "retrying" } : undefined;
    case "defer":
      return waits(model) && model.claimed ? { ...settled, state: model.state, due: true } : undefined;
    case "giveUp":
      return waits(model) && model.claimed ? { ...settled, state: "dead" } : undefined;
    case "deliver":
      return afterReceipt(model, "delivered");
    case "failAfterAll":
      return afterReceipt(model, "dead");
    case "retry":
      return model.state === "retrying" || model.state === "dead"
        ? { ...settled, state: "queued", due: true }
        : undefined;
    case "retryEvenIfSent":
      return ["retrying", "dead", "uncertain"].includes(model.state)
        ? { ...settled, state: "queued", due: true }
        : undefined;
    case "cancel":
      return waits(model) ? { ...settled, state: "cancelled" } : undefined;
    case "discard":
      return model.state === "dead" || model.state === "uncertain" ? { ...settled, state: "discarded" } : undefined;
    case "crash":
      return waits(model) ? { ...model, claimed: false } : model;
  }
}

/** The first receipt counts; what comes after it, or after a person's decision, changes nothing. */
function afterReceipt(model: Model, state: MessageState): Model | undefined {
  if (model.state === "sent" || model.state === "uncertain") return { ...model, state };
  return ["delivered", "dead", "discarded"].includes(model.state) ? model : undefined;
}

describe("the states of a message", () => {
  let test: TestStore;
  beforeAll(async () => {
    const [memory] = databases;
    if (memory === undefined) throw new Error("there is no database to test on");
    test = await memory.open();
  });
  afterAll(() => test.close());

  const perform = async (id: string, model: Model, step: Step): Promise<void> => {
    const { messages } = test.store;
    const now = test.clock.date().toISOString();
    switch (step.act) {
      case "claim":
        return void (await messages.claim("me", 10, 60_000));
      case "start":
        return void (await messages.startAttempt(id, "me", { plugin: "org.example.p", instance: "default" }));
      case "finish":
        return messages.finishAttempt(
          id,
          model.attempts,
          step.state === "retrying" ? { state: "retrying", nextAttemptAt: now } : { state: step.state },
        );
      case "defer":
        return messages.defer(id, "me", now, {});
      case "giveUp":
        return messages.giveUp(id, "me", {});
      case "deliver":
        return messages.recordReceipt(id, "delivered");
      case "failAfterAll":
        return messages.recordReceipt(id, "failed", { cause: "recipient" });
      case "retry":
        return void (await messages.retry(id, { actor: "user:ana" }));
      case "retryEvenIfSent":
        return void (await messages.retry(id, { actor: "user:ana", evenIfSent: true }));
      case "cancel":
        return void (await messages.cancel(id, { actor: "user:ana" }));
      case "discard":
        return void (await messages.discard(id, { actor: "user:ana", reason: "none" }));
      case "crash":
        return void (await messages.recoverClaims("another"));
    }
  };

  it("change as the model says, whatever is tried in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
        const { id } = await test.store.messages.accept(newMessage({ createdAt: test.clock.date().toISOString() }));
        let model: Model = { state: "queued", attempts: 0, claimed: false, due: true };
        for (const next of steps) {
          const after = expected(model, next);
          const refusal = await perform(id, model, next).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (after === undefined)
            expect(isHilumError(refusal) && refusal.code, JSON.stringify(next)).toBe("message.wrong_state");
          else expect(refusal, JSON.stringify({ next, model })).toBeUndefined();
          model = after ?? model;
          expect(await test.store.messages.find(id)).toMatchObject({ state: model.state, attempts: model.attempts });
        }
        const detail = await test.store.messages.detail(id);
        expect(detail?.timeline.filter(({ kind }) => kind === "attempt").map(({ attempt }) => attempt)).toEqual(
          Array.from({ length: model.attempts }, (_, index) => index + 1),
        );
        // Nothing of one run may be claimed in the next.
        await test.store.messages.cancel(id, { actor: "user:ana" }).catch(() => undefined);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
