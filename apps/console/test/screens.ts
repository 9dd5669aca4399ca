/**
 * Opens every route of the built console in a real Chromium, in light and dark, wide and narrow: axe must find nothing
 * against WCAG 2.2 A and AA, nothing may scroll sideways, the page's policy must not be broken, and every request must
 * fit the contract. Writes a picture of each.
 *
 *   node test/screens.ts [--pictures folder] [--only part of a name] [--scheme light] [--width 1280] [--dist folder]
 */
import { mkdtemp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium, type Frame, type Page } from "playwright-core";
import { startFakeServer, type FakeServer } from "./fake-server.ts";
import { views, type View } from "./views.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const chromiumArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Axe {
  run(
    context: Document,
    options: unknown,
  ): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
}

const { values: asked } = parseArgs({
  options: {
    pictures: { type: "string" },
    only: { type: "string" },
    scheme: { type: "string" },
    width: { type: "string" },
    dist: { type: "string" },
  },
});
const folder = asked.pictures ?? (await mkdtemp(join(tmpdir(), "hilum-screens-")));
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await startFakeServer(asked.dist ?? fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await chromium.launch({
  executablePath: process.env["HILUM_CHROMIUM"] ?? "/usr/bin/chromium",
  args: chromiumArguments,
});
const faults: string[] = [];
let scans = 0;

const wanted = views.filter(({ name }) => (asked.only ?? "").split(",").some((part) => name.includes(part)));
const schemes = (["light", "dark"] as const).filter((scheme) => asked.scheme === undefined || asked.scheme === scheme);
const widths = [1280, 320].filter((width) => asked.width === undefined || asked.width === String(width));
for (const scheme of schemes) {
  for (const width of widths) {
    const page = await openPage(scheme, width);
    for (const view of wanted) {
      const label = `${view.name}-${scheme}-${width}`;
      try {
        await show(page, server, view);
        await page.screenshot({ path: join(folder, `${label}.png`), fullPage: true });
        faults.push(...(await judge(page, width)).map((fault) => `${label}: ${fault}`));
      } catch (thrown) {
        faults.push(`${label}: ${String(thrown).split("\n").slice(0, 3).join(" ")}`);
        await page.screenshot({ path: join(folder, `${label}.png`) });
      }
    }
    await page.context().close();
  }
}
await browser.close();
await server.close();
faults.push(...new Set(server.faults));
for (const fault of faults) say(fault);
say(`${scans} scans of ${wanted.length} views, ${faults.length} faults. Pictures in ${folder}`);
process.exitCode = faults.length === 0 && scans > 0 ? 0 : 1;

async function openPage(scheme: "light" | "dark", width: number): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 800 : 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date("2026-11-22T14:02:11.120Z"));
  const note = (text: string): void => void faults.push(`${page.url()}: ${text.slice(0, 300)}`);
  page.on("pageerror", (error) => note(`page error ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4\d\d|503)/.test(message.text())) note(`console ${message.text()}`);
  });
  return page;
}

async function show(page: Page, { origin }: FakeServer, view: View): Promise<void> {
  server.scenario = structuredClone(view.scenario ?? {});
  await page.goto(`${origin}/admin/ui${view.path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await view.act?.(page);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForTimeout(250);
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
}

async function judge(page: Page, width: number): Promise<string[]> {
  scans++;
  const found: string[] = [];
  const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
  if (scrollWidth > width) found.push(`scrolls sideways: ${scrollWidth} px, ${await widest(page)}`);
  // axe does not look into a plugin's frame, so it is put into each.
  for (const frame of page.frames()) found.push(...(await judgeFrame(frame)));
  return found;
}

async function judgeFrame(frame: Frame): Promise<string[]> {
  const own = frame.parentFrame() !== null;
  // Added as the test's own script: the page's policy holds for the page, not for who looks at it.
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate(
    ([only, preload]) =>
      (window as unknown as { axe: Axe }).axe.run(document, { runOnly: { type: "tag", values: only }, preload }),
    // What axe would fetch by itself, the policy of a plugin's page forbids.
    [tags, !own] as const,
  );
  return violations.map(
    ({ id, nodes }) =>
      `${own ? "in the frame: " : ""}axe ${id} (${nodes.length}): ${nodes
        .slice(0, 3)
        .map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`)
        .join(" | ")}`,
  );
}

function widest(page: Page): Promise<string> {
  return page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .filter(
        (element) =>
          element.getBoundingClientRect().right > innerWidth + 1 && element.closest(".scroll, .tabs, .log") === null,
      )
      .slice(0, 4)
      .map((element) => `${element.tagName}.${element.className}`)
      .join(" "),
  );
}
