import { expect, it } from "vitest";
import { sameFingerprint } from "./fingerprint.tsx";

it("takes a fingerprint however it is spaced and written", () => {
  expect(sameFingerprint("09ab cd12", "09AB:CD12")).toBe(true);
  expect(sameFingerprint("09ab cd12", "09abcd12\n")).toBe(true);
});

it("does not take another, nor the beginning of it", () => {
  expect(sameFingerprint("09ab cd12", "09ab cd13")).toBe(false);
  expect(sameFingerprint("09ab cd12", "09ab")).toBe(false);
});
