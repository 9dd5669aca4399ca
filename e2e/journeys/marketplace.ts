import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openMarket, pager, pictureSays, type Market, type PagerVersion } from "../world/market.ts";
import { repository } from "../world/world.ts";
import { saved } from "./devtools.ts";
import type { Journey } from "./journey.ts";

const first: PagerVersion = { version: "1.0.0", changelog: "1.0.0\nPages the ward." };
const second: PagerVersion = {
  version: "1.1.0",
  changelog: "1.1.0\nReaches the new building.",
  asks: "net:https://pagers.riverside.example:443",
};
const broken: PagerVersion = { version: "1.2.0", changelog: "1.2.0\nFaster.", smoke: "failed" };
const third: PagerVersion = { version: "1.3.0", changelog: "1.3.0\nLouder." };

let market: Market | undefined;
function theMarket(): Market {
  if (market === undefined) throw new Error("the market was not opened");
  return market;
}

export const marketplace: Journey[] = [
  {
    name: "marketplace: adds a source by its address, after comparing the fingerprint that its keeper gave",
    async run({ admin, folder, picture, atEnd }) {
      const opened = await openMarket(join(folder, "market"), join(repository, "packages/sdk/dist/linked/index.mjs"));
      atEnd(() => opened.close());
      market = opened;
      await market.offer([first]);
      await admin.open("/");
      await admin.goTo("Marketplace, sources");
      await admin.arrive("Sources");
      await admin.activate("button", "Add a source");
      const place = { role: "dialog", name: "Add a source" } as const;
      await admin.fill("Address", market.address, { within: place });
      await admin.activate("button", "Read its keys", place);
      const trust = { role: "dialog", name: "Trust this marketplace?" } as const;
      await admin.fill("Fingerprint that the keeper gave you", market.fingerprint.replace(/^./, "x"), {
        within: trust,
      });
      await admin.see("It is not the same as the one that was read.");
      await picture(admin.page, "marketplace-trust");
      await admin.fill("Fingerprint that the keeper gave you", market.fingerprint, { within: trust });
      await admin.fill("Name", "Riverside", { within: trust });
      await admin.fill("Days until a new version is offered as an update", "0", { within: trust });
      await admin.activate("button", "Trust it and read it", trust);
      await admin.see("Riverside is a source now");
      await admin.see("1 plugin, 1 version");
      await picture(admin.page, "marketplace-sources");
    },
  },
  {
    name: "marketplace: finds a plugin by typing, narrows, and reads what it may do before anything of it is here",
    async run({ admin, picture }) {
      await admin.goTo("Marketplace");
      await admin.arrive("Marketplace");
      await admin.fill("Search the marketplace", "pagr");
      await admin.activate("button", "Try “pager”");
      await admin.see({ role: "link", name: "Ward pager" });
      assert.equal(new URL(admin.page.url()).searchParams.get("q"), "pager");
      await picture(admin.page, "marketplace");
      await admin.activate("link", "Ward pager");
      await admin.arrive("Ward pager");
      await admin.see("It asks for no right: it gets what it is handed, and nothing else.");
      await admin.see(/^Quality/);
      await admin.see({ role: "img", name: pictureSays });
      await picture(admin.page, "marketplace-listing");
      await picture(admin.page, "marketplace-listing-320", { width: 320 });
      await picture(admin.page, "marketplace-listing-dark", { dark: true });
    },
  },
  {
    name: "marketplace: installs it with every step shown, leaves the page, comes back, and enables it",
    async run({ admin, picture }) {
      await admin.activate("button", "Install 1.0.0");
      const dialog = { role: "dialog", name: "Install Ward pager 1.0.0?" } as const;
      await admin.see("It asks for nothing.");
      await admin.activate("button", "Install 1.0.0", dialog);
      await admin.arrive("Install: Ward pager 1.0.0");
      await admin.see("Verify who signed it and every byte");
      await admin.goTo("Marketplace, installs");
      await admin.arrive("Installs");
      await admin.activate("link", "Ward pager 1.0.0");
      await admin.arrive("Install: Ward pager 1.0.0");
      await admin.see("It is installed, and nothing of it runs yet.", 120_000);
      await picture(admin.page, "marketplace-install");
      await admin.activate("link", "Set it up");
      await admin.arrive("Ward pager");
      await admin.activate("button", "Enable");
      await admin.see("Ward pager is enabled", 60_000);
    },
  },
  {
    name: "marketplace: an update that asks for more waits for approval while the old version runs",
    async run({ admin, picture }) {
      await theMarket().offer([second, first]);
      await admin.goTo("Marketplace, sources");
      await admin.activate("button", "Read again: Riverside");
      await admin.see(/^Riverside was read: 1 version new/);
      await admin.goTo("Marketplace, updates");
      await admin.arrive("Updates");
      await admin.see("Asks for more");
      await admin.activate("link", "Ward pager");
      await admin.arrive("Versions of Ward pager");
      await admin.activate("button", "Update to 1.1.0");
      const dialog = { role: "dialog", name: "Ward pager: update to 1.1.0?" } as const;
      await admin.see("It asks for more than the version that runs.");
      await picture(admin.page, "marketplace-differences");
      await admin.activate("button", "Update to 1.1.0", dialog);
      await admin.arrive("Update: Ward pager 1.0.0 → 1.1.0");
      await admin.see("Rights that are new", 60_000);
      await picture(admin.page, "marketplace-approval");
      await admin.tick("checkbox", /pagers\.riverside\.example/);
      await admin.activate("button", "Approve and go on");
      await admin.see(/^Version 1\.1\.0 (runs and is watched|is what runs now)/, 120_000);
    },
  },
  {
    name: "marketplace: goes back with one click and a reason, and holds the version",
    async run({ admin, picture }) {
      await admin.open(`/plugins/${pager}/versions`);
      await admin.arrive("Versions of Ward pager");
      await picture(admin.page, "versions");
      await admin.activate("button", "Roll back to 1.0.0");
      const dialog = { role: "dialog", name: "Roll back to 1.0.0?" } as const;
      await admin.fill("Reason", "The new building is not open yet", { within: dialog });
      await admin.activate("button", "Roll back to 1.0.0", dialog);
      await admin.arrive(/^Roll back: Ward pager/);
      await admin.see(/^Version 1\.0\.0 (runs and is watched|is what runs now)/, 120_000);
      await admin.activate("link", "Versions");
      await admin.arrive("Versions of Ward pager");
      await admin.see("Version 1.0.0 runs");
      await admin.activate("button", "Hold this version");
      const hold = { role: "dialog", name: "Hold this version?" } as const;
      await admin.fill("Reason", "Until the building opens", { within: hold });
      await admin.activate("button", "Hold it", hold);
      await admin.see("Held at this version");
      await admin.activate("button", "Let it be updated");
      await admin.see("Updates are offered again");
      // The update that was gone back from is watched no more from the next look on.
      await admin.seeGone(/is watched until/, 30_000);
      await admin.activate("button", "Delete 1.1.0 of Ward pager");
      await admin.activate("button", "Delete it", { role: "dialog", name: "Delete version 1.1.0?" });
      await admin.see("The version is deleted");
    },
  },
  {
    name: "marketplace: an update whose smoke test fails leaves the old version; one that waits is cancelled",
    async run({ admin, picture }) {
      await theMarket().offer([broken, second, first]);
      await admin.open("/marketplace/sources");
      await admin.activate("button", "Read again: Riverside");
      await admin.see(/^Riverside was read/);
      await admin.open(`/marketplace/${pager}`);
      await admin.activate("button", "Update to 1.2.0");
      await admin.activate("button", "Update to 1.2.0", { role: "dialog", name: "Ward pager: update to 1.2.0?" });
      await admin.arrive(/^Update: Ward pager/);
      await admin.see("Version 1.0.0 runs as before. Nothing was switched.", 120_000);
      await picture(admin.page, "marketplace-failed");
      await admin.open(`/marketplace/${pager}?version=1.1.0`);
      await admin.activate("button", "Change to 1.1.0");
      const dialog = { role: "dialog", name: /^Ward pager: (update to|go back to) 1\.1\.0\?$/ } as const;
      if (await admin.isShown({ role: "textbox", name: "Why all the same" }))
        await admin.fill("Why all the same", "The building opened", { within: dialog });
      await admin.activate("button", /^(Update|Go back) to 1\.1\.0$/, dialog);
      await admin.see("Rights that are new", 60_000);
      await admin.activate("button", "Cancel");
      await admin.activate("button", "Cancel the job", { role: "dialog", name: /^Cancel / });
      await admin.see("Cancelled. The old version goes on.");
    },
  },
  {
    name: "marketplace: updates all that can be, one after the other",
    async run({ admin, picture }) {
      await theMarket().offer([third, second, first]);
      await admin.open("/marketplace/sources");
      await admin.activate("button", "Read again: Riverside");
      await admin.see(/^Riverside was read/);
      await admin.goTo("Marketplace, updates");
      await admin.arrive("Updates");
      await admin.activate("button", /^Update all/);
      await admin.activate("button", /^Update \d/, { role: "dialog", name: /^Update \d+ plugins?\?$/ });
      await admin.see("The updates have begun");
      await admin.see("All done", 180_000);
      await picture(admin.page, "marketplace-updates");
    },
  },
  {
    name: "marketplace: compares the tree of its packages with what another hospital read",
    async run({ admin, picture }) {
      await admin.open("/marketplace/sources");
      await admin.arrive("Sources");
      await admin.reach(admin.page.locator("summary").filter({ hasText: "not witnessed" }).first());
      await admin.press("Enter");
      const head = readFileSync(join(theMarket().folder, "log/checkpoint"), "utf8");
      await admin.fill("Tree of Riverside that another hospital read", head);
      await admin.activate("button", "Compare the trees of Riverside");
      await admin.see("The same tree.");
      await admin.fill(
        "Tree of Riverside that another hospital read",
        head.replace(/^(.+\n\d+\n).*/, `$1${Buffer.alloc(32).toString("base64")}`),
      );
      await admin.activate("button", "Compare the trees of Riverside");
      await admin.see("Two different histories.");
      await picture(admin.page, "marketplace-tree");
    },
  },
  {
    name: "marketplace: carries a source as a mirror, makes another of it, and takes in a newer one",
    async run({ admin }) {
      await admin.open("/marketplace/sources");
      await admin.arrive("Sources");
      const mirror = await saved(admin, () => admin.activate("button", "Export mirror of Riverside"));
      assert.match(mirror.name, /\.mirror\.zip$/);
      await admin.activate("button", "Add a source");
      const place = { role: "dialog", name: "Add a source" } as const;
      await admin.pick(/^A mirror as a file/, place);
      await admin.attach(
        { role: "button", name: "Choose a mirror", in: place },
        { name: mirror.name, mimeType: "application/zip", buffer: mirror.bytes },
      );
      await admin.see(/^riverside\.mirror\.zip: /);
      await admin.activate("button", "Read its keys", place);
      const trust = { role: "dialog", name: "Trust this marketplace?" } as const;
      await admin.tick("checkbox", /^I compared all groups/, true, trust);
      await admin.fill("Name", "Island", { within: trust });
      await admin.activate("button", "Trust it and read it", trust);
      await admin.see("Island is a source now");
      await theMarket().offer([third, second, first]);
      await admin.activate("button", "Read again: Riverside");
      await admin.see(/^Riverside was read/);
      const newer = await saved(admin, () => admin.activate("button", "Export mirror of Riverside"));
      const chooser = admin.page.waitForEvent("filechooser");
      await admin.pickFromMenu("More for Island", "Take in a newer mirror");
      await (await chooser).setFiles({ name: newer.name, mimeType: "application/zip", buffer: newer.bytes });
      await admin.see(/^Island was read/);
      await admin.pickFromMenu("More for Island", "Ask it earlier");
      await admin.see("The order is saved");
      await admin.see("1. Island");
      await admin.pickFromMenu("More for Island", "Remove this source");
      const remove = { role: "dialog", name: "Remove Island?" } as const;
      await admin.fill("Reason", "It was only tried", { within: remove });
      await admin.activate("button", "Remove the source", remove);
      await admin.see("Island is no source any more");
    },
  },
  {
    name: "marketplace: takes a package from a file with a reason, and shows it as unsigned",
    async run({ admin }) {
      await admin.open("/plugins/add?from=package");
      await admin.arrive("Add a plugin");
      const file = theMarket().packageFile({ version: "1.4.0", changelog: "1.4.0" });
      await admin.attach(
        { role: "button", name: "Choose a package" },
        { name: `${pager}-1.4.0.hilum`, mimeType: "application/zip", buffer: file },
      );
      const dialog = { role: "dialog", name: "Ward pager: update to 1.4.0?" } as const;
      await admin.see(dialog);
      await admin.fill("Why all the same", "Handed over by the vendor in person", { within: dialog });
      await admin.activate("button", "Update to 1.4.0", dialog);
      await admin.see(/^Version 1\.4\.0 (runs and is watched|is what runs now)/, 120_000);
      await admin.activate("link", "Versions");
      await admin.see("Unsigned");
    },
  },
  {
    name: "kill switch: shows what a plugin could have reached, ends all of it, and is lifted again",
    async run({ admin, picture }) {
      await admin.open(`/plugins/${pager}`);
      await admin.arrive("Ward pager");
      await admin.pickFromMenu("More actions", "Kill switch");
      await admin.arrive("Kill switch of Ward pager");
      await admin.see("Runs here since");
      await picture(admin.page, "kill-switch");
      await admin.activate("button", "Kill Ward pager");
      const dialog = { role: "dialog", name: "Kill Ward pager?" } as const;
      await admin.fill("Reason", "It pages people who are not on duty", { within: dialog });
      await admin.activate("button", "Kill Ward pager", dialog);
      await admin.see("It is killed");
      await picture(admin.page, "kill-switch-done");
      await admin.activate("button", "Lift the kill switch");
      const lift = { role: "dialog", name: "Lift the kill switch of Ward pager?" } as const;
      await admin.fill("Reason", "The duty list was wrong, not the pager", { within: lift });
      await admin.activate("button", "Lift it", lift);
      await admin.see("It was killed, and that was lifted");
    },
  },
];
