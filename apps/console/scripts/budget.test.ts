import { expect, it } from "vitest";
import { overweight, weigh } from "./budget.ts";

const manifest = {
  "index.html": {
    file: "index.js",
    isEntry: true,
    imports: ["_shared.js"],
    dynamicImports: ["src/screens/dashboard/dashboard.tsx", "src/screens/audit/audit.tsx"],
    css: ["index.css"],
  },
  "_shared.js": { file: "shared.js" },
  "_chart.js": { file: "chart.js", css: ["chart.css"] },
  "src/screens/dashboard/dashboard.tsx": { file: "dashboard.js", imports: ["_shared.js", "_chart.js"] },
  "src/screens/audit/audit.tsx": { file: "audit.js", imports: ["_shared.js", "_chart.js"] },
};

it("counts what is shared once, and what a screen brings along with it", () => {
  const weights = weigh(manifest, (file) => (file.endsWith(".css") ? 10 : 100));
  expect(weights.firstRoute).toEqual({ name: "src/screens/dashboard/dashboard.tsx", js: 400, css: 20 });
  expect(weights.lazyRoutes.map(({ js }) => js)).toEqual([200, 200]);
  expect(overweight(weights)).toEqual([]);
});

it("names what is too heavy", () => {
  const weights = weigh(manifest, (file) => (file === "audit.js" ? 121_000 : 1000));
  expect(overweight(weights)).toEqual(["the route src/screens/audit/audit.tsx weighs 122.0 kB; at most 120 kB"]);
});
