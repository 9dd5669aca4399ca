import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hostilePages } from "@hilum/testkit";
import { FramePerson } from "../keyboard/frame-person.ts";
import type { Person } from "../keyboard/person.ts";
import { repository } from "../world/world.ts";
import { compose } from "./compose.ts";
import type { Journey } from "./journey.ts";
import { patient } from "./practice.ts";

const plugin = "/plugins/com.example.own-pages";
/** What is typed into a dialog of the console and nowhere else. */
const secret = { wrong: "wrong-plugh-key", right: "key-xyzzy-plugh" };

/** Reads what the console asks, and agrees: a dialog that has just opened takes no key of before. */
async function agree(person: Person, button: string, dialog: { role: "dialog"; name: string }): Promise<void> {
  await person.see(dialog);
  await sleep(700);
  await person.activate("button", button, dialog);
}

/** Links a folder on the server, as a developer does. */
async function linkFolder(person: Person, path: string, name: string): Promise<void> {
  await person.goTo("Add plugin");
  await person.activate("button", "Link a folder");
  await person.fill("Folder", path, { paste: true });
  await person.activate("button", "Link the folder");
  await person.arrive(new RegExp(name));
}

export const pages: Journey[] = [
  {
    name: "sets a plugin up in a page of its own, with a wrong key that is found before anything is saved",
    async run({ admin, picture }) {
      await linkFolder(admin, join(repository, "examples/own-pages"), "Own pages");
      await admin.activate("link", "Setup guide");
      await admin.arrive("Setup guide of Own pages");
      await admin.see("Provided by");
      const inside = new FramePerson(admin);
      await inside.pick(/^In Europe/);
      await inside.activate("button", "Next");
      await inside.see("API key: enter it (needed)");
      await picture(admin.page, "own-page-wizard");
      await inside.tick(/^API key/);
      await inside.activate("button", "Next");
      const dialog = { role: "dialog", name: "Keep answers of the setup of Own pages?" } as const;
      await admin.fill("API key", secret.wrong, { within: dialog });
      await admin.activate("button", "Keep them", dialog);
      await inside.see("Messages a minute");
      await inside.fill("Signature", "Example Clinic");
      await inside.activate("button", "Next");
      await inside.see("The key is looked at. Nothing is sent.");
      await inside.activate("button", "Run the checks");
      await inside.see("The provider does not know the key.");
    },
  },
  {
    name: "mends the key where the failed check leads, and saves, asked outside of the page each time",
    async run({ admin, picture }) {
      const inside = new FramePerson(admin);
      await inside.activate("button", "Fix: go to “API key”");
      await inside.tick(/^API key/);
      await inside.activate("button", "Next");
      const dialog = { role: "dialog", name: "Keep answers of the setup of Own pages?" } as const;
      await admin.fill("API key", secret.right, { within: dialog });
      await picture(admin.page, "own-page-secret");
      await admin.activate("button", "Keep them", dialog);
      await inside.see("Messages a minute");
      await inside.activate("button", "Next");
      await inside.see("The key is looked at. Nothing is sent.");
      await inside.activate("button", /^Run/);
      await inside.see("The key is accepted");
      await inside.activate("button", "Next");
      await inside.see("set, not shown");
      await inside.activate("button", "Save these settings");
      const ask = { role: "dialog", name: "Save the setup of Own pages?" } as const;
      await agree(admin, "Save these settings", ask);
      await admin.arrive("Access of Own pages");
      await admin.activate("link", "Overview");
      await admin.see("Ready to enable");
      await admin.activate("button", "Enable");
      await admin.see("Own pages is enabled", 60_000);
    },
  },
  {
    name: "changes a setting in the plugin's own page, reads what changes outside of it, and comes out with Escape",
    async run({ admin, picture }) {
      await admin.open(`${plugin}/settings`);
      await admin.arrive("Settings of Own pages");
      const inside = new FramePerson(admin);
      await inside.fill("Signature", "St. Elsewhere");
      await inside.activate("button", "Test without saving");
      await inside.see("The test passed");
      await inside.activate("button", "Save");
      const dialog = { role: "dialog", name: "Save settings of Own pages?" } as const;
      await admin.see("St. Elsewhere");
      await picture(admin.page, "own-page-confirm");
      await admin.activate("button", "Cancel", dialog);
      await inside.see("The person did not agree");
      await inside.activate("button", "Save");
      await agree(admin, "Save", dialog);
      await admin.see("Settings saved");
      await inside.see("Everything is saved.");
      await picture(admin.page, "own-page-settings");
      await picture(admin.page, "own-page-settings-dark", { dark: true });
      await picture(admin.page, "own-page-settings-320", { width: 320 });
      await inside.reach("button", "Test without saving");
      await admin.press("Escape");
      assert.equal(
        await admin.page.evaluate(() => document.activeElement?.closest(".plugin-frame h2") !== null),
        true,
        "the focus is on the frame's heading",
      );
      await admin.activate("button", "Skip this panel");
      await admin.press("Tab");
      assert.equal(await inside.hasFocus(), false, "the skip link leads past the frame");
    },
  },
  {
    name: "shows the generated page beside the plugin's own, one press away",
    async run({ admin }) {
      await admin.open(`${plugin}/settings`);
      await admin.activate("link", "Show the generated page");
      await admin.see("Made by Hilum from the manifest.");
      assert.equal(await admin.field("Signature").inputValue(), "St. Elsewhere");
      await admin.activate("link", "Show the page of Own pages");
      await new FramePerson(admin).see("How a message ends");
    },
  },
  {
    name: "runs tests from the plugin's own Health page; for a live one the console asks who receives it",
    async run({ admin, picture }) {
      await admin.open(`${plugin}/health`);
      await admin.arrive("Health of Own pages");
      const inside = new FramePerson(admin);
      await inside.see("Frankfurt");
      await inside.activate("button", "Run all tests");
      await inside.see("Passed");
      await inside.activate("button", "Run: Send a test message");
      const dialog = { role: "dialog", name: "Run smoke tests of Own pages?" } as const;
      await admin.fill("Recipient", "it@clinic.example", { within: dialog });
      await admin.activate("button", "Send the test", dialog);
      await inside.see("Passed");
      await picture(admin.page, "own-page-health");
    },
  },
  {
    name: "reads in the plugin's further page what became of a message, without its words",
    async run({ admin, picture }) {
      await admin.open("/messages/routing");
      await admin.choose("Provider to add for e-mail", /^Own pages/);
      await admin.activate("button", "Add Own pages for e-mail");
      await admin.activate("button", "Move up: Own pages");
      await admin.activate("button", "Save the order for e-mail");
      await admin.see(/^E-mails? go to Own pages/);
      await compose(admin, { ...patient, subject: "Your appointment" });
      await admin.see("Taken by Own pages", 40_000);
      await admin.open(`${plugin}/pages/deliveries`);
      const inside = new FramePerson(admin);
      await inside.activate("button", /^What happened to the message to/);
      await inside.see("Taken by Own pages");
      await inside.see("What it says is patient data and does not come into this page.");
      await picture(admin.page, "own-page-deliveries");
      const text = await inside.frame.locator("body").innerText();
      for (const word of [patient.to, patient.text, "Your appointment"])
        assert.ok(!text.includes(word), `the page holds "${word}"`);
      await inside.activate("button", "Open it in Messages");
      await admin.arrive("E-mail message");
    },
  },
  {
    name: "takes a page away that stops responding, and reports it",
    async run({ admin, folder }) {
      const home = join(folder, "spinning");
      mkdirSync(home, { recursive: true });
      const code = ["prelude", "spin"].map((name) => readFileSync(join(hostilePages, `${name}.js`), "utf8"));
      writeFileSync(join(home, "page.js"), code.join("\n"));
      const manifest = { id: "com.example.spinning", name: "Spinning", capabilities: ["send_messages"] };
      writeFileSync(join(home, "hilum.json"), JSON.stringify({ ...manifest, ui: { settings: { entry: "page.js" } } }));
      await linkFolder(admin, home, "Spinning");
      await admin.open("/plugins/com.example.spinning/settings");
      await admin.arrive("Settings of Spinning");
      await admin.see("This panel stopped responding", 30_000);
      await admin.activate("button", "Report");
      await admin.see("It was reported.");
      await admin.open("/plugins/com.example.spinning/logs");
      await admin.see("The console took the page settings away: it stopped responding.");
    },
  },
];
