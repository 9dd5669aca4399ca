import type { ScaffoldFile } from "@hilum/contract/api";

const main = `import { PluginApp } from "@hilum/sdk/ui";
import { createRoot } from "react-dom/client";
import { SettingsPage } from "./settings.tsx";

createRoot(document.getElementById("root") as HTMLElement).render(
  <PluginApp>
    <SettingsPage />
  </PluginApp>,
);
`;

const settings = `import { Panel, usePage } from "@hilum/sdk/ui";

/** Stands in place of the generated settings page. */
export function SettingsPage() {
  const { plugin } = usePage();
  return (
    <Panel title={plugin.name}>
      <p>This page is the plugin's own. Its parts are in @hilum/sdk/ui.</p>
    </Panel>
  );
}
`;

const build = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

const here = import.meta.dirname;
const out = join(here, "dist/ui");
const resolve = createRequire(import.meta.url).resolve;

const build = await rolldown({
  cwd: here,
  input: join(here, "pages/main.tsx"),
  platform: "browser",
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
});
const { output } = await build.generate({ format: "esm", codeSplitting: false, minify: true });
await build.close();

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "pages.js"), output[0].code);
const styles = ["kit.css", "views.css", "lanes.css"].map((name) =>
  readFileSync(resolve(\`@hilum/sdk/ui/\${name}\`), "utf8"),
);
writeFileSync(join(out, "pages.css"), styles.join("\\n"));
`;

/** A page of the plugin's own; `dist/ui` is built from it when the plugin is written. */
export const pageFiles: readonly ScaffoldFile[] = [
  { path: "pages/main.tsx", purpose: "Puts the page into its frame.", text: main },
  { path: "pages/settings.tsx", purpose: "The plugin's own settings page.", text: settings },
  { path: "build.ts", purpose: "Makes dist/ui, which the console shows, from pages/.", text: build },
];
