import { describe, expect, it } from "vitest";
import { navigate } from "./navigation.ts";
import { parsePage } from "./site-page.ts";

const pages = ["docs/index.md", "docs/guides/a.md", "docs/decisions/001-b.md"].map((path) => parsePage(path, "# T"));

describe("the navigation", () => {
  it("takes pages by name and by folder", () => {
    const groups = [
      { label: "Guides", pages: ["docs/guides/a.md"] },
      { label: "Decisions", folder: "docs/decisions" },
    ];
    expect(navigate(groups, pages).map(({ items }) => items.map(({ slug }) => slug))).toEqual([
      ["guides/a"],
      ["decisions/001-b"],
    ]);
  });

  it("refuses a page in no group, one in two, and a name that leads nowhere", () => {
    const decisions = { label: "Decisions", folder: "docs/decisions" };
    const guides = { label: "Guides", pages: ["docs/guides/a.md"] };
    expect(() => navigate([decisions], pages)).toThrow("docs/guides/a.md is in 0 groups");
    expect(() => navigate([decisions, guides, guides], pages)).toThrow("docs/guides/a.md is in 2 groups");
    expect(() => navigate([{ label: "Guides", pages: ["docs/guides/c.md"] }], pages)).toThrow("docs/guides/c.md");
  });
});
