import type { Journey } from "./journey.ts";

const mailbox = "/plugins/org.hilum.practice-mailbox";

/** Of a plugin that is set up already. */
export const setupLeft: Journey[] = [
  {
    name: "leaves a setup half way, comes back to it and starts over",
    async run({ admin }) {
      await admin.open("/plugins/org.hilum.smtp/setup");
      await admin.arrive("Reconfigure SMTP e-mail");
      await admin.pick(/^TLS, port 465/);
      await admin.activate("button", "Next: Mail server");
      await admin.arrive("Mail server");
      await admin.fill("Mail server", "elsewhere.example.org");
      await admin.activate("button", "Save and leave");
      await admin.arrive("SMTP e-mail");
      await admin.open("/plugins/org.hilum.smtp/setup?step=server");
      await admin.arrive("Mail server");
      const host = admin.field("Mail server");
      if ((await host.inputValue()) !== "elsewhere.example.org") throw new Error("the answer is kept on the server");
      await admin.activate("button", "Start over");
      await admin.activate("button", "Start over", { role: "dialog", name: "Start the setup over?" });
      await admin.see("Setup started over");
    },
  },
];

export const lifecycle: Journey[] = [
  {
    name: "tests settings without saving, saves and tests, and restores an earlier revision",
    async run({ admin, picture }) {
      await admin.open(`${mailbox}/settings`);
      await admin.arrive("Settings of Practice mailbox");
      await admin.choose("What it does with a message", "Deliver it late");
      await admin.activate("button", "Test without saving");
      await admin.see("The test passed");
      await admin.activate("button", "Save and test");
      await admin.see("Settings saved");
      await picture(admin.page, "plugin-settings");
      await admin.activate("button", "Restore revision 1");
      await admin.activate("button", "Restore", { role: "dialog", name: "Restore revision 1?" });
      await admin.see(/^Restored as revision /);
      await admin.choose("What it does with a message", "Deliver it");
      await admin.activate("button", "Save");
      await admin.see("Everything is saved.");
    },
  },
  {
    name: "restarts and disables an instance, and enables it again",
    async run({ admin }) {
      await admin.open(mailbox);
      await admin.arrive("Practice mailbox");
      await admin.pickFromMenu("More actions", "Restart");
      await admin.activate("button", "Restart", { role: "dialog", name: "Restart Practice mailbox?" });
      await admin.see("Practice mailbox was restarted");
      await admin.activate("button", "Disable");
      const dialog = { role: "dialog", name: "Disable Practice mailbox?" } as const;
      await admin.fill(/^Reason/, "Trying what happens", { within: dialog });
      await admin.activate("button", "Disable", dialog);
      await admin.see("Practice mailbox is disabled");
      await admin.activate("button", "Enable");
      await admin.see("Practice mailbox is enabled");
    },
  },
  {
    name: "makes a second instance and removes it with a reason",
    async run({ admin, picture }) {
      await admin.open(mailbox);
      await admin.activate("button", "Duplicate");
      const dialog = { role: "dialog", name: "Another instance of Practice mailbox" } as const;
      await admin.fill("Title", "After hours", { within: dialog });
      await admin.activate("button", "Make the instance", dialog);
      await admin.see("Instance After hours made");
      await picture(admin.page, "instances");
      await admin.pickFromMenu("More actions", "Remove this instance");
      const remove = { role: "dialog", name: "Remove instance After hours?" } as const;
      await admin.fill("Reason", "Not needed any more", { within: remove });
      await admin.activate("button", "Remove the instance", remove);
      await admin.see("Instance After hours was removed");
    },
  },
  {
    name: "removes a plugin with a reason",
    async run({ admin }) {
      await admin.open("/plugins/org.example.fax-gate");
      await admin.pickFromMenu("More actions", "Remove the plugin");
      const dialog = { role: "dialog", name: "Remove Fax gate?" } as const;
      await admin.activate("button", "Remove the plugin", dialog);
      await admin.see("Write at least 3 characters.");
      await admin.fill("Reason", "Replaced by another gate", { within: dialog });
      await admin.activate("button", "Remove the plugin", dialog);
      await admin.see("Fax gate was removed");
      await admin.arrive("Plugins");
    },
  },
];
