import { join } from "node:path";
import { serveStatic } from "../world/market.ts";
import { runProgram } from "../world/programs.ts";
import { repository, smtpAccount } from "../world/world.ts";
import type { Journey } from "./journey.ts";
import { answerMailServer } from "./smtp.ts";

/** The plugins that come with Hilum, by their names. */
const plugins = ["FHIR server", "Orthanc DICOM", "S3 archive", "Twilio SMS", "Webhook sender", "SMTP e-mail"];

/** Every plugin of Hilum's own, packed, signed with keys of a test and taken from a static host, as a hospital gets them. */
export const firstParty: Journey[] = [
  {
    name: "first-party plugins: trusts a marketplace that holds all of them, signed with test keys",
    async run({ admin, folder, atEnd }) {
      const place = join(folder, "first-party");
      const script = join(repository, "scripts/publish-first-party.ts");
      await runProgram(process.execPath, [script, place]);
      const served = await serveStatic(place);
      atEnd(() => served.close());
      await admin.open("/marketplace/sources");
      await admin.arrive("Sources");
      await admin.activate("button", "Add a source");
      const dialog = { role: "dialog", name: "Add a source" } as const;
      await admin.fill("Address", served.address, { within: dialog });
      await admin.activate("button", "Read its keys", dialog);
      const trust = { role: "dialog", name: "Trust this marketplace?" } as const;
      await admin.see(trust);
      await admin.tick("checkbox", /^I compared all groups/, true, trust);
      await admin.fill("Name", "Hilum for tests", { within: trust });
      await admin.fill("Days until a new version is offered as an update", "0", { within: trust });
      await admin.activate("button", "Trust it and read it", trust);
      await admin.see("Hilum for tests is a source now");
    },
  },
  {
    name: "first-party plugins: installs each of them, every byte held to what was signed",
    async run({ admin, picture }) {
      for (const name of plugins) {
        await admin.open(`/marketplace?q=${encodeURIComponent(name)}`);
        await admin.activate("link", name);
        await admin.arrive(name);
        await admin.activate("button", /^Install \d/);
        const dialog = { role: "dialog", name: new RegExp(`^Install ${name} `) } as const;
        await admin.see(dialog);
        await admin.activate("button", /^Install \d/, dialog);
        await admin.arrive(new RegExp(`^Install: ${name} `));
        await admin.see("It is installed, and nothing of it runs yet.", 120_000);
      }
      await picture(admin.page, "marketplace-first-party");
    },
  },
  {
    name: "first-party plugins: sets one up against a real mail server, reviews its access and enables it",
    async run({ admin, smtp: server }) {
      await admin.open("/plugins/org.hilum.smtp/setup");
      await admin.arrive("Set up SMTP e-mail");
      await answerMailServer(admin, server);
      await admin.fill("User name", smtpAccount.user);
      await admin.fill("Password", smtpAccount.password);
      await admin.activate("button", "Next: Sender");
      await admin.arrive("Sender");
      await admin.fill("Sender's address", smtpAccount.user);
      await admin.activate("button", "Next: Test the connection");
      await admin.arrive("Test the connection");
      await admin.activate("button", "Run the test");
      await admin.see(/^6 of 6 checks passed/, 40_000);
      await admin.activate("button", "Next: Summary");
      await admin.activate("button", "Save as draft");
      await admin.arrive("Access of SMTP e-mail");
      await admin.choose(/^Decision: /, "Grant as requested");
      await admin.activate("button", "Save 1 decision");
      await admin.see("Decisions saved");
      await admin.activate("link", "Overview");
      await admin.arrive("SMTP e-mail");
      await admin.activate("button", "Enable");
      await admin.see("SMTP e-mail is enabled", 60_000);
      await admin.see("Isolated");
      await admin.activate("link", "Versions");
      await admin.see("Every byte is as its publisher signed it.");
    },
  },
];
