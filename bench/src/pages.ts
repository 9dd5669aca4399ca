/** The bridge between the console and a plugin's own page: a call out of the opaque frame through the MessagePort, and back. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTempDir, findChromium } from "@hilum/testkit";
import type { Frame, Page } from "playwright-core";
import { makePluginFolder } from "./installation.ts";
import { median, percentile, type Row, type Skipped } from "./row.ts";
import { startServer } from "./server-process.ts";

const dist = fileURLToPath(new URL("../../apps/console/dist/index.html", import.meta.url));
const code = fileURLToPath(new URL("./plugins/time-calls.js", import.meta.url));
const plugin = "com.example.time-calls";
const calls = 1_000;

/** What is called, and how a person would say it. */
const methods = [
  ["no.such.method", "bridge of a page, answered by the console itself"],
  ["config.read", "bridge of a page, config.read by the API"],
] as const;

export async function measurePages({ rounds }: { rounds: number }): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  if (!existsSync(dist))
    return { rows: [], skipped: [{ figure: "pages", reason: "the console is not built; npm start builds it" }] };
  const chromium = findChromium();
  if (chromium === undefined) return { rows: [], skipped: [{ figure: "pages", reason: "no Chromium is installed" }] };
  using dir = createTempDir("bench-pages");
  using folder = makePluginFolder(manifest, [code]);
  const server = await startServer({ dir: dir.path });
  const playwright = await import("playwright-core");
  const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await signIn(page, server.url, server.setupCode ?? "");
    await ask(page, "POST", "/plugins/link", { path: folder.path });
    const rows: Row[] = [];
    for (const [method, name] of methods) {
      const measured: number[][] = [];
      for (let round = 0; round < rounds; round += 1) {
        await page.goto(new URL(`/admin/ui/plugins/${plugin}/settings`, server.url).href);
        measured.push(await timeCalls(await frameOf(page), method));
      }
      const of = (share: number): number => median(measured.map((samples) => percentile(samples, share)));
      rows.push({ figure: `${name}, p50`, value: of(0.5), unit: "ms" });
      rows.push({ figure: `${name}, p99`, value: of(0.99), unit: "ms" });
    }
    return { rows, skipped: [] };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** The page's own clock has steps of 0.1 ms. */
async function timeCalls(frame: Frame, method: string): Promise<number[]> {
  await frame.waitForFunction(`"timeCalls" in window`);
  return await frame.evaluate<number[]>(`timeCalls(${JSON.stringify(method)}, ${calls})`);
}

async function frameOf(page: Page): Promise<Frame> {
  await page.locator("iframe:not([aria-busy=true])").waitFor();
  const [frame] = page.mainFrame().childFrames();
  if (frame === undefined) throw new Error("the page has no frame");
  return frame;
}

async function signIn(page: Page, url: URL, setupCode: string): Promise<void> {
  await page.goto(new URL("/admin/ui/sign-in", url).href);
  const password = "a long password of nobody";
  await ask(page, "POST", "/bootstrap/administrator", {
    ...{ code: setupCode, username: "bench", displayName: "Bench", password },
  });
  await ask(page, "POST", "/account/step-up", { password });
}

/** As the console's own code asks, with its session. */
async function ask(page: Page, method: string, path: string, body: object): Promise<void> {
  const fault = await page.evaluate(
    async ([verb, place, text]) => {
      const headers = { "content-type": "application/json", "x-hilum-console": "1" };
      const response = await fetch(`/api/v1${place}`, { method: verb, headers, body: text });
      return response.ok ? undefined : await response.text();
    },
    [method, path, JSON.stringify(body)] as const,
  );
  if (fault !== undefined) throw new Error(`${method} ${path}: ${fault}`);
}

const manifest = {
  ...{ id: plugin, name: "Time calls", capabilities: ["send_messages"] },
  config: { type: "object", properties: { host: { type: "string", title: "Server" } } },
  ui: { settings: { entry: "time-calls.js" } },
};
