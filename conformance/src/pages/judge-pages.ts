import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pagesOf, parseManifest, type DeclaredPage, type Manifest } from "@hilum/contract";
import type { PageLook } from "@hilum/contract/bridge";
import { requires } from "@hilum/testkit";
import { chromium, type Browser, type Frame, type Page } from "playwright-core";
import { judgeDocument, judgeSpacing, walkThrough } from "./judge-frame.ts";
import { sampleLook } from "./sample-look.ts";
import type { StandIn } from "./stand-in-console.ts";
import { startStandIn } from "./stand-in-server.ts";

export interface PageVerdict {
  page: string;
  /** Empty when the page is accepted. */
  faults: string[];
}

const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];
const greetMs = 10_000;

/** Starts the browser that pages are judged in; throws with the way to get one. */
export async function launchJudge(): Promise<Browser> {
  const { path, reason, enable } = requires("chromium");
  if (path === undefined) throw new Error(`${reason}; ${enable}`);
  return await chromium.launch({ executablePath: path, args: flags });
}

/** Judges every page that the manifest in `folder` declares, each in a frame as the console makes it. */
export async function judgePages(folder: string, browser: Browser): Promise<PageVerdict[]> {
  const parsed = parseManifest(readFileSync(join(folder, "hilum.json"), "utf8"), { included: true });
  if (!parsed.ok)
    return [{ page: "hilum.json", faults: parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`) }];
  const verdicts: PageVerdict[] = [];
  for (const page of pagesOf(parsed.manifest))
    verdicts.push({ page: page.name, faults: await judgePage(folder, parsed.manifest, page, browser) });
  return verdicts;
}

async function judgePage(
  folder: string,
  manifest: Manifest,
  declared: DeclaredPage,
  browser: Browser,
): Promise<string[]> {
  const server = await startStandIn(folder, manifest, declared);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    const faults = listen(page);
    await page.goto(server.url);
    const [frame] = page.mainFrame().childFrames();
    const greeted = await page
      .waitForFunction(() => (window as unknown as { standIn: StandIn }).standIn.greeted, undefined, {
        timeout: greetMs,
      })
      .catch(() => undefined);
    if (greeted === undefined || frame === undefined)
      return [...faults, "it did not greet the console within ten seconds"];
    await settle(frame);
    faults.push(...(await judgeLooks(page, frame)), ...(await walkThrough(page, frame)));
    faults.push(...(await page.evaluate(() => (window as unknown as { standIn: StandIn }).standIn.faults)));
    return [...new Set(faults)];
  } finally {
    await context.close();
    server.close();
  }
}

/** What the browser says of the page while it is judged: errors, and what its policy blocked. */
function listen(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`it threw: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      faults.push(`the browser says: ${message.text().slice(0, 200)}`);
  });
  return faults;
}

async function judgeLooks(page: Page, frame: Frame): Promise<string[]> {
  const faults: string[] = [];
  for (const scheme of ["light", "dark"] as const)
    for (const width of [1280, 320])
      for (const contrast of ["system", "more"] as const) {
        await wear(page, frame, sampleLook(scheme, contrast), width);
        const found = [...(await judgeDocument(frame)), ...(await judgeSpacing(frame))];
        faults.push(...found.map((fault) => `${scheme}, ${width} px, contrast ${contrast}: ${fault}`));
      }
  await wear(page, frame, sampleLook("light"), 1280);
  return faults;
}

async function wear(page: Page, frame: Frame, look: PageLook, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: look.scheme });
  await page.evaluate((next) => (window as unknown as { standIn: StandIn }).standIn.wear(next), look);
  await settle(frame);
}

/** Two frames of the screen and a moment: what was pushed is drawn by then. */
async function settle(frame: Frame): Promise<void> {
  await frame.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 60)))),
  );
}
