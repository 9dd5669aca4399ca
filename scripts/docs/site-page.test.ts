import { describe, expect, it } from "vitest";
import { parsePage, renderPage } from "./site-page.ts";

const guide = parsePage("docs/guides/first-run.md", "# First `run`\n\nRead [all](../../ARCHITECTURE.md#words).\n");
const architecture = parsePage("ARCHITECTURE.md", "<!-- Generated. -->\n# Architecture\n\nText.\n");
const example = parsePage("examples/register/README.md", "# Register\n");
const pages = [guide, architecture, example];
const render = (text: string) =>
  renderPage(parsePage("docs/guides/x.md", `# X\n\n${text}\n`), pages, new Set(["docs/images/a.png"]))
    .split("---\n\n")[1]
    ?.trim();

describe("a page of the site", () => {
  it("has its address from its place and its title from its heading", () => {
    expect(pages.map(({ slug, title }) => [slug, title])).toEqual([
      ["guides/first-run", "First run"],
      ["architecture", "Architecture"],
      ["examples/register", "Register"],
    ]);
    expect(architecture.body).not.toContain("# Architecture");
  });

  it("leads to where pages, folders with a page and pictures are on the site", () => {
    expect(render("[a](first-run.md), [b](../../ARCHITECTURE.md#words), [c](../../examples/register/)")).toBe(
      "[a](/guides/first-run/), [b](/architecture/#words), [c](/examples/register/)",
    );
    expect(render("[![Words](../images/a.png)](../images/a.png)")).toBe("[![Words](/images/a.png)](/images/a.png)");
  });

  it("keeps the words of a link to what is not on the site, and leaves other links alone", () => {
    expect(render("[`check.ts`](../../scripts/check.ts), [x](https://example.org), [y](#x)")).toBe(
      "`check.ts`, [x](https://example.org), [y](#x)",
    );
  });

  it("names the file of a block, and changes nothing else inside one", () => {
    expect(render("```js plugin.mjs\n[a](first-run.md)\n```")).toBe('```js title="plugin.mjs"\n[a](first-run.md)\n```');
  });

  it("is refused without a heading", () => {
    expect(() => parsePage("docs/x.md", "Text.")).toThrow("docs/x.md has no heading");
  });
});
