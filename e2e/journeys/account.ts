import assert from "node:assert/strict";
import { totpCode } from "../world/totp.ts";
import { people } from "../world/world.ts";
import type { Journey } from "./journey.ts";

const { administrator } = people;
const nextPassword = "a heron stands in the shallow end";

export const account: Journey[] = [
  {
    name: "signs out and in again with a one-time code, in a second browser with a recovery code",
    async run({ admin, welcome, notes }) {
      await admin.goTo("Dashboard");
      await admin.pickFromMenu(/user menu$/, "Sign out");
      await admin.arrive("Sign in");
      await admin.fill("User name", administrator.username);
      await admin.fill("Password", administrator.password);
      await admin.press("Enter");
      await admin.arrive("Second step");
      // The step of time that turned the codes on is used up, and a code works once.
      await admin.fill("One-time code", totpCode(notes.get("totp") ?? "", Date.now() + 30_000));
      await admin.press("Enter");
      await admin.arrive(/^(Dashboard|Welcome, Ana)$/);

      const { person, context } = await welcome();
      await person.open("/plugins");
      await person.arrive("Sign in");
      await person.fill("User name", administrator.username);
      await person.fill("Password", "not this one either");
      await person.press("Enter");
      await person.see(/user name or (the )?password is wrong|wrong/i);
      await person.fill("Password", administrator.password);
      await person.press("Enter");
      await person.arrive("Second step");
      await person.activate("button", "Use a recovery code");
      await person.fill("Recovery code", notes.get("recovery")?.split(" ")[0] ?? "");
      await person.press("Enter");
      await person.arrive("Plugins");

      await admin.goTo("Account and preferences");
      await admin.arrive("Account");
      await admin.activate("button", /^End the session on /);
      await admin.see("Session ended");
      await person.activate("button", "Refresh");
      await person.arrive("Sign in");
      await context.close();
    },
  },
  {
    name: "chooses how the console looks, which is kept on the server",
    async run({ admin, picture }) {
      await admin.open("/account");
      await admin.choose("Theme", "Dark");
      await admin.choose("Contrast", /^More/);
      await admin.choose("Font", "OpenDyslexic");
      await admin.choose("Text size", "125 %");
      await admin.activate("button", "Save preferences");
      await admin.see("Preferences saved");
      await admin.open("/account");
      assert.equal(await admin.page.locator("html").getAttribute("data-mantine-color-scheme"), "dark");
      await picture(admin.page, "preferences");
      await admin.choose("Theme", "As the system");
      await admin.choose("Contrast", /^As the system/);
      await admin.choose("Font", /^Atkinson/);
      await admin.choose("Text size", "100 %");
      await admin.activate("button", "Save preferences");
      await admin.see("Preferences saved");
    },
  },
  {
    name: "changes the password, renews the recovery codes and turns one-time codes off and on",
    async run({ admin, notes }) {
      await admin.open("/account");
      await admin.fill("Current password", administrator.password);
      await admin.fill("New password", nextPassword);
      await admin.activate("button", "Change the password");
      await admin.see("Password changed; your other sessions ended");
      admin.password = nextPassword;
      await admin.activate("button", "New recovery codes");
      await admin.activate("button", "Make new codes", { role: "dialog", name: "Make new recovery codes?" });
      await admin.see({ role: "heading", name: "Your recovery codes" });
      await admin.tick("checkbox", "I keep these codes in a safe place");
      await admin.activate("button", "Done");
      await admin.activate("button", "Turn off");
      await admin.activate("button", "Turn off", { role: "dialog", name: "Turn one-time codes off?" });
      await admin.see("One-time codes are off");
      await admin.activate("button", "Set up one-time codes");
      await admin.see({ role: "img", name: /^QR code/ });
      const secret =
        (await admin.page
          .locator("code")
          .filter({ hasText: /^[A-Z2-7]{16,}$/ })
          .textContent()) ?? "";
      notes.set("totp", secret);
      await admin.fill("Code that the app shows now", totpCode(secret));
      await admin.press("Enter");
      await admin.see({ role: "heading", name: "Your recovery codes" });
      await admin.tick("checkbox", "I keep these codes in a safe place");
      await admin.activate("button", "Done");
    },
  },
];
