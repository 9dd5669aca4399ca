import { errors, type Locator, type Page } from "playwright-core";
import { setTimeout as sleep } from "node:timers/promises";
import { withLimit } from "../with-limit.ts";
import { bearing, describeFocus, judgeFocus } from "./focus.ts";

type Role = Parameters<Page["getByRole"]>[0];
type Name = string | RegExp;

/** Something on the page, as a person would name it. */
export interface Target {
  role: Role;
  name: Name;
  /** Only inside this part of the page. */
  in?: { role: Role; name: Name };
}

export interface PersonOptions {
  page: Page;
  base: URL;
  /** What the person answers when the console asks for the password once more. */
  password?: string;
}

const tabsMax = 160;
/** How often a walk may find that it guessed wrong. */
const turnsMax = 40;
const typedMax = 12;
const patienceMs = 40_000;
/** Far longer than a starved browser takes to look at its page. */
export const answerMsMax = 60_000;
const menuPatienceMs = 5_000;
const menuTurnsMax = 3;
const menuItemsMax = 20;

/**
 * A person who has a keyboard and nothing else. Everything is reached with Tab or Shift+Tab, whichever is nearer, and worked
 * with Enter, Space, arrows and letters; each stop must show where the focus is.
 */
export class Person {
  /** Another one after a page that hung. */
  page: Page;
  readonly #base: URL;
  /** Milliseconds since the epoch of the last key; 0 before the first on this document. */
  lastKeyAt = 0;
  /** How often the console asked for the password once more. */
  stepUps = 0;
  /** What was wrong with the focus on the way; a journey must end with none. */
  readonly focusFaults: string[] = [];
  password: string | undefined;

  constructor({ page, base, password }: PersonOptions) {
    this.page = page;
    this.#base = base;
    this.password = password;
  }

  /** Types an address of the console into the browser. */
  async open(path: string): Promise<void> {
    this.lastKeyAt = 0;
    await this.page.goto(new URL(path.startsWith("/admin/ui") ? path : `/admin/ui${path}`, this.#base).href);
    await this.page.getByRole("heading", { level: 1 }).first().waitFor({ timeout: patienceMs });
  }

  /** Goes to a place of the console by the palette. */
  async goTo(place: string): Promise<void> {
    await this.press("Control+k");
    const search = this.page.getByLabel("Search or run an action", { exact: true }).and(this.page.locator("input"));
    await search.waitFor({ timeout: patienceMs });
    await this.#until(async () => (await bearing(search)).there, "the palette's field takes the focus");
    await this.write(place);
    const chosen = this.page.locator(".mantine-Spotlight-action[data-selected]");
    const isChosen = async (): Promise<boolean> =>
      (await chosen.count()) === 1 && ((await chosen.textContent()) ?? "").startsWith(place);
    await this.#until(async () => {
      if (await isChosen()) return true;
      await this.press("ArrowDown");
      return await isChosen();
    }, `the palette offers ${place}`);
    await this.press("Enter");
    await search.waitFor({ state: "detached", timeout: patienceMs });
  }

  async press(key: string): Promise<void> {
    this.lastKeyAt = Date.now();
    await this.page.keyboard.press(key);
    this.lastKeyAt = Date.now();
  }

  /** Types letter by letter into what has the focus. */
  async write(text: string): Promise<void> {
    this.lastKeyAt = Date.now();
    await this.page.keyboard.type(text);
    this.lastKeyAt = Date.now();
  }

  /** Walks to an element with Tab or Shift+Tab. */
  async reach(target: Target | Locator): Promise<Locator> {
    const place = await this.#find(target);
    await this.#waitForDialog(place);
    let walked = 0;
    for (let turns = 0; walked < tabsMax && turns < turnsMax; turns++) {
      const { there, stops } = await bearing(place);
      if (there) return place;
      const key = stops < 0 ? "Shift+Tab" : "Tab";
      const count = Math.max(1, Math.abs(stops));
      for (let at = 0; at < count; at++) await this.press(key);
      walked += count;
      if (!(await bearing(place)).there) continue;
      const fault = await this.#judgeFocus(place);
      if (fault !== undefined)
        this.focusFaults.push(`${await describeFocus(place)} ${fault} (${new URL(this.page.url()).pathname})`);
      return place;
    }
    throw new Error(`${describe(target)} is not reached by Tab; the focus is on ${await describeFocus(place)}`);
  }

