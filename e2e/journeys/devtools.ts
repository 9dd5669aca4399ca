import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Download } from "playwright-core";
import type { Person } from "../keyboard/person.ts";
import type { World } from "../world/world.ts";
import type { Journey } from "./journey.ts";

const name = "Night desk";
const id = "com.example.night-desk";

/** Opens a tool for the plugin at hand; the further ones are reached by the tabs, which keep it. */
async function openTool(person: Person, heading: string): Promise<void> {
  await person.open(`/dev/reload?plugin=${id}`);
  await person.activate("link", heading, { role: "navigation", name: "Developer tools" });
  await person.arrive(heading);
}

/** What the act saves on the person's machine. */
export async function saved(person: Person, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const waiting: Promise<Download> = person.page.waitForEvent("download", { timeout: 30_000 });
  waiting.catch(() => undefined);
  await act();
  const download = await waiting;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Changes one line of the plugin, as its developer does in an editor. */
function changeLine({ server }: World, from: string, to: string): void {
  const file = join(server.dataDir, "workspace", id, "plugin.ts");
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `plugin.ts has the line ${from}`);
  writeFileSync(file, text.replace(from, to));
}

export const devtools: Journey[] = [
  {
    name: "developer: begins a plugin from a form, reads its files before they are written, and takes them along",
    async run({ admin, picture }) {
      await admin.open("/");
      await admin.goTo("Developer tools");
      await admin.arrive("Developer tools");
      await admin.see("The workspace is empty");
      await admin.goTo("Scaffold a plugin");
      await admin.arrive("Scaffold a plugin");
      await admin.pick(/^Python/);
      await admin.see(/Python has none yet/);
      await admin.pick(/^TypeScript/);
      await admin.fill("Name", name);
      await admin.fill("Identifier", "Night desk");
      await admin.see("Mend the named fields first.");
      await admin.fill("Identifier", id);
      await admin.activate("button", "plugin.ts");
      await admin.see({ role: "region", name: "Text of plugin.ts" });
      await admin.see(/Its tests: node --test/);
      await picture(admin.page, "dev-scaffold");
      const zip = await saved(admin, () => admin.activate("button", "Download"));
      assert.equal(zip.name, `${id}.zip`);
      assert.equal(zip.bytes.subarray(0, 2).toString(), "PK");
    },
  },
  {
    name: "developer: has it written into the workspace and linked in test mode, and enables it",
    async run({ admin }) {
      await admin.activate("button", "Create in the workspace");
      await admin.arrive(name);
      await admin.see("Test mode");
      await admin.activate("button", "Enable");
      await admin.see(`${name} is enabled`, 60_000);
    },
  },
  {
    name: "developer: changes a line, and the running plugin starts anew by itself",
    async run(world) {
      const { admin, picture } = world;
      await admin.goTo("Live reload");
      await admin.arrive("Live reload");
      await admin.tick("switch", `Watch the folder of ${name}`);
      await admin.see(`Live reload of ${name} is on`);
      changeLine(world, " taken`", " handed over`");
      await admin.see("Reloaded", 30_000);
      await admin.see(/^plugin\.ts$/);
      await picture(admin.page, "dev-reload");
    },
  },
  {
    name: "developer: watches the wire while a fixture is handed over, and hands one frame over again",
    async run({ admin, picture, server }) {
      await openTool(admin, "Wire inspector");
      await admin.see("The inspector is off");
      await admin.activate("button", "Start the inspector");
      const dialog = { role: "dialog", name: `Watch the wire of ${name}` } as const;
      await admin.choose("For how long", "5 minutes", dialog);
      await admin.activate("button", "Start", dialog);
      await admin.see(/^On until/);
      await admin.see("Nothing passed yet");
      await admin.activate("link", "Fixtures", { role: "navigation", name: "Developer tools" });
      await admin.arrive("Fixtures");
      await admin.see({ role: "heading", name: "E-mail: an appointment" });
      await admin.activate("button", `Send to ${name}`);
      await admin.see({ role: "heading", name: "What came of it" });
      await picture(admin.page, "dev-fixtures");
      await admin.activate("link", "Wire inspector", { role: "navigation", name: "Developer tools" });
      await admin.arrive("Wire inspector");
      await admin.choose("Direction", "To the plugin");
      await admin.activate("button", /^Open frame \d+, request messages\.send$/);
      const frame = { role: "dialog", name: /^Frame \d+$/ } as const;
      const body = await admin.see({ role: "region", name: "Body", in: frame });
      const text = (await body.textContent()) ?? "";
      assert.match(text, /Communication/);
      assert.doesNotMatch(text, /Tomorrow at nine|ada@/, "what could be a person's is masked");
      await picture(admin.page, "dev-wire-frame");
      await admin.activate("button", "Replay", frame);
      await admin.activate("button", "Replay", { role: "dialog", name: /^Hand frame \d+ to the plugin again\?$/ });
      await admin.see({ role: "region", name: "What the replay answered" });
      await admin.press("Escape");
      await admin.seeGone(frame);
      await admin.choose("Direction", "Both");
      await picture(admin.page, "dev-wire");
      await picture(admin.page, "dev-wire-dark", { dark: true });
      await picture(admin.page, "dev-wire-320", { width: 320 });
      await admin.activate("button", "Stop and forget");
      await admin.see("The inspector is off");
      assert.ok(!server.output().includes("Tomorrow at nine"), "nothing of a message is printed");
    },
  },
  {
    name: "developer: has it judged by the protocol's cases, keeps the result, and packs it",
    async run({ admin, picture }) {
      await openTool(admin, "Conformance");
      await admin.see("It was never judged");
      await admin.activate("button", /^Run all \d+ cases$/);
      await admin.see({ role: "heading", name: /^Run of/ }, 60_000);
      await picture(admin.page, "dev-conformance");
      const result = await saved(admin, () => admin.activate("button", "Download the result"));
      assert.equal(result.name, `conformance-${id}.json`);
      const { format, plugin: judged, counts } = JSON.parse(result.bytes.toString()) as Record<string, unknown>;
      assert.equal(format, "hilum-conformance/1");
      assert.deepEqual([(judged as { id: string }).id, (counts as { failed: number }).failed], [id, 0]);
      await admin.activate("link", "Package", { role: "navigation", name: "Developer tools" });
      await admin.arrive("Package");
      await admin.see("What it holds");
      await picture(admin.page, "dev-package");
      const packed = await saved(admin, () => admin.activate("button", "Pack and download"));
      assert.match(packed.name, /\.hilum$/);
      assert.equal(packed.bytes.subarray(0, 2).toString(), "PK");
    },
  },
  {
    name: "developer: mends a manifest where its problems lead",
    async run({ admin, picture }) {
      await admin.goTo("Manifest editor");
      await admin.arrive("Manifest");
      const broken = `{\n  "id": "${id}",\n  "nmae": "${name}",\n  "capabilities": ["send_mesages"]\n}\n`;
      await admin.fill("Text of hilum.json", broken, { paste: true });
      await admin.see(/^3 problems$/);
      await picture(admin.page, "dev-manifest");
      await admin.activate("button", /^Go to line 4/);
      await admin.seeFocused({ role: "textbox", name: "Text of hilum.json" });
      await admin.see(/^\/capabilities\/0$/);
      await admin.press("Tab");
      assert.notEqual(
        await admin.page.evaluate(() => document.activeElement?.tagName),
        "TEXTAREA",
        "Tab leaves the editor",
      );
      await admin.activate("button", /^Apply fix at line 4/);
      await admin.see(/^2 problems$/);
      await admin.activate("button", /^Apply fix at line 3/);
      await admin.see("No problems");
      assert.equal(
        await admin.field("Text of hilum.json").inputValue(),
        broken.replace("nmae", "name").replace("mesages", "messages"),
        "the rest of the text stays as it was",
      );
    },
  },
  {
    name: "developer: tries operations in the API explorer, and copies the same as a program",
    async run({ admin, picture }) {
      await admin.goTo("API explorer");
      await admin.arrive("API explorer");
      await admin.fill("Search operations", "live reload watched");
      await admin.activate("link", /getLiveReload/);
      await admin.see({ role: "heading", name: /^Tell whether a linked folder is watched/ });
      await admin.activate("button", "Send GET");
      await admin.see("This is needed.");
      await admin.fill("plugin", id);
      await admin.activate("button", "Send GET");
      await admin.see({ role: "region", name: "Answer of getLiveReload" });
      await admin.activate("button", "Python");
      const code = await admin.see({ role: "region", name: "Code of getLiveReload" });
      assert.match((await code.textContent()) ?? "", new RegExp(`/api/v1/plugins/${id}/live-reload`));
      await admin.page.evaluate(() => window.scrollTo(0, 0));
      await picture(admin.page, "dev-api");
      await admin.fill("Search operations", "setLiveReload");
      await admin.activate("link", /setLiveReload/);
      await admin.fill("plugin", id);
      await admin.choose("on", "false");
      await admin.activate("button", "Send PUT");
      const answer = await admin.see({ role: "region", name: "Answer of setLiveReload" });
      assert.match((await answer.textContent()) ?? "", /"on": false/);
    },
  },
  {
    name: "developer: finds the plugin in the workspace, and takes it out of service again",
    async run({ admin, picture }) {
      await admin.goTo("Developer tools");
      await admin.arrive("Developer tools");
      await admin.see("Linked");
      await picture(admin.page, "dev");
      await picture(admin.page, "dev-dark", { dark: true });
      await picture(admin.page, "dev-320", { width: 320 });
      await admin.activate("link", name);
      await admin.arrive(name);
      await admin.activate("button", "Disable");
      const dialog = { role: "dialog", name: `Disable ${name}?` } as const;
      await admin.fill(/^Reason/, "It was an exercise", { within: dialog });
      await admin.activate("button", "Disable", dialog);
      await admin.see(`${name} is disabled`);
    },
  },
];

/** A plugin of one's own in the workspace: what publishing begins with. */
export const developed: Journey[] = devtools.slice(0, 2);
