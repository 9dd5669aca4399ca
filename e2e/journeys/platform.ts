import assert from "node:assert/strict";
import type { Journey } from "./journey.ts";

export const platform: Journey[] = [
  {
    name: "checks the sandbox again and reads which controls hold",
    async run({ admin, picture }) {
      await admin.goTo("Sandbox");
      await admin.arrive("Sandbox");
      await admin.activate("button", "Check again");
      await admin.see("Every control holds", 60_000);
      await admin.see("Plugins are isolated");
      await picture(admin.page, "sandbox");
    },
  },
  {
    name: "shows the page's requests as a program would send them, with the whole description to download",
    async run({ admin }) {
      await admin.activate("button", "Show API call");
      await admin.see({ role: "dialog", name: "The same by program" });
      const download = admin.page.waitForEvent("download");
      await admin.activate("button", "Download the API description");
      assert.equal((await download).suggestedFilename(), "hilum-openapi.json");
      await admin.press("Escape");
      await admin.seeGone({ role: "dialog", name: "The same by program" });
      await admin.seeFocused({ role: "button", name: "Show API call" });
    },
  },
  {
    name: "moves by single keys, opens the keyboard sheet, and leaves typing alone",
    async run({ admin, picture }) {
      await admin.press("g");
      await admin.press("p");
      await admin.seeFocused({ role: "heading", name: "Plugins" });
      await admin.press("/");
      await admin.write("smtp g d");
      await admin.see({ role: "heading", name: "Plugins" });
      await admin.press("Control+a");
      await admin.press("Delete");
      await admin.reach({ role: "link", name: /^Plugins/, in: { role: "navigation", name: "Main" } });
      await admin.press("?");
      await admin.see({ role: "dialog", name: "Keyboard and help" });
      await admin.press("Escape");
      await admin.press("Control+k");
      await admin.write("verify");
      await admin.see("Verify the audit log");
      await picture(admin.page, "palette");
      await admin.press("Escape");
      await admin.goTo("Plugins");
      await admin.see("Practice mailbox");
      await picture(admin.page, "plugins");
    },
  },
  {
    name: "keeps the focus in the palette when a page that was on its way arrives behind it",
    async run({ admin }) {
      const search = { role: "textbox", name: "Search or run an action" } as const;
      await admin.open("/");
      await admin.press("Control+k");
      await admin.seeFocused(search);
      await admin.press("Escape");
      await admin.seeGone(search);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      let held = 0;
      await admin.page.route("**/assets/*.js", async (route) => {
        held++;
        await released;
        await route.continue();
      });
      try {
        await admin.goTo("Vendors");
        await admin.press("Control+k");
        await admin.seeFocused(search);
        assert.notEqual(held, 0, "the page is still on its way");
      } finally {
        release();
        await admin.page.unrouteAll({ behavior: "wait" });
      }
      await admin.arrive("Vendors");
      await admin.write("repai");
      assert.equal(await admin.field("Search or run an action").inputValue(), "repai");
      await admin.press("Escape");
      await admin.seeFocused({ role: "heading", name: "Vendors" });
    },
  },
];
