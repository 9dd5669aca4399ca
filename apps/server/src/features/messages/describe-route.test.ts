import type { RouteTarget } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { describeRoute } from "./describe-route.ts";

const target = (title: string, change: Partial<RouteTarget> = {}): RouteTarget => ({
  plugin: "org.example.sms",
  instance: title.toLowerCase(),
  title,
  usable: true,
  circuit: { state: "closed", failures: 0, rehearsed: false },
  ...change,
});
const stopped = { usable: false, why: "It is enabled and not running." };
const open = { circuit: { state: "open", failures: 5, rehearsed: false } } as const;

it("says who gets a message now and who takes over", () => {
  expect(describeRoute("sms", [])).toBe("Text messages wait: no provider is chosen.");
  expect(describeRoute("sms", [target("A")])).toBe("Text messages go to A.");
  expect(describeRoute("sms", [target("A"), target("B"), target("C")])).toBe(
    "Text messages go to A. If it refuses or breaks, B takes over, then C.",
  );
  expect(describeRoute("email", [target("A"), target("B", stopped)])).toBe(
    "E-mails go to A. If it refuses or breaks, no other provider of the list can take over now.",
  );
});

it("says why the first choice is passed over", () => {
  expect(describeRoute("sms", [target("A", stopped), target("B")])).toBe(
    "Text messages go to B now. A is passed over: it is enabled and not running.",
  );
  expect(describeRoute("sms", [target("A", open), target("B"), target("C")])).toBe(
    "Text messages go to B now. A is passed over: it failed several times in a row and is left alone for a moment. If it refuses or breaks, C takes over.",
  );
});

it("says whom messages wait for", () => {
  expect(describeRoute("fax", [target("A", stopped)])).toBe("Faxes wait for A. It is enabled and not running.");
  const rehearsed = { circuit: { state: "open", failures: 0, rehearsed: true } } as const;
  expect(describeRoute("fax", [target("A", rehearsed), target("B", stopped)])).toBe(
    "Faxes wait for A. A rehearsal treats it as if it had failed. No other provider of the list can take them now.",
  );
});
