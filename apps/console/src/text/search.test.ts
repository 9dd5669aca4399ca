import { expect, it } from "vitest";
import { numberOf, oneOf, present, textOf } from "./search.ts";

it("reads what an address may hold and drops what it may not", () => {
  expect([textOf("a"), textOf(12), textOf(""), textOf({ a: 1 })]).toEqual(["a", "12", undefined, undefined]);
  expect([oneOf("sms", ["email", "sms"]), oneOf("pigeon", ["email", "sms"])]).toEqual(["sms", undefined]);
  expect([numberOf("4"), numberOf(4), numberOf(-1), numberOf("x"), numberOf("")]).toEqual([
    4,
    4,
    undefined,
    undefined,
    undefined,
  ]);
});

it("leaves absent members out of the address", () => {
  expect(Object.keys(present({ state: undefined, channel: "sms" }))).toEqual(["channel"]);
});
