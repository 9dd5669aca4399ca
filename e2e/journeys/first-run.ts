import assert from "node:assert/strict";
import { totpCode } from "../world/totp.ts";
import { people } from "../world/world.ts";
import type { Journey } from "./journey.ts";

export const firstRun: Journey[] = [
  {
    name: "makes the first administrator with the set-up code",
    async run({ admin, server, picture }) {
      await admin.open("/");
      await admin.arrive("Welcome to Hilum");
      await admin.fill("Set-up code", "WRONG-WRONG-WRONG-WRONG");
      await admin.fill("Your name", people.administrator.displayName);
      await admin.fill("User name", people.administrator.username);
      await admin.fill("Password", people.administrator.password);
      await picture(admin.page, "first-run");
      await admin.press("Enter");
      await admin.see(/^The (set-up )?code is wrong/);
      await admin.fill("Set-up code", server.setupCode);
      await admin.press("Enter");
      await admin.arrive("Protect your account");
      admin.password = people.administrator.password;
    },
  },
  {
    name: "turns on one-time codes from the key beside the QR code and keeps the recovery codes",
    async run({ admin, notes, picture }) {
      await admin.activate("button", "Set up one-time codes");
      await admin.see({ role: "img", name: /^QR code/ });
      const secret = (await admin.page.locator("code").first().textContent()) ?? "";
      assert.match(secret, /^[A-Z2-7]{16,}$/);
      notes.set("totp", secret);
      await admin.fill("Code that the app shows now", "000000");
      await admin.press("Enter");
      await admin.see(/not the code|wrong/i);
      await admin.fill("Code that the app shows now", totpCode(secret));
      await picture(admin.page, "second-factor");
      await admin.press("Enter");
      await admin.see({ role: "heading", name: "Your recovery codes" });
      const codes = await admin.page
        .getByRole("list", { name: "Recovery codes" })
        .getByRole("listitem")
        .allTextContents();
      assert.equal(codes.length, 10);
      notes.set("recovery", codes.join(" "));
      await admin.tick("checkbox", "I keep these codes in a safe place");
      await admin.activate("button", "Done");
      await admin.arrive("Welcome, Ana");
    },
  },
  {
    name: "is led on by the dashboard's checklist",
    async run({ admin, picture }) {
      await admin.see("1 of 5 done");
      await picture(admin.page, "dashboard-first");
      await admin.activate("link", "Choose a plugin");
      await admin.arrive("Add a plugin");
    },
  },
];
