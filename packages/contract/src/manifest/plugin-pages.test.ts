import { describe, expect, it } from "vitest";
import { parseManifest } from "./parse-manifest.ts";
import { pagesOf, type DeclaredPage } from "./plugin-pages.ts";

const base = { id: "com.example.plugin", name: "Example", capabilities: ["send_messages"] };
const entry = "dist/ui/pages.js";

function problemsOf(ui: unknown, more: object = {}): { pointer: string; message: string }[] {
  const parsed = parseManifest({ ...base, ...more, ui });
  return parsed.ok ? [] : parsed.problems;
}

describe("ui of a manifest", () => {
  it("names Settings, Health and further pages, which are read in that order", () => {
    const ui = {
      pages: [{ path: "delivery-map", title: "Delivery map", icon: "map", entry, style: "dist/ui/map.css" }],
      health: { entry },
      settings: { entry, style: "dist/ui/settings.css" },
    };
    const parsed = parseManifest({ ...base, ui });
    expect(parsed.ok && pagesOf(parsed.manifest)).toEqual([
      { name: "settings", title: "Settings", entry, style: "dist/ui/settings.css" },
      { name: "health", title: "Health", entry },
      { name: "pages/delivery-map", title: "Delivery map", icon: "map", entry, style: "dist/ui/map.css" },
    ] satisfies DeclaredPage[]);
    expect(pagesOf({})).toEqual([]);
  });

  it.each([
    "../x.js",
    "/etc/x.js",
    "a/../x.js",
    ".hidden/x.js",
    "a//x.js",
    "a\\x.js",
    "x.ts",
    "x.html",
    "https://x.example/x.js",
  ])("takes no entry outside the plugin's folder or of another kind: %s", (path) => {
    expect(problemsOf({ settings: { entry: path } })).toEqual([
      expect.objectContaining({ pointer: "/ui/settings/entry" }),
    ]);
  });

  it("takes no style that is not a style sheet", () => {
    expect(problemsOf({ health: { entry, style: "dist/ui/x.js" } })).toEqual([
      expect.objectContaining({ pointer: "/ui/health/style" }),
    ]);
  });

  it.each(["Map", "a/b", "../settings", "a--b", "1st", ""])("takes no path %j that is not one plain word", (path) => {
    expect(problemsOf({ pages: [{ path, title: "Map", entry }] })[0]?.pointer).toBe("/ui/pages/0/path");
  });

  it("takes neither two pages at one path, nor a title that imitates, nor an icon that it does not know", () => {
    const page = { path: "map", title: "Map", entry };
    expect(problemsOf({ pages: [page, page] })).toEqual([expect.objectContaining({ pointer: "/ui/pages/1" })]);
    expect(problemsOf({ pages: [{ ...page, title: "S\u0435ttings" }] })).toEqual([
      expect.objectContaining({ pointer: "/ui/pages/0/title" }),
    ]);
    expect(problemsOf({ pages: [{ ...page, icon: "skull" }] })).toEqual([
      expect.objectContaining({ pointer: "/ui/pages/0/icon" }),
    ]);
  });

  it("has no place in a remote plugin, which has no folder here", () => {
    expect(problemsOf({ settings: { entry } }, { runtime: { kind: "remote" } })).toEqual([
      expect.objectContaining({ pointer: "/ui" }),
    ]);
  });
});
