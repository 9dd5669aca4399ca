import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Frame, Page } from "playwright-core";
import type { StandIn } from "./stand-in-console.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const stopsMax = 200;

/** What axe finds in the frame against WCAG 2.2 A and AA, and whether its content is wider than its window (1.4.10). */
export async function judgeDocument(frame: Frame): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy need not allow it; what axe would fetch by itself, it forbids.
  await frame.evaluate(axe);
  const violations = await frame.evaluate(async (values) => {
    const { axe: engine } = window as unknown as {
      axe: { run(context: Document, options: object): Promise<AxeResults> };
    };
    const results = await engine.run(document, {
      runOnly: { type: "tag", values },
      resultTypes: ["violations"],
      preload: false,
    });
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = "" }) =>
          `axe ${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ").slice(0, 200)}`,
      ),
    );
  }, tags);
  const overhang = await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overhang > 0 ? [...violations, `it is ${overhang} px wider than its window`] : violations;
}

/** Text spacing as WCAG 1.4.12 asks: nothing may be cut off or stick out. */
export async function judgeSpacing(frame: Frame): Promise<string[]> {
  return await frame.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }",
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const cut = [...document.querySelectorAll<HTMLElement>("button, a, label, h2, h3, p, span")].filter((element) => {
      const { overflow } = getComputedStyle(element);
      const hidden = element.clientWidth <= 1 || element.closest(".vh") !== null;
      return !hidden && overflow === "hidden" && element.scrollWidth > element.clientWidth + 1;
    });
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    return [
      ...cut.map((element) => `with wide text spacing, "${element.textContent.slice(0, 40)}" is cut off`),
      ...(wide > 0 ? [`with wide text spacing it is ${wide} px wider than its window`] : []),
    ];
  });
}

/**
 * Walks through the frame by Tab: every stop must show its focus (2.4.7), the walk must come out at the other end (2.1.2), and
 * Escape must lead back to the heading above.
 */
export async function walkThrough(page: Page, frame: Frame): Promise<string[]> {
  const faults: string[] = [];
  await page.locator("#before").focus();
  const seen = new Set<string>();
  for (let stops = 0; ; stops++) {
    if (stops > stopsMax) return [...faults, `after ${stopsMax} presses of Tab the focus has not left the frame`];
    await page.keyboard.press("Tab");
    if (await page.locator("#after").evaluate((after) => after === document.activeElement)) break;
    const fault = await frame.evaluate(judgeFocused);
    if (fault !== undefined && !seen.has(fault)) faults.push(fault);
    seen.add(fault ?? "");
  }
  if (seen.size === 0) return faults;
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Escape");
  const left = await page
    .waitForFunction(() => (window as unknown as { standIn: StandIn }).standIn.left > 0, undefined, { timeout: 1_000 })
    .catch(() => undefined);
  return left === undefined ? [...faults, "Escape does not lead out of the frame"] : faults;
}

/** In the frame: what is wrong with how the focused element shows itself. */
function judgeFocused(): string | undefined {
  const active = document.activeElement;
  if (active === null || active === document.body) return undefined;
  const around = [active, active.nextElementSibling, active.parentElement];
  const outlined = around.some((part) => {
    if (!part) return false;
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(part);
    const outline = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && !outlineColor.endsWith(", 0)");
    return outline || (part === active && boxShadow !== "none");
  });
  if (outlined) return undefined;
  const name = active.getAttribute("aria-label") ?? active.textContent.trim().slice(0, 40);
  return `<${active.tagName.toLowerCase()}> "${name || active.id}" does not show that it has the focus`;
}
