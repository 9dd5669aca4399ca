import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Person } from "../keyboard/person.ts";
import type { World } from "../world/world.ts";
import { saved } from "./devtools.ts";
import type { Journey } from "./journey.ts";

/** Synthetic. Two who read what others hand in. */
const reviewers = [
  { displayName: "Nadia Sorensen", username: "nadia.sorensen", password: "nine lamps along the harbour" },
  { displayName: "Tomas Varga", username: "tomas.varga", password: "a kettle sings before dawn" },
] as const;
/** Their browsers, opened by the first of these journeys. */
let people: readonly Person[] = [];
const passphrase = "rain on the tin roof at night";
const json = "application/json";

async function invite({ admin, welcome }: World, someone: (typeof reviewers)[number]): Promise<Person> {
  await admin.open("/users");
  await admin.activate("button", "Invite");
  const dialog = { role: "dialog", name: "Invite a person" } as const;
  await admin.fill("Name", someone.displayName, { within: dialog });
  await admin.fill("User name", someone.username, { within: dialog });
  await admin.pick(/^Operator/, dialog);
  await admin.activate("button", "Invite", dialog);
  const made = await admin.see({ role: "dialog", name: `One-time link for ${someone.displayName}` });
  const link = new URL((await made.locator("pre").textContent()) ?? "");
  await admin.activate("button", "Done");
  const { person } = await welcome();
  await person.open(link.pathname + link.hash);
  await person.fill("Password", someone.password);
  await person.activate("button", "Choose this password");
  await person.arrive("Account");
  person.password = someone.password;
  return person;
}

async function makeKey(admin: Person, title: string): Promise<{ name: string; bytes: Buffer }> {
  await admin.activate("button", "Make a key");
  const dialog = { role: "dialog", name: "Make a signing key" } as const;
  await admin.fill("What it is for", title, { within: dialog });
  await admin.fill("Passphrase", passphrase, { within: dialog });
  await admin.fill("Passphrase once more", passphrase, { within: dialog });
  return await saved(admin, () => admin.activate("button", "Make and save the key", dialog));
}

async function unlock(admin: Person, file: { name: string; bytes: Buffer }): Promise<void> {
  await admin.attach(
    { role: "button", name: "Choose a key file" },
    { name: file.name, mimeType: json, buffer: file.bytes },
  );
  await admin.fill("Passphrase", passphrase);
  await admin.activate("button", "Unlock");
}

