import { readFileSync } from "node:fs";
import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";
import { lookVariables } from "./src/look-variables.ts";

/** Written by `scripts/docs/stage-site.ts` from `navigation.json` and the pages. */
const navigation = JSON.parse(readFileSync(new URL("./src/navigation.gen.json", import.meta.url), "utf8"));

export default defineConfig({
  // Pictures are the end-to-end test's own and are shown as they are.
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: "Hilum",
      description: "A self-hosted plugin platform for healthcare.",
      favicon: "/favicon.svg",
      logo: { light: "./src/mark-light.svg", dark: "./src/mark-dark.svg", alt: "" },
      customCss: [
        "@fontsource-variable/atkinson-hyperlegible-next",
        "@fontsource-variable/atkinson-hyperlegible-mono",
        "./src/look.css",
      ],
      head: [{ tag: "style", content: lookVariables() }],
      // Wrapped code needs no scrolling of its own, which the keyboard would have to reach.
      expressiveCode: {
        defaultProps: { wrap: true },
        styleOverrides: {
          borderColor: "var(--hl-line)",
          borderRadius: "7px",
          codeBackground: "var(--hl-surface)",
          frames: {
            editorTabBarBackground: "var(--hl-sunken)",
            editorActiveTabBackground: "var(--hl-surface)",
            terminalBackground: "var(--hl-surface)",
            terminalTitlebarBackground: "var(--hl-sunken)",
            terminalTitlebarBorderBottomColor: "var(--hl-line)",
          },
        },
      },
      sidebar: navigation,
      credits: false,
    }),
  ],
});
