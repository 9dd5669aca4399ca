/**
 * Builds the plugin's pages: one script and one style sheet, which is all that a frame may load.
 *
 *   node build.ts [folder]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, "dist/ui");
const resolve = createRequire(import.meta.url).resolve;

const build = await rolldown({
  cwd: here,
  input: join(here, "pages/main.tsx"),
  platform: "browser",
  // React's own check that leaves its warnings for developers out.
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
  onLog: (_level, log) => {
    throw new Error(log.message);
  },
});
const { output } = await build.generate({
  format: "esm",
  codeSplitting: false,
  minify: true,
  comments: { legal: true },
});
await build.close();
const [script, ...more] = output;
if (more.length > 0) throw new Error("a page is one file: leave dynamic imports out");

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "pages.js"), script.code);
const styles = ["kit.css", "views.css", "lanes.css"].map((name) =>
  readFileSync(resolve(`@hilum/sdk/ui/${name}`), "utf8"),
);
writeFileSync(join(out, "pages.css"), styles.join("\n"));
