import { beforeEach, expect, it } from "vitest";
import {
  actorName,
  bytes,
  calendarDay,
  clockMs,
  day,
  duration,
  many,
  moment,
  setTimeZone,
  shortHash,
} from "./format.ts";

const at = "2026-03-12T13:02:11.120Z";
beforeEach(() => setTimeZone("Europe/Berlin"));

it("shows times in the zone of the preferences", () => {
  expect(clockMs(at)).toBe("14:02:11.120");
  setTimeZone("America/New_York");
  expect(clockMs(at)).toBe("09:02:11.120");
});

it("leaves out what the reader knows: today's date, this year", () => {
  expect(moment(at, new Date("2026-03-12T20:00:00Z"))).toBe("14:02");
  expect(moment(at, new Date("2026-03-14T20:00:00Z"))).toBe("12 Mar, 14:02");
  expect(day(at, new Date("2027-01-01T12:00:00Z"))).toBe("12 Mar 2026");
});

it.each([
  [88, "88 ms"],
  [1402, "1.4 s"],
  [180_000, "3 min"],
  [7_200_000, "2 h"],
  [259_200_000, "3 days"],
])("reads %d ms as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it("counts, sizes and shortens", () => {
  expect([many(1, "message"), many(1204, "message"), many(2, "entry", "entries")]).toEqual([
    "1 message",
    "1,204 messages",
    "2 entries",
  ]);
  expect([bytes(512), bytes(1536), bytes(26_214_400)]).toEqual(["512 B", "1.5 kB", "25 MB"]);
  expect(shortHash("9c41aabbccddeeff00112233e07b")).toBe("9c41aa…e07b");
  expect([actorName("user:ana"), actorName("system:scheduler"), actorName("anonymous")]).toEqual([
    "ana",
    "Hilum, scheduler",
    "anonymous",
  ]);
});

it("writes a day of the calendar as the same day in every zone", () => {
  setTimeZone("America/New_York");
  const now = new Date("2026-03-02T12:00:00Z");
  expect(calendarDay("2026-01-01", now)).toBe("1 Jan");
  expect(calendarDay("2025-12-31", now)).toBe("31 Dec 2025");
});
