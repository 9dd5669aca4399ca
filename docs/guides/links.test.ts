import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const pages = [
  ...readdirSync(repository).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" })
    // The site's own folder holds copies and the generator.
    .filter((name) => name.endsWith(".md") && !name.startsWith("site/"))
    .map((name) => join("docs", name)),
];

/** Places inside the repository that a page links to. Pictures are made by the end-to-end test, which looks for them itself. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(repository, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:|^#/.test(target))
    .map((target) => join(dirname(page), target.split("#")[0] ?? ""));
}

it("reads pages that have links", () => {
  expect(pages.flatMap(linksOf).length).toBeGreaterThan(30);
});

it.each(pages)("leads nowhere that is not there: %s", (page) => {
  const missing = linksOf(page).filter(
    (target) => !target.startsWith("docs/images/") && !existsSync(join(repository, target)),
  );
  expect(missing).toEqual([]);
});
