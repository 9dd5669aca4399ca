import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "vite";

/** The console's own fonts, for plugins' pages too: an opaque frame cannot load them from the console's folder. */
const styles = [
  "@fontsource-variable/atkinson-hyperlegible-next/index.css",
  "@fontsource-variable/atkinson-hyperlegible-mono/index.css",
  "@fontsource/opendyslexic/latin-400.css",
  "@fontsource/opendyslexic/latin-700.css",
];

/** Writes `frame/frame.css` and the fonts it names beside the built console; the server gives them to every page. */
export function frameFiles(): Plugin {
  return {
    name: "hilum-frame-files",
    apply: "build",
    generateBundle() {
      const resolve = createRequire(import.meta.url).resolve;
      const fonts = new Map<string, string>();
      const rules = styles.map((style) => {
        const path = resolve(style);
        // Every browser that runs the console reads WOFF 2.
        const text = readFileSync(path, "utf8").replaceAll(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, "");
        return text.replaceAll(/url\((\.\/files\/[^)]+)\)/g, (_, file: string) => {
          fonts.set(basename(file), join(dirname(path), file));
          return `url(${basename(file)})`;
        });
      });
      this.emitFile({ type: "asset", fileName: "frame/frame.css", source: rules.join("\n") });
      for (const [name, path] of fonts)
        this.emitFile({ type: "asset", fileName: `frame/${name}`, source: readFileSync(path) });
    },
  };
}
