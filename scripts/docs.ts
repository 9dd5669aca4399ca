import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findDeadLinks } from "./docs/dead-links.ts";
import { stageSite } from "./docs/stage-site.ts";
import { repository, runCommand } from "./process.ts";

const site = join(repository, "docs/site");
const built = join(site, "dist");
// With the NODE_ENV of a developer's shell the site would be built without its search.
const env = { ASTRO_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
const shown = { cwd: site, env, onOutput: (text: string): boolean => process.stdout.write(text) };

/**
 * `npm run docs`: builds the docs site into `docs/site/dist` and fails where a page is in no group of the navigation or a
 * link leads nowhere. The generator is installed when it is first needed. With `-- --serve` it then serves the site.
 */
async function main(args: readonly string[]): Promise<number> {
  if (!isInstalled()) {
    console.log("Installing the generator of the docs site. This happens once and takes some seconds.");
    const { code, output } = await runCommand("npm", ["ci", "--no-audit", "--no-fund", "--workspaces=false"], {
      cwd: site,
    });
    if (code !== 0) throw new Error(`The generator could not be installed: npm ci --prefix docs/site\n${output}`);
  }
  const { pages, missingPictures } = stageSite(repository);
  for (const picture of missingPictures)
    console.warn(`${picture} is not there yet: \`npm run e2e -- --keep\` makes it. Its words stand in its place.`);
  // Pages are cached by their text alone; `--force` renders them by the configuration of now.
  const { code } = await runCommand("node", ["node_modules/astro/bin/astro.mjs", "build", "--force"], shown);
  if (code !== 0) return 1;
  const faults = findDeadLinks(built);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) return 1;
  console.log(`${pages.length} pages are in docs/site/dist.`);
  if (args.includes("--serve")) await runCommand("node", ["node_modules/astro/bin/astro.mjs", "preview"], shown);
  return 0;
}

/** Whether what is installed is what the lockfile names. */
function isInstalled(): boolean {
  const { dependencies } = JSON.parse(readFileSync(join(site, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(site, "node_modules", name, "package.json");
    if (!existsSync(manifest)) return false;
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version === version;
  });
}

process.exitCode = await main(process.argv.slice(2));
