import { describe, expect, it } from "vitest";
import { csvCell } from "./export.ts";

describe("csvCell", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])("threat 159: %s is text, not a formula", (value) => {
    expect(csvCell(value).replace(/^"/, "")).toMatch(/^'/);
  });

  it("quotes per RFC 4180", () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell(undefined)).toBe("");
    expect(csvCell(7)).toBe("7");
  });
});
