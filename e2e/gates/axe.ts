import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Frame, Page } from "playwright-core";

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
  const faults = await judgeDocument(page.mainFrame());
  // axe does not look into a sandboxed frame, so it is put into each.
  for (const frame of page.mainFrame().childFrames())
    faults.push(...(await judgeDocument(frame)).map((fault) => `in the frame: ${fault}`));
  return faults;
}

async function judgeDocument(frame: Frame): Promise<string[]> {
  // What axe would fetch by itself, the policy of a plugin's page forbids.
  const preload = frame.parentFrame() === null;
  // Evaluated by the debugger, so that the page's own policy need not allow it.
  await frame.evaluate(source);
  const violations = await frame.evaluate(
    async (options) => {
      const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } };
      const results = await axe.run(document, options);
      return results.violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ target, failureSummary = "" }) =>
            `${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ").slice(0, 240)}`,
        ),
      );
    },
    { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload },
  );
  const { content, window: visible } = await frame.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: window.innerWidth,
  }));
  return content > visible
    ? [...violations, `reflow: the page is ${content} px wide in a window of ${visible}`]
    : violations;
}
