/** What the console's first page costs a browser: bytes as they are served compressed, and when the largest part is painted. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createTempDir, findChromium } from "@hilum/testkit";
import { median, type Row, type Skipped } from "./row.ts";
import { startServer, type ServerProcess } from "./server-process.ts";

const dist = fileURLToPath(new URL("../../apps/console/dist/", import.meta.url));
const kilobyte = 1000;

export async function measureConsole(options: {
  rounds: number;
  compileCache: string;
}): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  if (!existsSync(join(dist, "index.html")))
    return { rows: [], skipped: [{ figure: "console", reason: "it is not built; npm start builds it" }] };
  const chromium = findChromium();
  if (chromium === undefined) {
    const reason = "no Chromium is installed, so the first route's files and its paint are not known";
    return { rows: sizeRows(readdirSync(join(dist, "assets")), "all files"), skipped: [{ figure: "console", reason }] };
  }
  using dir = createTempDir("bench-console");
  const server = await startServer({ dir: dir.path, compileCache: options.compileCache });
  try {
    const { files, paintMs } = await visit(chromium, server, options.rounds);
    const paint = {
      figure: "console, largest contentful paint on loopback",
      value: paintMs / 1000,
      unit: "s",
      budget: "< 1.0",
    };
    return { rows: [...sizeRows(files, "first route"), paint], skipped: [] };
  } finally {
    await server.stop();
  }
}

function sizeRows(files: readonly string[], what: string): Row[] {
  const kb = (end: string): number =>
    files
      .filter((name) => name.endsWith(end))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, "assets", name))).length, 0) / kilobyte;
  return [
    { figure: `console, ${what}, JavaScript gz`, value: kb(".js"), unit: "kB", budget: "<= 220" },
    { figure: `console, ${what}, CSS gz`, value: kb(".css"), unit: "kB", budget: "<= 25" },
  ];
}

/** Opens the console as a new browser does, several times, with nothing cached. */
async function visit(
  executablePath: string,
  { url }: ServerProcess,
  rounds: number,
): Promise<{ files: string[]; paintMs: number }> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const files = new Set<string>();
    const paints: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      page.on("response", (response) => {
        const { pathname } = new URL(response.url());
        if (pathname.startsWith("/admin/ui/assets/")) files.add(basename(pathname));
      });
      await page.goto(new URL("/admin/ui/", url).href, { waitUntil: "networkidle" });
      paints.push(await page.evaluate(readLargestPaint));
      await context.close();
    }
    return { files: [...files], paintMs: median(paints) };
  } finally {
    await browser.close();
  }
}

/** Runs in the page (W3C Largest Contentful Paint). */
const readLargestPaint = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
})`;
