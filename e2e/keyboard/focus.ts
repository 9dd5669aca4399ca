import type { Locator } from "playwright-core";

/** Where a target lies, seen from the focus: `stops` Tab stops on (negative: back), or `there`. */
export interface Bearing {
  there: boolean;
  stops: number;
}

/**
 * Counts the Tab stops between the focus and `target` in the order of the document. The count is a guess that a walker
 * checks when it arrives: the browser alone knows its stops.
 */
export async function bearing(target: Locator): Promise<Bearing> {
  return await target.evaluate((element): Bearing => {
    const active = document.activeElement ?? document.body;
    if (active === element) return { there: true, stops: 0 };
    // Of radio buttons with one name, Tab stops at the one that has the focus, else at the chosen one, else at the first.
    const isGroupsStop = (radio: HTMLInputElement): boolean => {
      const group = [...document.querySelectorAll<HTMLInputElement>(`input[type=radio][name="${radio.name}"]`)];
      return radio === (group.find((one) => one === active) ?? group.find((one) => one.checked) ?? group[0]);
    };
    const stops = [
      ...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary, [tabindex]"),
    ].filter((stop) => {
      if (stop === element || stop === active) return true;
      if (stop.tabIndex < 0 || stop.matches(":disabled") || stop.getClientRects().length === 0) return false;
      // What stands in closed details has a place and is not shown.
      if (!stop.checkVisibility()) return false;
      return !(stop instanceof HTMLInputElement) || stop.type !== "radio" || isGroupsStop(stop);
    });
    const wanted = stops.indexOf(element as HTMLElement);
    const now = stops.indexOf(active as HTMLElement);
    if (now >= 0) return { there: false, stops: wanted - now };
    const before = stops.filter(
      (stop) => active.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_PRECEDING,
    ).length;
    return {
      there: false,
      stops: active === document.body ? wanted + 1 : wanted >= before ? wanted - before + 1 : wanted - before,
    };
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
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && !outlineColor.endsWith(", 0)");
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
