import assert from "node:assert/strict";
import { join } from "node:path";
import { createVendor, type Vendor } from "../world/vendor.ts";
import { repository, type World } from "../world/world.ts";
import type { Journey } from "./journey.ts";
import { patient } from "./practice.ts";

const plugin = "Delivery callbacks";
const id = "com.example.delivery-callbacks";
const secret = "granite-otter-lantern-71";
const delivered = { id: "message-0", status: "delivered" };

/** The vendor of the example, as the console tells its address. */
async function findVendor({ admin, server }: World): Promise<{ vendor: Vendor; address: string }> {
  const place = admin.page.locator(".hooks .address code").first();
  return { vendor: createVendor(server, secret), address: (await place.textContent()) ?? "" };
}

export const webhooks: Journey[] = [
  {
    name: "links a plugin with a webhook, and enters the secret where its page says that it is missing",
    async run({ admin }) {
      await admin.goTo("Add plugin");
      await admin.activate("button", "Link a folder");
      await admin.fill("Folder", join(repository, "examples/delivery-callbacks"), { paste: true });
      await admin.activate("button", "Link the folder");
      await admin.see({ role: "heading", name: new RegExp(plugin) });
      await admin.open(`/plugins/${id}/webhooks`);
      await admin.arrive(`Webhooks of ${plugin}`);
      await admin.see("Signing secret is not set");
      await admin.see("Nothing arrived yet.");
      await admin.activate("link", "Enter it");
      await admin.arrive(`Settings of ${plugin}`);
      await admin.fill("Signing secret", secret);
      await admin.activate("button", "Save");
      await admin.see("Settings saved");
      await admin.activate("link", "Overview");
      await admin.arrive(plugin);
      await admin.activate("button", "Enable");
      await admin.see(`${plugin} is enabled`, 60_000);
      await admin.see("Isolated");
    },
  },
  {
    name: "sends a test delivery before the vendor knows the address, and reads what the plugin answered",
    async run({ admin, picture }) {
      await admin.activate("link", "Webhooks");
      await admin.arrive(`Webhooks of ${plugin}`);
      await admin.see("Signing secret is set");
      await admin.activate("button", "Send a test delivery to Delivery status");
      const dialog = { role: "dialog", name: "Send a test delivery to Delivery status" } as const;
      await admin.fill("Body", JSON.stringify({ id: "message-1", status: "failed" }), { within: dialog, paste: true });
      await admin.activate("button", "Send", dialog);
      const drawer = { role: "dialog", name: "Delivery" } as const;
      await admin.see(drawer);
      await admin.see({ role: "region", name: "Body", in: drawer });
      await admin.see("Test from here");
      await picture(admin.page, "webhook-delivery");
      await admin.press("Escape");
      await admin.seeGone(drawer);
    },
  },
  {
    name: "sees what a vendor sends: right, with a wrong secret, and the same once more",
    async run(world) {
      const { admin, picture } = world;
      const { vendor, address } = await findVendor(world);
      assert.equal(await vendor.call(address, delivered, { secret: "another secret" }), 401);
      const at = new Date();
      const body = { ...delivered, about: patient.text };
      assert.equal(await vendor.call(address, body, { at }), 204);
      assert.equal(await vendor.call(address, body, { at }), 200, "a copy is acknowledged and not handed over");
      assert.equal(await vendor.call(address, delivered, { at: new Date(Date.now() - 3_600_000) }), 401);
      await admin.activate("button", "Refresh");
      for (const verdict of ["Wrong signature", "Repeated", "Too old"]) await admin.see(verdict);
      await picture(admin.page, "webhooks");
      await picture(admin.page, "webhooks-dark", { dark: true });
      await picture(admin.page, "webhooks-320", { width: 320 });
      await admin.activate("button", /^Open the delivery of .*, Wrong signature$/);
      await admin.see("Compare the secret in Settings with the one at the vendor; enter it again if they differ.");
      await admin.see("Its signature was not right: it is never handed over.");
      await admin.press("Escape");
      await admin.seeGone({ role: "dialog", name: "Delivery" });
    },
  },
  {
    name: "finds what came while the plugin was down by its result, and hands it over again",
    async run(world) {
      const { admin, server } = world;
      const { vendor, address } = await findVendor(world);
      await admin.activate("link", "Overview");
      await admin.activate("button", "Disable");
      const dialog = { role: "dialog", name: `Disable ${plugin}?` } as const;
      await admin.fill(/^Reason/, "Trying what happens", { within: dialog });
      await admin.activate("button", "Disable", dialog);
      await admin.see(`${plugin} is disabled`);
      assert.equal(await vendor.call(address, { ...delivered, id: "message-2" }), 503, "the vendor is to come again");
      await admin.activate("button", "Enable");
      // What was announced at the first Enable may still stand there.
      await admin.see({ role: "button", name: "Disable" }, 60_000);
      await admin.activate("link", "Webhooks");
      await admin.arrive(`Webhooks of ${plugin}`);
      await admin.choose("Result", "Plugin not running");
      await admin.see(/^Plugin not running$/);
      assert.match(admin.page.url(), /[?&]verdict=not_running/, "the filter stands in the address");
      await admin.activate("button", /^Open the delivery of .*, Plugin not running$/);
      await admin.activate("button", "Replay", { role: "dialog", name: "Delivery" });
      const asked = { role: "dialog", name: "Hand this delivery to the plugin again?" } as const;
      await admin.activate("button", "Replay", asked);
      await admin.see("Handed over again: accepted");
      await admin.see(/^the delivery 0/);
      await admin.press("Escape");
      await admin.seeGone({ role: "dialog", name: "Delivery" });
      assert.ok(!server.output().includes(secret), "the secret is not printed");
    },
  },
];
