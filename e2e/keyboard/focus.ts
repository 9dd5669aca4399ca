import type { Locator } from "playwright-core";

/** Where the keyboard is, seen from a target. */
export type Bearing = "there" | "forward" | "back" | "nowhere";

/** Whether the focus is on `target`, and else in which direction of the document the target lies. */
export async function bearing(target: Locator): Promise<Bearing> {
  return await target.evaluate((element): Bearing => {
    const active = document.activeElement;
    if (active === null || active === document.body || active === document.documentElement) return "nowhere";
    if (active === element) return "there";
    return active.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING ? "back" : "forward";
  });
}

/**
 * What is wrong with how the focused element shows itself, or undefined: it needs an outline of two pixels (WCAG 2.4.7 and
 * 2.4.13) on itself, on the part that stands for it or on the field around it, and must not lie wholly under something
 * else (2.4.11).
 */
export async function judgeFocus(target: Locator): Promise<string | undefined> {
  return await target.evaluate((element): string | undefined => {
    const around = [element, element.nextElementSibling, element.parentElement, element.parentElement?.parentElement];
    const outlined = around.some((part) => {
      if (!part) return false;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(part);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor);
    });
    if (!outlined) return "has no visible outline";
    const { left, top, width, height } = element.getBoundingClientRect();
    const points = [
      [0.5, 0.5],
      [0.1, 0.1],
      [0.9, 0.1],
      [0.1, 0.9],
      [0.9, 0.9],
    ] as const;
    const seen = points.some(([x, y]) => {
      const over = document.elementFromPoint(left + width * x, top + height * y);
      return over !== null && (over.contains(element) || element.contains(over) || around.includes(over));
    });
    return seen ? undefined : "lies under something else";
  });
}

/** Describes what has the focus, for a message. */
export async function describeFocus(target: Locator): Promise<string> {
  return await target.page().evaluate(() => {
    const active = document.activeElement;
    if (active === null || active === document.body) return "nothing";
    const name = active.getAttribute("aria-label") ?? active.textContent?.trim().slice(0, 60) ?? "";
    return `<${active.tagName.toLowerCase()}> ${name || active.id}`;
  });
}