  /** A dialog that opens takes the focus a moment later; what is typed before that goes elsewhere. */
  async #waitForDialog(place: Locator): Promise<void> {
    const deadline = Date.now() + 2_000;
    const isThere = (): Promise<boolean> =>
      place.evaluate((element) => element.closest("[role=dialog]")?.contains(document.activeElement) ?? true);
    while (!(await isThere()) && Date.now() < deadline) await sleep(20);
  }

  /** What covers the element may be a dialog that is just fading out: it has two seconds to go. */
  async #judgeFocus(place: Locator): Promise<string | undefined> {
    const deadline = Date.now() + 2_000;
    for (;;) {
      const fault = await judgeFocus(place);
      if (fault === undefined || Date.now() > deadline) return fault;
      await sleep(50);
    }
  }

  /** Waits until something has the focus by itself, as after a dialog or on a new page. */
  async seeFocused(target: Target): Promise<void> {
    const place = await this.#find(target);
    await this.#until(async () => (await bearing(place)).there, `${describe(target)} has the focus`);
  }

  /** Presses a button or follows a link. */
  async activate(role: Role, name: Name, within?: Target["in"]): Promise<void> {
    const place = await this.reach({ role, name, ...(within === undefined ? {} : { in: within }) });
    await this.#until(() => isIdle(place), `${String(name)} is no longer busy`);
    await this.press("Enter");
  }

  /** Replaces what a field holds: the first letters key by key, the rest (with `paste`, all of it) as from the clipboard. */
  async fill(
    label: Name,
    text: string,
    { paste = false, within }: { paste?: boolean; within?: Target["in"] } = {},
  ): Promise<void> {
    await this.reach(this.field(label, within));
    await this.press("Control+a");
    if (text === "") await this.press("Delete");
    await this.write(paste ? "" : text.slice(0, typedMax));
    await this.#paste(paste ? text : text.slice(typedMax));
  }

  async #paste(text: string): Promise<void> {
    if (text === "") return;
    this.lastKeyAt = Date.now();
    await this.page.keyboard.insertText(text);
  }

  /** Chooses an option of a select by the arrow keys. */
  async choose(label: Name, option: Name, within?: Target["in"]): Promise<void> {
    const select = await this.reach(this.field(label, within));
    const { now, wanted } = await select.evaluate((element, [text, flags]) => {
      const list = element as HTMLSelectElement;
      const pattern = new RegExp(text, flags);
      return { now: list.selectedIndex, wanted: [...list.options].findIndex((row) => pattern.test(row.text)) };
    }, patternOf(option));
    if (wanted < 0) throw new Error(`${String(label)} does not offer ${String(option)}`);
    for (let at = now; at !== wanted; at += Math.sign(wanted - now))
      await this.press(wanted > now ? "ArrowDown" : "ArrowUp");
  }

  /** Sets a checkbox or switch. */
  async tick(role: "checkbox" | "switch", name: Name, on = true, within?: Target["in"]): Promise<void> {
    const box = await this.reach({ role, name, ...(within === undefined ? {} : { in: within }) });
    if ((await box.isChecked()) !== on) await this.press("Space");
    if ((await box.isChecked()) !== on) throw new Error(`${String(name)} does not follow the space bar`);
  }

  /** Chooses among radio buttons: one Tab stop, then arrows. */
  async pick(name: Name, within?: Target["in"]): Promise<void> {
    const radio = await this.#find({ role: "radio", name, ...(within === undefined ? {} : { in: within }) });
    const group = this.page.locator(`input[type=radio][name="${await radio.getAttribute("name")}"]`);
    const checked = group.and(this.page.locator(":checked"));
    await this.reach((await checked.count()) > 0 ? checked : group.first());
    for (let at = 0; at < (await group.count()) && !(await bearing(radio)).there; at++) await this.press("ArrowDown");
    if (!(await radio.isChecked())) await this.press("Space");
  }

  /** Opens a menu button and chooses an item; a menu that a page closes while it arrives is opened once more. */
  async pickFromMenu(button: Name, item: Name): Promise<void> {
    const wanted = this.page
      .locator("[role^=menuitem]")
      .filter({ hasText: new RegExp(...patternOf(item)) })
      .first();
    for (let turn = 0; turn < menuTurnsMax; turn++) {
      await this.activate("button", button);
      if (await this.#walkMenu(wanted)) return await this.press("Enter");
    }
    throw new Error(`the menu of ${String(button)} does not stay open until ${String(item)} is reached`);
  }

  async #walkMenu(item: Locator): Promise<boolean> {
    try {
      await item.waitFor({ timeout: menuPatienceMs });
      for (let at = 0; at < menuItemsMax; at++) {
        if (await item.evaluate((element) => element === document.activeElement, null, { timeout: menuPatienceMs }))
          return true;
        await this.press("ArrowDown");
      }
      throw new Error(`${item.toString()} is not reached by the arrow keys`);
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      return false;
    }
  }

  /** Chooses a file in the dialog that the button opens. */
  async attach(button: Target, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser", { timeout: patienceMs });
    chooser.catch(() => undefined);
    const place = await this.reach(button);
    // The page may just be taking the focus to a new heading: a person sees that and goes back to the button.
    while (!(await bearing(place)).there) await this.reach(place);
    await this.press("Enter");
    await (await chooser).setFiles(file);
  }

  /** A form field by its label. */
  field(label: Name, within?: Target["in"]): Locator {
    const scope = within === undefined ? this.page : this.page.getByRole(within.role, { name: within.name });
    const pattern = typeof label === "string" ? new RegExp(`^${escapePattern(label)}( \\*)?$`) : label;
    return scope.getByLabel(pattern).and(this.page.locator("input, textarea, select")).filter({ visible: true });
  }

  /** Waits until the page shows a text or an element; answers a question for the password on the way. */
  async see(what: Target | string | RegExp, timeoutMs = patienceMs): Promise<Locator> {
    const place =
      typeof what === "string" || what instanceof RegExp
        ? this.page.getByText(what).filter({ visible: true })
        : this.#locate(what);
    await this.#until(
      async () => (await place.count()) > 0,
      `"${typeof what === "object" && "role" in what ? describe(what) : String(what)}" is shown`,
      timeoutMs,
    );
    return place.first();
  }

  /** Waits until something is not shown any more. */
  async seeGone(what: Target | string | RegExp, timeoutMs = patienceMs): Promise<void> {
    const place =
      typeof what === "string" || what instanceof RegExp
        ? this.page.getByText(what).filter({ visible: true })
        : this.#locate(what);
    await this.#until(
      async () => (await place.count()) === 0,
      `"${typeof what === "object" && "role" in what ? describe(what) : String(what)}" goes away`,
      timeoutMs,
    );
  }

  async isShown(what: Target | string): Promise<boolean> {
    const place = typeof what === "string" ? this.page.getByText(what).filter({ visible: true }) : this.#locate(what);
    return (await place.count()) > 0;
  }

  /** Waits for the page that was led to. */
  async arrive(heading: Name): Promise<void> {
    await this.see({ role: "heading", name: heading });
  }

  #locate({ role, name, in: part }: Target): Locator {
    const scope = part === undefined ? this.page : this.page.getByRole(part.role, { name: part.name });
    return scope
      .getByRole(role, { name, ...(typeof name === "string" ? { exact: true } : {}) })
      .filter({ visible: true });
  }

  async #find(target: Target | Locator): Promise<Locator> {
    const place = "role" in target ? this.#locate(target) : target;
    await this.#until(async () => (await place.count()) > 0, `${describe(target)} is there`);
    const count = await place.count();
    if (count > 1) throw new Error(`${describe(target)} is there ${count} times`);
    return place;
  }

  async #until(holds: () => Promise<boolean>, what: string, timeoutMs: number = patienceMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (await withLimit(holds(), answerMsMax, `${what}: the browser does not answer`)) return;
      if (Date.now() > deadline)
        throw new Error(`${what}: not within ${timeoutMs} ms at ${new URL(this.page.url()).pathname}`);
      await this.#answerStepUp();
      await sleep(40);
    }
  }

  /** The console asks for the password once more: the person gives it. */
  async #answerStepUp(): Promise<void> {
    const dialog = this.page.getByRole("dialog", { name: "Confirm that it is you" });
    if (this.password === undefined || (await dialog.count()) === 0) return;
    const password = this.password;
    this.password = undefined;
    try {
      await this.fill("Password", password, { within: { role: "dialog", name: "Confirm that it is you" } });
      await this.press("Enter");
      await dialog.waitFor({ state: "detached", timeout: patienceMs });
      this.stepUps++;
    } finally {
      this.password = password;
    }
  }
}

/** What still works on the last press takes no second one. */
export const isIdle = async (place: Locator): Promise<boolean> =>
  (await place.getAttribute("aria-busy", { timeout: patienceMs })) !== "true";

function patternOf(name: Name): [string, string] {
  return typeof name === "string" ? [`^${escapePattern(name)}$`, ""] : [name.source, name.flags];
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const describe = (target: Target | Locator): string =>
  "role" in target ? `${target.role} "${String(target.name)}"` : target.toString();
