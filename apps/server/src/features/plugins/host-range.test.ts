import { describe, expect, it } from "vitest";
import { judgeHostRange } from "./host-range.ts";

const judge = (range: string, version: string) => judgeHostRange({ requires: { hilum: range } }, version);

describe("the versions of Hilum that a plugin asks for", () => {
  it("asks for nothing where it names none", () => expect(judgeHostRange({}, "1.0.0")).toBeUndefined());

  it.each([
    [">=1.2.0", "1.2.0"],
    ["^1.2.0", "1.9.3"],
    ["1.x || 2.x", "2.0.1"],
    [">=1.2.0 <2.0.0", "1.99.0"],
    ["*", "0.1.0"],
    [">=1.2.0", "1.3.0-rc.1"],
  ])("%s is served by %s", (range, version) => expect(judge(range, version)).toBeUndefined());

  it.each([
    [">=1.2.0", "1.1.9"],
    ["^1.2.0", "2.0.0"],
    [">=1.2.0 <2.0.0", "2.0.0"],
    ["1.2.3", "1.2.4"],
  ])("%s is not served by %s, and the mend is named", (range, version) =>
    expect(judge(range, version)).toEqual({
      pointer: "/requires/hilum",
      message: `asks for Hilum ${range}, and this is ${version}`,
      fix: "Update Hilum, or take a version of the plugin that fits this one.",
    }),
  );

  it.each(["1..2", "newest", ">=", "1.2.3.4"])("%s is no range", (range) =>
    expect(judge(range, "1.0.0")).toMatchObject({ message: `\`${range}\` is not a range of versions` }),
  );
});