export const publishing: Journey[] = [
  {
    name: "publishing: makes keys in the browser, backs them up, and unlocks one with its passphrase",
    async run(world) {
      const { admin, picture, notes } = world;
      people = [await invite(world, reviewers[0]), await invite(world, reviewers[1])];
      await admin.goTo("Signing keys");
      await admin.arrive("Signing keys");
      const root = await makeKey(admin, "Root and daily key");
      await admin.see({ role: "heading", name: "Root and daily key" });
      const own = await makeKey(admin, "Publisher com.example");
      notes.set("key", root.bytes.toString());
      notes.set("publisher key", own.bytes.toString());
      const half = await saved(admin, () => admin.activate("button", "Save the public half of Publisher com.example"));
      assert.ok(!half.bytes.toString().includes("sealed"), "the public half holds no key");
      notes.set("public half", half.bytes.toString());
      const copy = await saved(admin, () => admin.activate("button", "Save a copy of Root and daily key"));
      assert.deepEqual(JSON.parse(copy.bytes.toString()), JSON.parse(root.bytes.toString()));
      await picture(admin.page, "signing-keys");
      await admin.activate("button", "Lock all");
      await admin.see("No key is open");
      await admin.attach(
        { role: "button", name: "Choose a key file" },
        { name: root.name, mimeType: json, buffer: root.bytes },
      );
      await admin.fill("Passphrase", "not the passphrase");
      await admin.activate("button", "Unlock");
      await admin.see("The passphrase does not open the key file");
      await admin.fill("Passphrase", passphrase);
      await admin.activate("button", "Unlock");
      await admin.see("Root and daily key is unlocked in this tab");
    },
  },
  {
    name: "publishing: begins the organisation’s own marketplace and lets a publisher in",
    async run({ admin, notes, picture }) {
      await admin.activate("link", "Publish", { role: "navigation", name: "Marketplace" });
      await admin.arrive("Publish");
      await admin.activate("button", "Begin a marketplace");
      const begin = { role: "dialog", name: "Begin a marketplace" } as const;
      await admin.tick("checkbox", /^Root and daily key/, true, begin);
      await admin.activate("button", "Begin it", begin);
      await admin.see("The marketplace is begun. Let its publishers in.");
      await admin.activate("button", "Let a publisher in");
      const letIn = { role: "dialog", name: "Let a publisher in" } as const;
      await admin.fill("Publisher", "com.example", { within: letIn });
      await admin.attach(
        { role: "button", name: "Add the public half of a key", in: letIn },
        { name: "publisher.public.json", mimeType: json, buffer: Buffer.from(notes.get("public half") ?? "") },
      );
      await admin.see({ role: "checkbox", name: /^Publisher com\.example/ });
      await admin.activate("button", "Let it sign", letIn);
      await admin.see("com.example may publish below its own name");
      await picture(admin.page, "publish");
    },
  },
  {
    name: "publishing: hands in a version step by step, from conformance to the signature",
    async run({ admin, notes, picture }) {
      await admin.activate("link", "Hand in a version");
      await admin.arrive("Hand in a version");
      await admin.choose("Plugin", /^Night desk/);
      await admin.activate("button", "Run conformance");
      await admin.see(/passed, 0 failed/, 120_000);
      await admin.activate("button", "Pack and go on");
      await admin.fill("What changed", "The first version of the night desk.");
      await admin.activate("button", "Show the listing");
      await admin.see(/^Quality/);
      await picture(admin.page, "publish-preview");
      await admin.activate("button", "Sign it");
      await unlock(admin, { name: "publisher.key.json", bytes: Buffer.from(notes.get("publisher key") ?? "") });
      await admin.see("Publisher com.example is unlocked in this tab");
      await admin.activate("button", "Sign and hand in");
      await admin.arrive("Review");
      await admin.see("You handed it in; others decide.");
    },
  },
  {
    name: "publishing: two other people read and approve it, and the keeper signs and publishes",
    async run({ admin, server, picture }) {
      for (const person of people) {
        await person.open("/marketplace/review");
        await person.arrive("Review");
        await person.see("The first version of the night desk.");
        await person.activate("button", /^Approve Night desk/);
        const dialog = { role: "dialog", name: /^Approve Night desk/ } as const;
        await person.fill("Note", "Read and tried", { within: dialog });
        await person.activate("button", "Approve", dialog);
        await person.seeGone(dialog);
      }
      await admin.activate("button", "Refresh");
      await admin.see("Approved. The keeper takes it in and signs.");
      await picture(admin.page, "review");
      await admin.activate("link", "Open Publish");
      await admin.arrive("Publish");
      await admin.see("1 submission to take in");
      await admin.activate("button", "Sign and publish");
      await admin.activate("button", "Sign and publish", { role: "dialog", name: "Take in 1 and publish?" });
      await admin.see("1 taken in and published");
      await admin.see("Nothing to sign");
      const folder = join(server.dataDir, "marketplace");
      const files = readdirSync(folder, { recursive: true }).map(String);
      assert.ok(
        files.some((path) => path.endsWith(".hilum") && path.includes("com.example")),
        "the package lies where a static host serves it",
      );
    },
  },
  {
    name: "publishing: changes the root keys by a file that goes round",
    async run({ admin, notes }) {
      await admin.open("/marketplace/keys");
      await admin.arrive("Signing keys");
      await unlock(admin, { name: "root.key.json", bytes: Buffer.from(notes.get("key") ?? "") });
      await admin.see("Root and daily key is unlocked in this tab");
      await admin.activate("link", "Publish", { role: "navigation", name: "Marketplace" });
      await admin.arrive("Publish");
      await admin.pickFromMenu("Change", "Propose other root keys");
      const dialog = { role: "dialog", name: "Change the root keys" } as const;
      await admin.attach(
        { role: "button", name: "Add the public half of a key", in: dialog },
        { name: "publisher.public.json", mimeType: json, buffer: Buffer.from(notes.get("public half") ?? "") },
      );
      await admin.tick("checkbox", /^Publisher com\.example/, true, dialog);
      const proposal = await saved(admin, () => admin.activate("button", "Propose and save", dialog));
      assert.equal(proposal.name, "root-2.proposal.json");
      const file = { name: proposal.name, mimeType: json, buffer: proposal.bytes };
      await admin.activate("link", "Keys", { role: "navigation", name: "Marketplace" });
      await admin.arrive("Signing keys");
      await admin.attach({ role: "button", name: "Open a proposed root" }, file);
      await admin.see("Root version 2");
      await admin.see(/^Keys of the root before: 1 of 1 have signed, which is enough/);
      await admin.activate("link", "Publish", { role: "navigation", name: "Marketplace" });
      await admin.arrive("Publish");
      await admin.attach({ role: "button", name: "Go on from a signed root" }, file);
      await admin.see("The new root is taken in");
      await admin.see(/Root version 2\./);
    },
  },
  {
    name: "publishing: deprecates a version, withdraws that, and rejects what another hands in",
    async run({ admin, notes }) {
      const deprecate = async (): Promise<void> => {
        await admin.open("/marketplace/publish");
        await admin.arrive("Publish");
        await admin.activate("button", /^Take out or back/);
        await admin.pick(/^Advise against it/);
        await admin.fill("Why", "A better one comes soon");
        const chooser = { role: "button", name: "Choose a key file" } as const;
        if (await admin.isShown(chooser)) {
          await unlock(admin, { name: "publisher.key.json", bytes: Buffer.from(notes.get("publisher key") ?? "") });
          await admin.seeGone(chooser);
        }
        await admin.activate("button", "Sign and hand in");
        await admin.arrive("Review");
      };
      await deprecate();
      const withdraw = { role: "button", name: /^Withdraw Night desk/ } as const;
      await admin.activate(withdraw.role, withdraw.name);
      await admin.seeGone(withdraw);
      await admin.open("/marketplace/review?state=withdrawn");
      await admin.see(/: Night desk/);
      await deprecate();
      const [first] = people;
      if (first === undefined) throw new Error("nobody was invited");
      await first.open("/marketplace/review?state=waiting");
      await first.activate("button", /^Reject Night desk/);
      const dialog = { role: "dialog", name: /^Reject Night desk/ } as const;
      await first.fill("Note", "There is no better one yet", { within: dialog });
      await first.activate("button", "Reject", dialog);
      await first.seeGone(dialog);
      await admin.open("/marketplace/review?state=rejected");
      await admin.see("There is no better one yet");
    },
  },
];
