import { expect, it } from "vitest";
import { verdictSaid } from "./tree-verdict.ts";

const root = "0".repeat(64);
const said = (verdict: "same" | "older" | "newer" | "forked" | "other") =>
  verdictSaid({ verdict, here: { size: 3, root }, theirs: { size: 2, root } });

it("says what comparing two trees showed, and alarms for a fork alone", () => {
  expect(said("older").text).toBe("Their 2 packages are the beginning of the 3 that were read here.");
  const bad = (["same", "older", "newer", "forked", "other"] as const).filter((one) => said(one).tone === "bad");
  expect(bad).toEqual(["forked"]);
});
