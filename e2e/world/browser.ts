import { requires } from "@hilum/testkit";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The size of the pictures and of a small laptop. */
export const desktop = { width: 1280, height: 900 };

/** A real Chromium that trusts a few public keys more than its own list: those of the servers under test. */
export async function launchBrowser(publicKeyHashes: readonly string[]): Promise<Browser> {
  const { path, reason, enable } = requires("chromium");
  if (path === undefined) throw new Error(`${reason}; ${enable}`);
  return await chromium.launch({
    executablePath: path,
    headless: true,
    args: [...flags, `--ignore-certificate-errors-spki-list=${publicKeyHashes.join()}`],
  });
}

/** A browser profile of its own: another person at another machine. */
export async function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: desktop,
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    reducedMotion: "reduce",
    acceptDownloads: true,
    ...options,
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return context;
}
