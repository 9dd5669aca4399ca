import assert from "node:assert/strict";
import { operations, type OperationSpec } from "@hilum/contract/api";
import type { Journey } from "../journeys/journey.ts";
import { guardAgainstMouse } from "../keyboard/mouse-guard.ts";
import { Person } from "../keyboard/person.ts";
import { openContext } from "../world/browser.ts";
import { judgeLooks, judgePage } from "./axe.ts";
import { judgeCoverage, measureCoverage } from "./coverage.ts";

const planted = `<!doctype html><html lang="en"><head><title>Planted</title></head><body><main><h1>Planted</h1>
<input id="unnamed">
<p id="faint" style="color:#aaa;background:#fff">Hard to read</p>
<p><button id="tiny" style="width:12px;height:12px;padding:0;border:0;font-size:8px" aria-label="Tiny"></button><button style="width:12px;height:12px;padding:0;border:0" aria-label="Next to it"></button></p>
<div style="width:2000px">wide</div>
<button id="blind" style="outline:none">No outline</button>
</main></body></html>`;

/** Its words are faint in the dark; `field` is what it shows there besides. */
const plantedForTheDark = (field: string): string => `<!doctype html>
<html lang="en" data-mantine-color-scheme="light"><head><title>Planted</title><style>
body { background: #fff; color: #000 } #late { display: none }
@media (prefers-color-scheme: dark) { body { background: #000; color: #222 } #late { display: inline } }
</style><script>
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  document.documentElement.dataset.mantineColorScheme = matches ? "dark" : "light";
});
</script></head><body><main><h1>Planted</h1><p>Faint in the dark</p>${field}</main></body></html>`;

/** The gates must find what is planted for them, or their green says nothing. */
export const selfTest: Journey[] = [
  {
    name: "the axe gate finds a field without a label, faint text, a small target and a page that is too wide",
    async run({ browser }) {
      const context = await openContext(browser);
      const page = await context.newPage();
      await page.setContent(planted);
      await page.setViewportSize({ width: 320, height: 700 });
      const faults = (await judgePage(page)).join("\n");
      for (const id of ["label: #unnamed", "color-contrast: #faint", "target-size: #tiny", "reflow:"])
        assert.ok(faults.includes(id), `${id} is not found in:\n${faults}`);
      await context.close();
    },
  },
  {
    name: "the axe gate finds what is wrong in the dark alone: faint words, and a field without a label that is hidden in the light",
    async run({ browser }) {
      const context = await openContext(browser);
      const page = await context.newPage();
      await page.setContent(plantedForTheDark(""));
      const faint = await judgeLooks(page);
      await page.setContent(plantedForTheDark('<input id="late">'));
      const faults = [...faint, ...(await judgeLooks(page))].join("\n");
      assert.doesNotMatch(faults, /^light/m);
      assert.equal(faults.match(/^dark, (1280|320) px: color-contrast: p/gm)?.length, 4, faults);
      assert.equal(faults.match(/^dark, (1280|320) px: label: #late/gm)?.length, 2, faults);
      await context.close();
    },
  },
  {
    name: "the keyboard gates find a mouse click and a focus that cannot be seen",
    async run({ browser, server }) {
      const context = await openContext(browser);
      const guard = await guardAgainstMouse(context);
      const page = await context.newPage();
      await page.goto(new URL("/admin/ui/sign-in", server.url).href);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.mouse.click(20, 20);
      await page.close();
      assert.match(guard.uses().join("\n"), /pointerdown/);
      // A page of its own: the console's policy lets no script write into its pages.
      const plain = await context.newPage();
      await plain.setContent(planted);
      const person = new Person({ page: plain, base: server.url });
      await person.reach({ role: "button", name: "No outline" });
      assert.match(person.focusFaults.join("\n"), /has no visible outline/);
      await context.close();
    },
  },
  {
    name: "the coverage gate finds a planted operation that no screen reaches",
    async run({ ledger }) {
      const [first] = operations;
      const specs: readonly OperationSpec[] = [
        ...operations,
        { ...first, id: "plantedOperation", path: "/api/v1/planted", console: { screen: "/nowhere" } },
      ];
      const kept = measureCoverage(operations, ledger.covered());
      const now = measureCoverage(specs, ledger.covered());
      assert.ok(
        judgeCoverage(specs, now, kept).includes("plantedOperation has no screen that reaches it and no exemption"),
      );
      assert.notDeepEqual(judgeCoverage([], measureCoverage([], ledger.covered()), kept), []);
    },
  },
];
