import type { Frame, Locator } from "playwright-core";
import { setTimeout as sleep } from "node:timers/promises";
import { withLimit } from "../with-limit.ts";
import { bearing, judgeFocus } from "./focus.ts";
import { answerMsMax, isIdle, type Person } from "./person.ts";

type Role = Parameters<Frame["getByRole"]>[0];
type Name = string | RegExp;

const tabsMax = 60;
const patienceMs = 40_000;
/** As long as the browser counts a key of before as this person's doing: a page that is just entered has no gesture yet. */
const readingMs = 5_200;

/**
 * The same person inside a plugin's page: the frame is entered with Tab from the console's own label, and within it everything
 * is reached with Tab, as in any other document.
 */
export class FramePerson {
  readonly #person: Person;

  constructor(person: Person) {
    this.#person = person;
  }

  /** The document that is in the frame now; another one after a secret was typed. */
  get frame(): Frame {
    const [frame] = this.#person.page.mainFrame().childFrames();
    if (frame === undefined) throw new Error("there is no frame");
    return frame;
  }

  /** Waits until the page in the frame shows a text. */
  async see(what: string | RegExp): Promise<void> {
    await this.#until(
      async () => (await this.frame.getByText(what).filter({ visible: true }).count()) > 0,
      String(what),
    );
  }

  /** Walks into the frame, reads a moment, and walks on to an element. */
  async reach(role: Role, name: Name): Promise<Locator> {
    await this.#opened();
    return await this.#walk(this.frame.getByRole(role, { name, ...(typeof name === "string" && { exact: true }) }));
  }

  async activate(role: Role, name: Name): Promise<void> {
    const place = await this.reach(role, name);
    await this.#until(() => isIdle(place), `${String(name)} is no longer busy`);
    await this.#person.press("Enter");
  }

  async fill(label: Name, text: string): Promise<void> {
    await this.#opened();
    await this.#walk(this.frame.getByLabel(label));
    await this.#person.press("Control+a");
    await this.#person.write(text);
  }

  async tick(name: Name, on = true): Promise<void> {
    const box = await this.reach("checkbox", name);
    if ((await box.isChecked()) !== on) await this.#person.press("Space");
  }

  /** Chooses a radio button: one Tab stop, then arrows. */
  async pick(name: Name): Promise<void> {
    await this.#opened();
    const radio = this.frame.getByRole("radio", { name });
    await this.#until(async () => (await radio.count()) === 1, String(name));
    const group = this.frame.locator(`input[type=radio][name="${await radio.getAttribute("name")}"]`);
    const checked = group.and(this.frame.locator(":checked"));
    await this.#walk((await checked.count()) > 0 ? checked : group.first());
    for (let at = 0; at < (await group.count()) && !(await bearing(radio)).there; at++)
      await this.#person.press("ArrowDown");
    if (!(await radio.isChecked())) await this.#person.press("Space");
  }

  /** Whether the focus is in the frame's document. */
  async hasFocus(): Promise<boolean> {
    return await this.#person.page.evaluate(() => document.activeElement?.tagName === "IFRAME");
  }

  /** The frame comes a moment after its page. */
  async #opened(): Promise<void> {
    await this.#until(async () => this.frame.url() !== "", "the plugin's page");
  }

  async #walk(place: Locator): Promise<Locator> {
    await this.#until(async () => (await place.count()) === 1, `${place.toString()} is there`);
    await this.#enter();
    for (let walked = 0; walked < tabsMax;) {
      const { there, stops } = await bearing(place);
      if (there) {
        const fault = await judgeFocus(place);
        if (fault !== undefined) this.#person.focusFaults.push(`${place.toString()} ${fault} (in a frame)`);
        return place;
      }
      const count = Math.max(1, Math.abs(stops));
      for (let at = 0; at < count; at++) await this.#person.press(stops < 0 ? "Shift+Tab" : "Tab");
      walked += count;
      if (!(await this.hasFocus())) await this.#enter();
    }
    throw new Error(`${place.toString()} is not reached by Tab in the frame`);
  }

  async #enter(): Promise<void> {
    if (await this.hasFocus()) return;
    // While the frame's document loads there is nothing in it to stop at, and Tab goes past it.
    const deadline = Date.now() + patienceMs;
    do {
      await this.#person.reach({ role: "button", name: "Skip this panel" });
      for (let tabs = 0; tabs < 3 && !(await this.hasFocus()); tabs++) await this.#person.press("Tab");
      if (Date.now() > deadline) throw new Error("the frame is not entered by Tab");
    } while (!(await this.hasFocus()));
    await sleep(readingMs);
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await withLimit(holds(), answerMsMax).catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${patienceMs} ms in the frame`);
      await sleep(40);
    }
  }
}
