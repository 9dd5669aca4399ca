import { expect, it } from "vitest";
import { isNow } from "./job-steps.tsx";

it("points at the approval while somebody is waited for, and at the watch while the new version is watched", () => {
  expect(isNow({ id: "approve", state: "waiting" }, { state: "awaiting_approval" })).toBe(true);
  expect(isNow({ id: "watch", state: "running" }, { state: "watching" })).toBe(true);
  expect(isNow({ id: "smoke", state: "running" }, { state: "running" })).toBe(true);
});

it("points at nothing once the job has ended", () => {
  expect(isNow({ id: "smoke", state: "failed" }, { state: "failed" })).toBe(false);
  expect(isNow({ id: "smoke", state: "running" }, { state: "cancelled" })).toBe(false);
});
