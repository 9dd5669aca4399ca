import assert from "node:assert/strict";
import { join } from "node:path";
import { flipByte } from "../world/audit-log.ts";
import type { Journey } from "./journey.ts";

export const audit: Journey[] = [
  {
    name: "finds an act in the audit log and reads its proof",
    async run({ admin, notes, picture }) {
      await admin.goTo("Audit");
      await admin.arrive("Audit");
      await admin.fill("What", "enableInstance");
      await admin.press("Enter");
      await admin.see(/org\.hilum\.smtp/);
      assert.match(admin.page.url(), /action=enableInstance/);
      await picture(admin.page, "audit");
      await admin.reach(admin.page.getByRole("button", { name: /^Open entry / }).first());
      await admin.press("Enter");
      await admin.see("As it was written");
      await admin.see(/RFC 6962/);
      notes.set("entry:index", new URL(admin.page.url()).searchParams.get("entry") ?? "");
      notes.set("entry:text", (await admin.page.getByRole("dialog").locator("pre").first().textContent()) ?? "");
      await picture(admin.page, "audit-entry");
      await admin.activate("button", "Copy entry and proof");
      await admin.see("Entry and proof copied");
      await admin.press("Escape");
    },
  },
  {
    name: "exports what was found and rebuilds the search index",
    async run({ admin }) {
      await admin.activate("button", "Export");
      const dialog = { role: "dialog", name: "Export entries" } as const;
      await admin.pick("CSV");
      const download = admin.page.waitForEvent("download");
      await admin.activate("button", "Download", dialog);
      await admin.see("Exported");
      assert.match((await download).suggestedFilename(), /\.csv$/);
      await admin.activate("button", "Rebuild the index");
      await admin.see(/entries indexed$/);
    },
  },
  {
    name: "stops a verification that runs",
    async run({ admin }) {
      // On a slow line the answer that it is done takes long enough for a person to press Stop.
      const progress = "**/api/v1/audit/verifications/*";
      await admin.page.route(progress, async (route) => {
        if (route.request().method() !== "GET") return await route.continue();
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        await route.continue().catch(() => undefined);
      });
      await admin.activate("button", "Verify");
      await admin.activate("button", "Stop");
      // A short log may have been read to its end before the key was down.
      await admin.see(/^Verification (stopped|was already done)$/);
      await admin.page.unroute(progress);
    },
  },
  {
    name: "verifies the whole log: unbroken",
    async run({ admin, picture }) {
      await admin.goTo("Verify the audit log");
      await admin.see(/^Unbroken: all \d+(,\d+)* entries verified$/, 40_000);
      await picture(admin.page, "audit-verified");
      await admin.goTo("Dashboard");
      await admin.arrive("Dashboard");
      await admin.see("Unbroken", 10_000).catch(() => admin.see(/verified/i));
      await picture(admin.page, "dashboard");
      await picture(admin.page, "dashboard-dark", { dark: true });
      await picture(admin.page, "dashboard-320", { width: 320 });
    },
  },
];

/** Last of all: afterwards the log of this installation is evidence. */
export const brokenAudit: Journey[] = [
  {
    name: "finds and names one changed byte of the log on disk",
    async run({ admin, server, notes, picture }) {
      const index = Number(notes.get("entry:index"));
      const file = flipByte(join(server.dataDir, "audit"), notes.get("entry:text") ?? "");
      await admin.goTo("Verify the audit log");
      await admin.see({ role: "button", name: /^Open entry / }, 40_000);
      await admin.see(file);
      const shown = (await admin.page.locator("main").textContent()) ?? "";
      assert.match(
        shown,
        new RegExp(`${new Intl.NumberFormat("en-GB").format(index)}: broken`),
        `entry ${index} is named: ${shown.slice(0, 600)}`,
      );
      await picture(admin.page, "audit-broken");
      const download = admin.page.waitForEvent("download");
      await admin.activate("button", "Save the report");
      await download;
      await admin.goTo("Repairs");
      await admin.see("The audit log does not verify");
    },
  },
];
