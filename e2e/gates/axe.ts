import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Frame, Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 A and AA; target-size is among the last. */
const everyRule = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } as const;
/** Those of them that look at colours. All others judge what a document says and where its boxes are. */
const colourRules = { type: "rule", values: ["color-contrast", "link-in-text-block"] } as const;
type Rules = typeof everyRule | typeof colourRules;

export interface Look {
  scheme: "light" | "dark";
  width: 1280 | 320;
}

/** The looks that every page of the console is judged in. */
const looks: readonly Look[] = [
  { scheme: "light", width: 1280 },
  { scheme: "dark", width: 1280 },
  { scheme: "light", width: 320 },
  { scheme: "dark", width: 320 },
];

/** Puts a page into a look. It follows the system's scheme, and says so in an attribute of its root: the console's, or `name`. */
async function wear(page: Page, { scheme, width }: Look, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  await page.waitForFunction(
    ([attribute = "", value]) => document.documentElement.getAttribute(attribute) === value,
    [name, scheme],
  );
}

/** What is wrong with the page as it stands: violations by axe, and a page wider than its window (WCAG 1.4.10). */
export async function judgePage(page: Page): Promise<string[]> {
  return await judgeFrames(page, () => everyRule);
}

/** Judges a page in one look after the other. Answers what is wrong, with the look. */
export async function judgeLooks(
  page: Page,
  wanted: readonly Look[] = looks,
  schemeAttribute = "data-mantine-color-scheme",
): Promise<string[]> {
  const faults: string[] = [];
  const judged = new Set<string>();
  for (const look of wanted) {
    await wear(page, look, schemeAttribute);
    const found = await judgeFrames(page, async (frame) => {
      const shape = await shapeOf(frame, look);
      if (judged.has(shape)) return colourRules;
      judged.add(shape);
      return everyRule;
    });
    faults.push(...found.map((fault) => `${look.scheme}, ${look.width} px: ${fault}`));
  }
  return faults;
}

async function judgeFrames(page: Page, chooseRules: (frame: Frame) => Rules | Promise<Rules>): Promise<string[]> {
  const judge = async (frame: Frame): Promise<string[]> => await judgeDocument(frame, await chooseRules(frame));
  const faults = await judge(page.mainFrame());
  // axe does not look into a sandboxed frame, so it is put into each.
  for (const frame of page.mainFrame().childFrames())
    faults.push(...(await judge(frame)).map((fault) => `in the frame: ${fault}`));
  return faults;
}

/**
 * All of a document but its colours: each element with its attributes, its box and what is seen of it, and the text. Where
 * two looks have the same, only rules about colours can find something in the second that they did not in the first.
 */
async function shapeOf(frame: Frame, { scheme, width }: Look): Promise<string> {
  const shape = await frame.evaluate((own) => {
    const elements = [...document.querySelectorAll("*")].map((element) => {
      const { x, y, width: wide, height } = element.getBoundingClientRect();
      const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const { overflow } = getComputedStyle(element);
      // The root says which scheme it wears, and holds its colours.
      const isRoot = element === document.documentElement;
      const attributes = [...element.attributes]
        .filter(({ name, value }) => !isRoot || (value !== own && name !== "style"))
        .map(({ name, value }) => `${name}=${value}`);
      return [element.tagName, x, y, wide, height, seen, overflow, ...attributes].join(" ");
    });
    return `${elements.join("\n")}\n${document.documentElement.textContent}`;
  }, scheme);
  return createHash("sha256").update(`${frame.url()} ${width} ${shape}`).digest("hex");
}

async function judgeDocument(frame: Frame, runOnly: Rules): Promise<string[]> {
  // What axe would fetch by itself, the policy of a plugin's page forbids. Style sheets it would fetch for an experimental rule
  // alone, which is not among ours.
  const preload = frame.parentFrame() === null ? { assets: ["media"] } : false;
  // Evaluated by the debugger, so that the page's own policy need not allow it.
  if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(source);
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
    // Frames are judged one by one: it would wait for a sandboxed one, which does not answer.
    { runOnly, resultTypes: ["violations"], preload, iframes: false },
  );
  const { content, window: visible } = await frame.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: window.innerWidth,
  }));
  return content > visible
    ? [...violations, `reflow: the page is ${content} px wide in a window of ${visible}`]
    : violations;
}
