import assert from "node:assert/strict";
import { people } from "../world/world.ts";
import { runProgram } from "../world/programs.ts";
import type { Journey } from "./journey.ts";

const { operator } = people;

export const programTokens: Journey = {
  name: "makes a token for a program, which works until it is revoked",
  async run({ admin, server, notes }) {
    await admin.open("/users");
    await admin.activate("link", "Tokens of programs");
    await admin.arrive("Tokens of programs");
    const names = ["Reminders", "Metrics"];
    for (const name of names) {
      await admin.activate("button", "Make a token");
      const dialog = { role: "dialog", name: "Make a token" } as const;
      await admin.fill("Name", name, { within: dialog });
      await admin.pick(/^Viewer/, dialog);
      await admin.choose("Ends after", "30 days", dialog);
      await admin.activate("button", "Make the token", dialog);
      const made = await admin.see({ role: "dialog", name: "The new token" });
      notes.set(`token:${name}`, (await made.locator("pre").textContent()) ?? "");
      await admin.activate("button", "Done");
    }
    const ask = async (): Promise<string> => {
      const token = notes.get("token:Reminders") ?? "";
      const { output } = await runProgram(
        "curl",
        [
          "-sS",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "-H",
          `Authorization: Bearer ${token}`,
          `${server.url.origin}/api/v1/plugins`,
        ],
        { CURL_CA_BUNDLE: server.authorityFile },
      );
      return output;
    };
    assert.equal(await ask(), "200");
    await admin.activate("button", "Revoke Reminders");
    await admin.activate("button", "Revoke", { role: "dialog", name: "Revoke Reminders?" });
    await admin.see("Revoked at once");
    assert.equal(await ask(), "401");
  },
};

export const users: Journey[] = [
  {
    name: "invites an operator, who chooses a password in a browser of their own",
    async run({ admin, welcome, notes, picture }) {
      await admin.goTo("Users");
      await admin.arrive("Users");
      await admin.activate("button", "Invite");
      const dialog = { role: "dialog", name: "Invite a person" } as const;
      await admin.fill("Name", operator.displayName, { within: dialog });
      await admin.fill("User name", operator.username, { within: dialog });
      await admin.pick(/^Operator/, dialog);
      await picture(admin.page, "invite");
      await admin.activate("button", "Invite", dialog);
      const made = await admin.see({ role: "dialog", name: `One-time link for ${operator.displayName}` });
      const link = new URL((await made.locator("pre").textContent()) ?? "");
      notes.set("invitation", link.pathname);
      await admin.activate("button", "Done");

      const { person, context } = await welcome();
      await person.open(link.pathname + link.hash);
      await person.arrive("Welcome to Hilum");
      await person.fill("Password", operator.password);
      await person.activate("button", "Choose this password");
      await person.arrive("Account");
      person.password = operator.password;
      await person.goTo("Audit");
      await person.see("This page is not open to your role.");
      await person.goTo("Dashboard");
      await person.arrive(/^(Dashboard|Welcome, Jonas)$/);
      await context.close();
    },
  },
  {
    name: "changes a role, signs a user out everywhere, gives a new link, disables and lets in again",
    async run({ admin, picture }) {
      await admin.open("/users");
      await admin.arrive("Users");
      const actions = `Actions for ${operator.displayName}`;
      await admin.pickFromMenu(actions, "Sign out everywhere");
      await admin.activate("button", "Sign out", {
        role: "dialog",
        name: `Sign ${operator.displayName} out everywhere?`,
      });
      await admin.see(`${operator.displayName} is signed out everywhere`);
      await admin.pickFromMenu(actions, "Change name or role");
      const change = { role: "dialog", name: `Change ${operator.displayName}` } as const;
      await admin.pick(/^Auditor/, change);
      await admin.activate("button", "Save", change);
      await admin.see(`${operator.displayName} is auditor`);
      await picture(admin.page, "users");
      await admin.pickFromMenu(actions, "New one-time link, end one-time codes");
      await admin.activate("button", "Make the link", {
        role: "dialog",
        name: `New one-time link for ${operator.displayName}?`,
      });
      await admin.see({ role: "dialog", name: `One-time link for ${operator.displayName}` });
      await admin.activate("button", "Copy the link");
      await admin.see("Link copied");
      await admin.activate("button", "Done");
      await admin.pickFromMenu(actions, "Disable");
      await admin.activate("button", "Disable", { role: "dialog", name: `Disable ${operator.displayName}?` });
      await admin.see(`${operator.displayName} is disabled`);
      await admin.pickFromMenu(actions, "Let sign in again");
      await admin.activate("button", "Let sign in", {
        role: "dialog",
        name: `Let ${operator.displayName} sign in again?`,
      });
      await admin.see(`${operator.displayName} may sign in again`);
    },
  },
  programTokens,
];
