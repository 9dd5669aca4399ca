import type { TimelineEntry } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { planLanes } from "./lane-plan.ts";

const at = "2026-11-22T13:00:00.000Z";
const smtp = { plugin: "org.hilum.smtp", instance: "default" };
const step = (kind: TimelineEntry["kind"], attempt?: number): TimelineEntry => ({
  at,
  kind,
  ...(attempt !== undefined && { attempt, ...smtp }),
});

it("puts a refused attempt on a lane that stops, and the one that was taken on another", () => {
  const rows = planLanes([
    step("accepted"),
    step("routed"),
    step("refused", 1),
    step("retry_scheduled"),
    step("sent", 2),
    step("delivered", 2),
  ]);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 1, 0, 2, 2]);
  expect(rows.map(({ branch }) => branch)).toEqual([undefined, 1, undefined, 2, undefined, undefined]);
  expect(rows[2]?.down).toEqual([0]);
  expect(rows[2]?.up).toEqual([0, 1]);
  expect(rows[4]?.down).toEqual([2]);
  expect(rows[5]).toMatchObject({ up: [2], down: [] });
});

it("draws nothing beyond Hilum's last decision", () => {
  const rows = planLanes([step("accepted"), step("dead")]);
  expect(rows.map(({ up, down }) => [up, down])).toEqual([
    [[], [0]],
    [[0], []],
  ]);
});

it("keeps an attempt and its refusal on one lane", () => {
  const rows = planLanes([step("accepted"), step("attempt", 1), step("failed", 1), step("dead")]);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 1, 0]);
  expect(rows[1]?.down).toEqual([0, 1]);
});
