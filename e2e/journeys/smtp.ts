import assert from "node:assert/strict";
import type { Person } from "../keyboard/person.ts";
import { smtpAccount, type World } from "../world/world.ts";
import { compose, writeLetter } from "./compose.ts";
import type { Journey } from "./journey.ts";
import { patient } from "./practice.ts";

const report = {
  name: "report.txt",
  mimeType: "text/plain",
  buffer: Buffer.from("Findings of Ms Quaxlethorpe: none.\n"),
};

/** What stands in for a provider listens on this machine. */
export const ownRange: Journey = {
  name: "opens the hospital's own address range for plugins",
  async run({ admin, picture }) {
    await admin.goTo("Settings");
    await admin.arrive("Settings");
    await admin.fill("Organisation", "St. Elsewhere Hospital");
    await admin.activate("button", "Add a range");
    await admin.fill("Range (CIDR)", "127.0.0.0/8");
    await admin.fill("Reason", "Mail server of the hospital");
    await admin.activate("button", "Save");
    await admin.see("Settings saved");
    await picture(admin.page, "settings");
  },
};

/** The setup's steps from the encryption to the sign-in; the server's authority is found missing on the way. */
export async function answerMailServer(admin: Person, server: World["smtp"]): Promise<void> {
  await admin.pick(/^STARTTLS/);
  await admin.activate("button", "Next: Mail server");
  await admin.arrive("Mail server");
  await admin.fill("Mail server", server.host);
  await admin.fill("Port", String(server.port));
  await admin.activate("button", "Next: Sign-in");
  await admin.see("certificate not trusted", 40_000);
  await admin.fill("Certificate authority", server.authority, { paste: true });
  await admin.activate("button", "Check again and go on");
  await admin.arrive("Sign-in");
}

