import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 A and AA; target-size is among the last. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The looks that every page is judged in. */
export const looks = [
  { scheme: "light", width: 1280 },
  { scheme: "dark", width: 1280 },
  { scheme: "light", width: 320 },
  { scheme: "dark", width: 320 },
] as const;
export type Look = (typeof looks)[number];

/** Puts a page into a look; the console follows the system's scheme. */
export async function wear(page: Page, { scheme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  await page.waitForFunction((wanted) => document.documentElement.dataset["mantineColorScheme"] === wanted, scheme);
}

/** What is wrong with the page as it stands: violations by axe, and a page wider than its window (WCAG 1.4.10). */
export async function judgePage(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy need not allow it.
  await page.evaluate(source);
  const violations = await page.evaluate(async (values) => {
    const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } };
    const results = await axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = "" }) =>
          `${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ").slice(0, 240)}`,
      ),
    );
  }, tags);
  const { content, window: visible } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: window.innerWidth,
  }));
  return content > visible
    ? [...violations, `reflow: the page is ${content} px wide in a window of ${visible}`]
    : violations;
}
