import { mkdirSync, writeFileSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { expect, it } from "vitest";
import { findDeadLinks } from "./dead-links.ts";

it("finds a link to a page and to a place that are not there, and no other", () => {
  using built = createTempDir("site");
  mkdirSync(built.join("guide"));
  writeFileSync(built.join("look.css"), "");
  writeFileSync(
    built.join("index.html"),
    '<link href="/look.css"><a href="/guide/#here">a</a><a href="https://example.org/x">b</a><a href="#top">c</a><h1 id="top">T</h1>',
  );
  writeFileSync(
    built.join("guide/index.html"),
    '<h2 id="here">H</h2><a href=../gone/>a</a><a href="/#away">b</a><img src="../no.png">',
  );
  expect(findDeadLinks(built.path)).toEqual([
    "/guide/index.html: ../gone/ leads to nothing",
    "/guide/index.html: /#away leads to no place of /index.html",
    "/guide/index.html: ../no.png leads to nothing",
  ]);
});
