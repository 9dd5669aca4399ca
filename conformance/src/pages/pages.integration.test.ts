import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, requires, type TempDir } from "@hilum/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgePages, launchJudge } from "./judge-pages.ts";

const example = join(import.meta.dirname, "../../../examples/own-pages");

/** The least that a page without the kit does: takes the port, greets, answers pings, gives the focus back. */
const honest = `
const nonce = new URLSearchParams(location.hash.slice(1)).get("nonce");
let port;
addEventListener("message", (event) => {
  if (port !== undefined || event.source !== parent || event.data.nonce !== nonce) return;
  port = event.ports[0];
  port.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.kind === "look" || frame.kind === "init") {
      const { tokens, scheme } = frame.look ?? frame.init.look;
      document.documentElement.style.colorScheme = scheme;
      for (const [name, value] of Object.entries(tokens)) document.documentElement.style.setProperty(name, value);
    }
  };
  port.postMessage(JSON.stringify({ kind: "hello", nonce, version: 1 }));
});
addEventListener("keydown", ({ key }) => key === "Escape" && port.postMessage('{"kind":"leave"}'));
const root = document.getElementById("root");
`;
const style = `html { background: var(--hl-surface); } body { margin: 0; color: var(--hl-ink); font: 15px sans-serif; }
button { min-height: 34px; color: var(--hl-ink); background: var(--hl-surface); } :focus-visible { outline: 2px solid var(--hl-focus); }`;
const good = `root.innerHTML = '<main><h1>Page</h1><p>Text</p><button>One</button> <button>Two</button></main>';`;

describe.skipIf(!requires("chromium").available)("judging a plugin's own pages", () => {
  let browser: Browser;
  let folder: TempDir;
  beforeAll(async () => {
    browser = await launchJudge();
    folder = createTempDir("judged-pages");
  });
  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  async function judge(code: string, css = style): Promise<string[]> {
    mkdirSync(folder.join("ui"), { recursive: true });
    writeFileSync(folder.join("ui/page.js"), code);
    writeFileSync(folder.join("ui/page.css"), css);
    const ui = { settings: { entry: "ui/page.js", style: "ui/page.css" } };
    writeFileSync(
      folder.join("hilum.json"),
      JSON.stringify({ id: "com.example.judged", name: "Judged", capabilities: ["send_messages"], ui }),
    );
    const [verdict] = await judgePages(folder.path, browser);
    return verdict?.faults ?? [];
  }

  it("accepts the example's pages, which are made with the kit", async () => {
    expect(await judgePages(example, browser)).toEqual([
      { page: "settings", faults: [] },
      { page: "health", faults: [] },
      { page: "pages/setup-guide", faults: [] },
      { page: "pages/deliveries", faults: [] },
    ]);
  });

  it("accepts a page without the kit that does what one must", async () => {
    expect(await judge(honest + good)).toEqual([]);
  });

  it.each<[string, string, string, string?]>([
    ["a field without a label", `root.innerHTML = '<main><input></main>';`, "axe label"],
    [
      "text that is hard to read",
      `root.innerHTML = '<main><p class="faint">Faint</p></main>';`,
      "axe color-contrast",
      "html { background: #fff; } .faint { color: #aaa; }",
    ],
    [
      "text that cannot be read at night",
      good,
      "dark, 1280 px, contrast system: axe color-contrast",
      "html { background: #1d181f; } body { color: #211a24; }",
    ],
    [
      "a target that is too small",
      `root.innerHTML = '<main><button class="tiny" aria-label="A"></button><button class="tiny" aria-label="B"></button></main>';`,
      "axe target-size",
      `${style} .tiny { width: 12px; min-height: 12px; height: 12px; padding: 0; border: 0; }`,
    ],
    [
      "content wider than a small screen",
      `root.innerHTML = '<main><div class="wide">wide</div></main>';`,
      "320 px, contrast system: it is",
      `${style} .wide { width: 700px; }`,
    ],
    [
      "a focus that cannot be seen",
      good,
      `"One" does not show that it has the focus`,
      `${style} button:focus-visible { outline: none; }`,
    ],
    [
      "a trap for the keyboard",
      `${good} addEventListener("keydown", (event) => { if (event.key === "Tab") { event.preventDefault(); root.querySelector("button").focus(); } });`,
      "the focus has not left the frame",
    ],
    ["an error of its own", `${good} setTimeout(() => { throw new Error("oh no"); });`, "it threw: oh no"],
    [
      "a request that its policy blocks",
      `${good} fetch("https://example.org/").catch(() => undefined);`,
      "the browser says: ",
    ],
    [
      "a message that is not of the protocol",
      `${good} setTimeout(() => port.postMessage({ kind: "leave" }), 500);`,
      "it sent what a page may not send",
    ],
    [
      "a method that does not exist",
      `${good} setTimeout(() => port.postMessage('{"kind":"call","id":1,"method":"getAccount","params":{}}'), 500);`,
      "it asked for getAccount, which is no method",
    ],
  ])("refuses a page with %s", async (_, code, fault, css = style) => {
    expect((await judge(honest + code, css)).join("\n")).toContain(fault);
  });

  it("refuses a page that keeps Escape to itself, and one that never greets", async () => {
    expect(await judge(honest.replace(/addEventListener\("keydown".*/, "") + good)).toEqual([
      "Escape does not lead out of the frame",
    ]);
    expect(await judge("document.title = 'nothing';")).toEqual(["it did not greet the console within ten seconds"]);
  });
});
