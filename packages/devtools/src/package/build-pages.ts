import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleApart } from "./bundle-apart.ts";

/** Where pages are written and where the console looks for them: what the scaffold's manifest names. */
export const pageEntry = "pages/main.tsx";
const built = "dist/ui";

/** Makes `dist/ui` from `pages/`, as the plugin's own build script does. Throws `package.invalid`. */
export async function buildPages(
  folder: string,
  {
    moduleRoots,
    styles,
  }: { moduleRoots: readonly string[]; /** Style sheets of the kit. */ styles: readonly string[] },
): Promise<void> {
  const { code } = await bundleApart(folder, pageEntry, { roots: moduleRoots, platform: "browser", minify: true });
  const sheets = await Promise.all(styles.map((path) => readFile(path, "utf8")));
  await mkdir(join(folder, built), { recursive: true });
  await writeFile(join(folder, built, "pages.js"), code);
  await writeFile(join(folder, built, "pages.css"), sheets.join("\n"));
}