export const smtp: Journey[] = [
  ownRange,
  {
    name: "adds the SMTP plugin and answers its setup wrongly twice, which is found at each step before anything is saved",
    async run({ admin, smtp: server, picture }) {
      await admin.goTo("Add plugin");
      await admin.activate("button", "Add SMTP e-mail");
      await admin.arrive("Set up SMTP e-mail");
      await answerMailServer(admin, server);
      await admin.fill("User name", smtpAccount.user);
      await admin.fill("Password", "not the password");
      await admin.activate("button", "Next: Sender");
      await admin.see("wrong credential", 40_000);
      await admin.see("What to do");
      await picture(admin.page, "setup-test");
      await picture(admin.page, "setup-test-dark", { dark: true });
      await picture(admin.page, "setup-test-320", { width: 320 });
    },
  },
  {
    name: "mends the password where the failed check leads and saves the settings",
    async run({ admin, picture }) {
      await admin.activate("button", "Fix: go to “Password”");
      await admin.activate("button", "Replace: Password");
      await admin.fill("Password", smtpAccount.password);
      await admin.activate("button", "Check again and go on");
      await admin.arrive("Sender");
      await admin.fill("Sender's address", smtpAccount.user);
      await admin.fill("Sender's name", "Example Clinic");
      await admin.activate("button", "Next: Test the connection");
      await admin.arrive("Test the connection");
      await admin.activate("button", "Run the test");
      await admin.see(/^6 of 6 checks passed/, 40_000);
      await admin.see("The sender's address is accepted");
      await picture(admin.page, "setup-passed");
      await admin.activate("button", "Next: Summary");
      await admin.see("set, not shown");
      await admin.activate("button", "Save as draft");
      await admin.arrive("Access of SMTP e-mail");
    },
  },
  {
    name: "reviews access, confirmed by the password once more",
    async run({ admin, server, picture }) {
      server.letStepUpEnd();
      const before = admin.stepUps;
      await picture(admin.page, "access");
      await admin.choose(/^Decision: /, "Grant as requested");
      await admin.activate("button", "Save 1 decision");
      await admin.see("Decisions saved");
      assert.equal(admin.stepUps, before + 1, "the password was asked for once more");
      await admin.see("all decided");
      await picture(admin.page, "access-decided");
    },
  },
  {
    name: "enables the plugin through the gate, with its smoke tests passing now",
    async run({ admin, picture }) {
      await admin.activate("link", "Overview");
      await admin.arrive("SMTP e-mail");
      await admin.see("Ready to enable");
      await admin.activate("button", "Enable");
      await admin.see("SMTP e-mail is enabled", 60_000);
      await admin.see("Isolated");
      await picture(admin.page, "plugin-smtp");
    },
  },
  {
    name: "runs smoke tests again, also live, checks the health and changes the schedule",
    async run({ admin, smtp: server, picture }) {
      await admin.activate("link", /^Health/);
      await admin.arrive("Health of SMTP e-mail");
      await admin.activate("button", "Check now");
      await admin.see("Health checked", 40_000);
      await admin.activate("button", "Run all tests");
      await admin.see("All smoke tests passed", 40_000);
      const before = server.received().length;
      await admin.activate("button", "Run: Send a test message");
      const dialog = { role: "dialog", name: "Run “Send a test message”" } as const;
      await admin.fill("Recipient", "it@clinic.example", { within: dialog });
      await admin.activate("button", "Send the test", dialog);
      await admin.see("The live test passed", 40_000);
      await server.waitFor(before + 1);
      await admin.activate("button", "Schedule");
      await admin.choose("Run all dry tests", "Every hour", { role: "dialog", name: "When smoke tests run" });
      await admin.activate("button", "Save the schedule", { role: "dialog", name: "When smoke tests run" });
      await admin.see(/every 60 minutes/);
      await picture(admin.page, "health");
    },
  },
  {
    name: "follows the plugin's log as it is written",
    async run({ admin, picture }) {
      await admin.activate("link", "Logs");
      await admin.arrive("Logs of SMTP e-mail");
      await admin.see("Following");
      await admin.choose("Level", "Everything");
      await admin.see("Following");
      await picture(admin.page, "logs");
      await admin.activate("button", "Pause");
      await admin.see("Paused");
      await admin.activate("button", "Follow");
      await admin.see("Following");
    },
  },
  {
    name: "sends an e-mail with an attachment that arrives at the real SMTP server",
    async run({ admin, smtp: server, notes, picture }) {
      await admin.goTo("Messages, routing");
      await admin.choose("Provider to add for e-mail", "SMTP e-mail");
      await admin.activate("button", "Add SMTP e-mail for e-mail");
      await admin.activate("button", "Save the order for e-mail");
      await admin.see(/^E-mails? go to SMTP e-mail/);
      const before = server.received().length;
      await admin.goTo("Compose a message");
      await writeLetter(admin, { ...patient, subject: "Your report" });
      await admin.attach({ role: "button", name: "Attach files" }, report);
      await admin.see(report.name);
      await picture(admin.page, "compose");
      await admin.activate("button", "Send");
      await admin.arrive("E-mail message");
      await admin.see("Taken by SMTP e-mail", 40_000);
      const mail = (await server.waitFor(before + 1)).at(-1);
      assert.deepEqual(mail?.to, [patient.to]);
      assert.equal(mail.tls, true);
      assert.match(mail.content, /^Subject: Your report\r?$/m);
      assert.match(mail.content, /report\.txt/);
      assert.ok(
        Buffer.from(/\n\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n--[^\n]*--\s*$/.exec(mail.content)?.[1] ?? "", "base64").equals(
          report.buffer,
        ),
        "the attachment arrives as it was",
      );
      notes.set("message", new URL(admin.page.url()).pathname);
      const download = admin.page.waitForEvent("download");
      await admin.activate("button", report.name);
      assert.equal((await download).suggestedFilename(), report.name);
      await picture(admin.page, "message-timeline-smtp");
    },
  },
  {
    name: "reads why the server refused a recipient",
    async run({ admin }) {
      await compose(admin, { ...patient, to: "nobody@patients.example", subject: "Unknown" });
      await admin.see("recipient not known", 40_000);
      await admin.see(/no such mailbox/);
    },
  },
  {
    name: "puts a second provider behind the first, rehearses a failure and sees it take over, with the reason",
    async run({ admin, picture }) {
      await admin.goTo("Messages, routing");
      await admin.choose("Provider to add for e-mail", "Practice mailbox");
      await admin.activate("button", "Add Practice mailbox for e-mail");
      await admin.activate("button", "Move up: Practice mailbox");
      await admin.activate("button", "Move down: Practice mailbox");
      await admin.activate("button", "Save the order for e-mail");
      await admin.see(/If it refuses or breaks, Practice mailbox takes over/);
      await admin.activate("button", "Simulate a failure now: SMTP e-mail");
      const dialog = { role: "dialog", name: "Treat SMTP e-mail as if it had failed?" } as const;
      await admin.activate("button", "Simulate the failure", dialog);
      await admin.see(/^E-mails go to Practice mailbox now\. SMTP e-mail is passed over: a rehearsal/);
      await picture(admin.page, "routing");
      await compose(admin, { ...patient, subject: "Taken by the second" });
      await admin.see("Failover to Practice mailbox");
      await admin.see("Taken by Practice mailbox");
      await admin.see("Sent after failover");
      await picture(admin.page, "message-failover");
      await admin.goTo("Messages, routing");
      await admin.activate("button", "Remove Practice mailbox from the order for e-mail");
      await admin.activate("button", "Save the order for e-mail");
      await admin.see(/^E-mails go to SMTP e-mail\.$/);
    },
  },
];
