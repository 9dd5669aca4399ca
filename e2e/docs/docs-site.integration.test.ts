import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { noteSkip, requires } from "@hilum/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgeLooks } from "../gates/axe.ts";
import { launchBrowser, openContext } from "../world/browser.ts";
import { serveFolder } from "./site-server.ts";

const repository = join(import.meta.dirname, "../..");
const site = join(repository, "docs/site");
const generator = existsSync(join(site, "node_modules/astro"));
if (!generator)
  noteSkip({
    name: "the docs site",
    reason: "its generator is not installed",
    enable: "npm ci --prefix docs/site --workspaces=false",
  });
const chromium = requires("chromium");

describe.skipIf(!generator)("the docs site", () => {
  let browser: Browser | undefined;
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let page: Page;
  let addresses: string[] = [];
  /** What is wrong with each page, found in one visit to it. */
  let found: Promise<Record<"light" | "dark" | "narrow", string[]>> | undefined;
  // Whichever test asks first waits for all pages.
  const timeout = 600_000;

  async function visitAll(): Promise<Record<"light" | "dark" | "narrow", string[]>> {
    const faults: Record<"light" | "dark" | "narrow", string[]> = { light: [], dark: [], narrow: [] };
    for (const address of addresses) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(new URL(address, server.url).href);
      const looks = (["light", "dark"] as const).map((scheme) => ({ scheme, width: 1280 }) as const);
      for (const fault of await judgeLooks(page, looks, "data-theme"))
        faults[fault.startsWith("light") ? "light" : "dark"].push(`${address}: ${fault}`);
      await page.setViewportSize({ width: 320, height: 900 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) faults.narrow.push(`${address} is ${width} px wide`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    return faults;
  }

  beforeAll(async () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/docs.ts"], {
      cwd: repository,
      encoding: "utf8",
      // A shell's, not the test run's: by that, the generator would take this for a preview.
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    });
    expect(status, stdout + stderr).toBe(0);
    addresses = readdirSync(join(site, "dist"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("index.html"))
      .map((path) => `/${path.slice(0, -"index.html".length)}`);
    server = await serveFolder(join(site, "dist"));
    if (!chromium.available) return;
    browser = await launchBrowser([]);
    page = await (await openContext(browser)).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  it("has a page for each file, and the home page among them", () => {
    expect(addresses).toContain("/");
    expect(addresses).toContain("/guides/first-run/");
    expect(addresses.length).toBeGreaterThan(40);
  });

  it.skipIf(!chromium.available).each(["light", "dark"] as const)(
    "breaks no rule of axe on any page, %s",
    { timeout },
    async (scheme) => {
      found ??= visitAll();
      expect((await found)[scheme]).toEqual([]);
    },
  );

  it.skipIf(!chromium.available)("fits a window of 320 pixels", { timeout }, async () => {
    found ??= visitAll();
    expect((await found).narrow).toEqual([]);
  });

  it.skipIf(!chromium.available)("finds by search what a page says, without asking any other server", async () => {
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).host !== server.url.host) elsewhere.push(request.url());
    });
    await page.goto(server.url.href);
    await page.locator("button[data-open-modal]").click();
    // Into the field itself: it takes the focus a moment after it is there.
    await page.locator("#starlight__search input").pressSequentially("HILUM_KEY_FILE");
    await page.locator(".pagefind-ui__result-link").first().waitFor();
    const titles = await page.locator(".pagefind-ui__result-title").allTextContents();
    expect(titles.map((title) => title.trim())).toContain("First run");
    expect(elsewhere).toEqual([]);
  });
});
