import type { TimelineEntry } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { planLanes } from "./lane-plan.ts";

const at = "2026-11-22T13:00:00.000Z";
const twilio = { plugin: "org.hilum.twilio-sms", instance: "default" };
const other = { plugin: "org.example.sms", instance: "default" };
const step = (kind: TimelineEntry["kind"], attempt?: number, provider = twilio): TimelineEntry => ({
  at,
  kind,
  ...(attempt !== undefined && { attempt, ...provider }),
});
const failover: TimelineEntry = { at, kind: "failed_over", ...other, code: "provider.sender" };

it("draws a failover as it happened: the refused provider's lane stops, the next branches off where Hilum decided", () => {
  const { rows, providers } = planLanes([
    step("accepted"),
    step("attempt", 1),
    step("refused", 1),
    failover,
    step("attempt", 2, other),
    step("sent", 2, other),
    step("delivered", 2, other),
  ]);
  expect(rows.map(({ entry, lane }) => [entry.kind, lane])).toEqual([
    ["accepted", 0],
    ["attempt", 0],
    ["refused", 1],
    ["failed_over", 0],
    ["sent", 2],
    ["delivered", 2],
  ]);
  expect(rows.map(({ branch }) => branch?.lane)).toEqual([undefined, 1, undefined, 2, undefined, undefined]);
  expect(rows[2]).toMatchObject({
    tone: "bad",
    up: [
      { lane: 0, tone: "none" },
      { lane: 1, tone: "bad" },
    ],
    down: [{ lane: 0 }],
  });
  expect(rows[4]).toMatchObject({ tone: "ok", down: [{ lane: 2, tone: "ok" }] });
  expect(rows[5]).toMatchObject({ up: [{ lane: 2 }], down: [] });
  expect(providers).toEqual([
    { lane: 1, ...twilio, tone: "bad", role: "first" },
    { lane: 2, ...other, tone: "ok", role: "backup" },
  ]);
});

it("keeps one provider on one lane, however often it is asked", () => {
  const { rows, providers } = planLanes([
    step("accepted"),
    step("attempt", 1),
    step("failed", 1),
    step("retry_scheduled", 1),
    step("attempt", 2),
    step("sent", 2),
  ]);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 1, 0, 0, 1]);
  expect(rows.map(({ branch }) => branch?.tone)).toEqual([undefined, "bad", undefined, undefined, "ok", undefined]);
  expect(providers).toEqual([{ lane: 1, ...twilio, tone: "ok", role: undefined }]);
});

it("knows a backup by the failover to it, also where the first choice was never asked", () => {
  const { providers } = planLanes([step("accepted"), failover, step("attempt", 1, other), step("uncertain", 1, other)]);
  expect(providers).toEqual([{ lane: 1, ...other, tone: "warn", role: "backup" }]);
});

it("draws nothing beyond Hilum's last decision, and nothing where nobody was asked", () => {
  const { rows, providers } = planLanes([step("accepted"), step("dead")]);
  expect(rows.map(({ up, down }) => [up.length, down.length])).toEqual([
    [0, 1],
    [1, 0],
  ]);
  expect(providers).toEqual([]);
});

it("puts a receipt that names no provider on the lane of the one before", () => {
  const { rows } = planLanes([step("accepted"), step("attempt", 1), step("sent", 1), step("delivered")]);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 1, 1]);
});
