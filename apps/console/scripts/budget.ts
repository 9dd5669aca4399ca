/**
 * Weighs the built console: what a person downloads for the first route, and what each further route adds. Exits 1
 * above the budget of DESIGN.md section 12.
 *
 *   node scripts/budget.ts [dist]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Kilobytes (1,000 bytes) after gzip. */
export const budget = { firstRouteJs: 220, firstRouteCss: 25, lazyRouteJs: 120 } as const;

interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
  isEntry?: boolean;
}
type Manifest = Record<string, Chunk>;

export interface Weights {
  firstRoute: { name: string; js: number; css: number };
  lazyRoutes: { name: string; js: number }[];
}

/** The chunk and everything that it loads with it. */
function closure(manifest: Manifest, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of manifest[name]?.imports ?? []) closure(manifest, next, seen);
  return seen;
}

/** Weighs entry plus the heaviest screen that can be the first; then what every other screen adds to the entry. */
export function weigh(manifest: Manifest, bytesOf: (file: string) => number): Weights {
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true);
  if (entry === undefined) throw new Error("the manifest names no entry");
  const shared = closure(manifest, entry);
  const js = (names: Iterable<string>): number => sum([...names].map((name) => bytesOf(manifest[name]?.file ?? "")));
  const css = (names: Iterable<string>): number =>
    sum([...new Set([...names].flatMap((name) => manifest[name]?.css ?? []))].map(bytesOf));
  const routes = (manifest[entry]?.dynamicImports ?? []).map((name) => ({ name, chunks: closure(manifest, name) }));
  const first = routes
    .filter(({ name }) => /dashboard\/dashboard|door\/(sign-in|welcome)/.test(name))
    .map(({ name, chunks }) => ({ name, all: new Set([...shared, ...chunks]) }))
    .map(({ name, all }) => ({ name, js: js(all), css: css(all) }))
    .toSorted((a, b) => b.js - a.js)[0];
  if (first === undefined) throw new Error("the manifest names no first route");
  const lazyRoutes = routes.map(({ name, chunks }) => ({
    name,
    js: js([...chunks].filter((chunk) => !shared.has(chunk))),
  }));
  return { firstRoute: first, lazyRoutes: lazyRoutes.toSorted((a, b) => b.js - a.js) };
}

/** What is above the budget, as sentences. */
export function overweight({ firstRoute, lazyRoutes }: Weights): string[] {
  const over = (what: string, bytes: number, kilobytes: number): string[] =>
    bytes > kilobytes * 1000 ? [`${what} weighs ${show(bytes)}; at most ${kilobytes} kB`] : [];
  return [
    ...over(`JavaScript of the first route (${firstRoute.name})`, firstRoute.js, budget.firstRouteJs),
    ...over(`CSS of the first route (${firstRoute.name})`, firstRoute.css, budget.firstRouteCss),
    ...lazyRoutes.flatMap(({ name, js }) => over(`the route ${name}`, js, budget.lazyRouteJs)),
  ];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const show = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

function main(dist: string): void {
  const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8")) as Manifest;
  const weights = weigh(manifest, (file) => gzipSync(readFileSync(join(dist, file))).length);
  const { firstRoute, lazyRoutes } = weights;
  say(`first route ${firstRoute.name}: ${show(firstRoute.js)} JavaScript, ${show(firstRoute.css)} CSS`);
  for (const { name, js } of lazyRoutes.slice(0, 5)) say(`then ${name}: ${show(js)}`);
  const faults = overweight(weights);
  for (const fault of faults) say(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (import.meta.main) main(process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url)));
