import { HilumError } from "@hilum/contract";
import { expect, it } from "vitest";
import { blameOf, decideOutcome, type AttemptSituation } from "./after-attempt.ts";
import { judgeFailure, roundsMax } from "./attempt-verdict.ts";

const now = new Date("2026-03-02T08:00:00.000Z");
const second = { plugin: "org.example.sms", instance: "second" };
type Code = ConstructorParameters<typeof HilumError>[0];

const judge = (code: Code, round = 1) => judgeFailure(new HilumError(code), round, undefined, 0.5);
const decide = (code: Code, change: Partial<AttemptSituation> = {}) =>
  decideOutcome(judge(code, (change.position?.rounds ?? 0) + 1), {
    position: { rounds: 0 },
    next: undefined,
    othersComeBack: false,
    now,
    random: 0.5,
    ...change,
  });

it("gives the message to the next provider at once, in the same round", () => {
  expect(decide("provider.sender", { next: second })).toEqual({
    state: "retrying",
    nextAttemptAt: now.toISOString(),
    position: { rounds: 0, next: second, mayRecover: false },
    cause: "sender_not_verified",
    code: "provider.sender",
  });
  expect(decide("provider.unreachable", { next: second })).toMatchObject({ position: { mayRecover: true } });
  expect(decide("policy.denied", { next: second })).toMatchObject({ position: { next: second } });
});

it("asks nobody else where it may have gone out, or where the recipient is the cause", () => {
  expect(decide("plugin.timeout", { next: second })).toMatchObject({ state: "uncertain", cause: "timeout" });
  expect(decide("provider.recipient", { next: second })).toMatchObject({ state: "dead", cause: "recipient" });
  const mayRecover = { rounds: 0, next: second, mayRecover: true };
  expect(decide("provider.recipient", { position: mayRecover })).toMatchObject({ state: "dead" });
});

it("asks nobody but the one that may have it already", () => {
  const position = { rounds: 2, next: second, only: true };
  const first = { plugin: "org.example.sms", instance: "first" };
  expect(decide("provider.unreachable", { position, next: first })).toMatchObject({
    state: "retrying",
    position: { rounds: 3, next: second, only: true },
  });
  expect(decide("provider.sender", { position, next: first })).toMatchObject({ state: "dead" });
});

it("ends a round with a pause when somebody of it may take the message later, else gives up", () => {
  const last = { rounds: 0, next: second };
  expect(decide("provider.sender", { position: last })).toMatchObject({ state: "dead" });
  const hopeful = { ...last, mayRecover: true };
  expect(decide("provider.sender", { position: hopeful })).toMatchObject({
    state: "retrying",
    nextAttemptAt: "2026-03-02T08:00:15.000Z",
    position: { rounds: 1 },
  });
  expect(decide("provider.sender", { othersComeBack: true })).toMatchObject({ state: "retrying" });
  expect(decide("provider.unreachable", { position: { ...hopeful, rounds: 2 } })).toMatchObject({
    nextAttemptAt: "2026-03-02T08:01:00.000Z",
    position: { rounds: 3 },
  });
});

it("counts rounds and not waits, and ends after the last round", () => {
  expect(decide("plugin.not_running")).toMatchObject({ state: "retrying", position: { rounds: 0 } });
  const hopeful = { rounds: roundsMax - 1, next: second, mayRecover: true };
  expect(decide("provider.sender", { position: hopeful })).toMatchObject({ state: "dead" });
  expect(decide("provider.unreachable", { position: { rounds: roundsMax - 1 } })).toMatchObject({ state: "dead" });
});

it("blames a provider for what is its own fault, not for a message or a recipient", () => {
  const blame = (code: Code) => blameOf(judge(code));
  for (const code of ["provider.unreachable", "provider.sender", "plugin.timeout", "plugin.link_lost"] as const)
    expect(blame(code), code).toBe("fails");
  for (const code of ["provider.recipient", "provider.too_large", "provider.refused", "plugin.not_running"] as const)
    expect(blame(code), code).toBe("nothing");
});
