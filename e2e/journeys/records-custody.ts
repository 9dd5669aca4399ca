import assert from "node:assert/strict";
import type { Person } from "../keyboard/person.ts";
import { otherPatient, patient } from "../world/clinic-records.ts";
import type { Journey } from "./journey.ts";

/** Synthetic. Reviews, approves exports and destructions: somebody other than who asks. */
const auditor = { displayName: "Mei Lindqvist", username: "mei.lindqvist", password: "four owls on the long fence" };
let reviewer: Person | undefined;

/** The reviewer's browser, opened by the first of these journeys. */
function mei(): Person {
  if (reviewer === undefined) throw new Error("the reviewer was not invited");
  return reviewer;
}

export const recordsCustody: Journey[] = [
  {
    name: "invites a reviewer, who reads counts and broken glasses and no record",
    async run({ admin, welcome }) {
      await admin.goTo("Users");
      await admin.activate("button", "Invite");
      const dialog = { role: "dialog", name: "Invite a person" } as const;
      await admin.fill("Name", auditor.displayName, { within: dialog });
      await admin.fill("User name", auditor.username, { within: dialog });
      await admin.pick(/^Auditor/, dialog);
      await admin.activate("button", "Invite", dialog);
      const made = await admin.see({ role: "dialog", name: `One-time link for ${auditor.displayName}` });
      const link = new URL((await made.locator("pre").textContent()) ?? "");
      await admin.activate("button", "Done");
      const { person } = await welcome();
      await person.open(link.pathname + link.hash);
      await person.fill("Password", auditor.password);
      await person.activate("button", "Choose this password");
      await person.arrive("Account");
      person.password = auditor.password;
      reviewer = person;
      await person.goTo("Records");
      await person.see("You see how many records there are, and no row.");
      await person.open("/records/DocumentReference/letter-1");
      await person.see("This page is not open to your role.");
    },
  },
  {
    name: "asks about a broken glass, gets an answer and accepts it; escalates another",
    async run({ admin, picture }) {
      await mei().open("/records/glasses");
      await mei().activate("button", "To be reviewed");
      const opened = /^(Document|Discharge letter)/;
      await mei().activate("link", opened);
      await mei().see("What was read");
      await mei().activate("button", "Ask");
      const ask = { role: "dialog", name: "Ask about this glass?" } as const;
      await mei().fill("What you want to know", "Which ward asked for it?", { within: ask });
      await mei().activate("button", "Ask", ask);
      await mei().seeGone(ask);
      await mei().see("Which ward asked for it?");
      const address = new URL(mei().page.url()).pathname;

      await admin.open(address);
      await admin.see("You broke this glass, so another person reviews it.");
      await admin.activate("button", "Answer");
      const answer = { role: "dialog", name: "Answer the reviewer?" } as const;
      await admin.fill("Your answer", "Ward 4, for the evening round", { within: answer });
      await admin.activate("button", "Answer", answer);
      await admin.seeGone(answer);
      await admin.see("Ward 4, for the evening round");

      await mei().activate("button", "Refresh");
      await mei().see("Ward 4, for the evening round");
      await mei().activate("button", "Accept");
      await mei().see("Your review is written down");
      await picture(mei().page, "glass-review");

      await mei().open("/records/glasses?state=waiting");
      await mei().activate("link", patient.masked);
      await mei().activate("button", "Escalate");
      const escalate = { role: "dialog", name: "Escalate this glass?" } as const;
      await mei().fill("Why it was not right", "No admission on that day", { within: escalate });
      await mei().activate("button", "Escalate", escalate);
      await mei().seeGone(escalate);
      await mei().see("No admission on that day");
      await mei().open("/records/glasses?state=escalated");
      await mei().see(patient.masked);
    },
  },
  {
    name: "puts a patient under a legal hold, which stands in the way of destruction, and lifts it",
    async run({ admin, picture }) {
      await admin.open(`/records/patients/${patient.id}`);
      await admin.pickFromMenu("More actions", "Put under a legal hold");
      const dialog = { role: "dialog", name: /^Put A•+ Q•+ under a legal hold\?$/ } as const;
      await admin.fill("Reason", "Inquiry 26-114", { within: dialog });
      await admin.activate("button", "Put under hold", dialog);
      await admin.see(/Inquiry 26-114/);
      await admin.goTo("Records, legal holds");
      await admin.arrive("Legal holds");
      await admin.see("Inquiry 26-114");
      await picture(admin.page, "holds");
      await admin.activate("button", /^Lift the hold on A•+ Q•+$/);
      const lift = { role: "dialog", name: /^Lift the legal hold on/ } as const;
      await admin.fill("Reason", "Inquiry is closed", { within: lift });
      await admin.activate("button", "Lift the hold", lift);
      await admin.see("Nothing is held");
    },
  },
  {
    name: "asks for an export, which somebody else approves, and downloads it once; another is refused",
    async run({ admin, picture }) {
      for (const recipient of ["Northlight Hospital", "Somebody else"]) {
        await admin.open(`/records/patients/${patient.id}`);
        await admin.pickFromMenu("More actions", "Ask for an export");
        const dialog = { role: "dialog", name: "Ask for an export?" } as const;
        await admin.fill("Who gets it", recipient, { within: dialog });
        await admin.choose("What for", "The patient asks for it", dialog);
        await admin.fill("Reason, in your words", "Transfer of care, agreed with the patient", { within: dialog });
        await admin.activate("button", "Ask for it", dialog);
        await admin.arrive("Exports");
        await admin.see(`For ${recipient}`);
      }
      await mei().open("/records/exports");
      await mei().activate("button", "Approve the export for Northlight Hospital");
      await mei().activate("button", "Approve", {
        role: "dialog",
        name: "Approve the export for Northlight Hospital?",
      });
      await mei().see("Approved: it can be downloaded once");
      await mei().activate("button", "Refuse the export for Somebody else");
      const refuse = { role: "dialog", name: "Refuse the export for Somebody else?" } as const;
      await mei().fill("Reason", "Nobody named them", { within: refuse });
      await mei().activate("button", "Refuse", refuse);
      await mei().seeGone(refuse);
      await mei().see("Nobody named them");
      await picture(mei().page, "exports");
      await admin.activate("button", "Refresh");
      await admin.activate("button", "Download the export for Northlight Hospital");
      const saved = admin.page.waitForEvent("download");
      await admin.activate("button", "Download", {
        role: "dialog",
        name: "Download the export for Northlight Hospital?",
      });
      assert.match((await saved).suggestedFilename(), /\.zip$/);
      await admin.see("Downloaded");
    },
  },
  {
    name: "accounts for what was given out: reads it, writes one down, downloads the account",
    async run({ admin, picture }) {
      await admin.open(`/records/patients/${patient.id}`);
      await admin.activate("link", "Accounting of disclosures");
      await admin.arrive("Disclosures");
      await admin.see("Northlight Hospital");
      await admin.activate("button", "Write one down");
      const dialog = { role: "dialog", name: "Write down a disclosure" } as const;
      await admin.reach(admin.field("Day", dialog));
      await admin.write("01022026");
      await admin.fill("Who received it", "County court", { within: dialog });
      await admin.fill("What it was", "Copy of the letter, on paper", { within: dialog });
      await admin.choose("What for", "Legal proceedings", dialog);
      await admin.activate("button", "Write it down", dialog);
      await admin.see("County court");
      const saved = admin.page.waitForEvent("download");
      await admin.activate("button", "Download the account");
      assert.match((await saved).suggestedFilename(), /\.csv$/);
      await picture(admin.page, "disclosures");
    },
  },
  {
    name: "sets how long old versions are kept, counts what would go, and purges",
    async run({ admin, picture }) {
      await admin.goTo("Records, retention");
      await admin.arrive("Retention");
      await admin.activate("button", "Change the rule of Measurements");
      const rule = { role: "dialog", name: /^Retention of measurements/i } as const;
      await admin.pick(/^Go after a while/, rule);
      await admin.fill("Days", "30", { within: rule });
      await admin.activate("button", "Count what would go", rule);
      await admin.see(/versions? from before/);
      await admin.fill("Reason", "Rule of the house", { within: rule });
      await admin.activate("button", "Set the rule", rule);
      await admin.see("Go after 30 days");
      await admin.activate("button", "Purge Measurements");
      const purge = { role: "dialog", name: /^Purge measurements/i } as const;
      await admin.see(/ended before/);
      await admin.fill("Reason", "Rule of the house", { within: purge });
      await admin.activate("button", "Purge", purge);
      await admin.see(/^Purged: /);
      await picture(admin.page, "retention");
    },
  },
  {
    name: "asks for the destruction of a patient’s records, which is refused once and then approved by somebody else",
    async run({ admin, picture }) {
      const ask = async (): Promise<void> => {
        await admin.open(`/records/patients/${otherPatient.id}`);
        await admin.pickFromMenu("More actions", "Ask for destruction");
        const dialog = { role: "dialog", name: /^Destroy all about B•+ B•+\?$/ } as const;
        await admin.fill("Reason, in your words", "Erasure was asked for in writing", { within: dialog });
        await admin.activate("button", "Ask for destruction", dialog);
        await admin.arrive("Destruction");
      };
      await ask();
      await admin.activate("button", `Refuse to destroy all about patient ${otherPatient.id}`);
      const refuse = { role: "dialog", name: `Refuse to destroy all about patient ${otherPatient.id}?` } as const;
      await admin.fill("Reason", "Asked by mistake", { within: refuse });
      await admin.activate("button", "Refuse", refuse);
      await admin.seeGone(refuse);
      await admin.see("Asked by mistake");
      await ask();
      await mei().open("/records/shreddings");
      await mei().activate("button", `Destroy all about patient ${otherPatient.id}`);
      const destroy = { role: "dialog", name: `Destroy all about patient ${otherPatient.id}?` } as const;
      await mei().fill("Patient’s id", "somebody", { within: destroy });
      await mei().activate("button", "Destroy", destroy);
      await mei().see("This is not the patient’s id.");
      await mei().fill("Patient’s id", otherPatient.id, { within: destroy });
      await picture(mei().page, "destroy");
      await mei().activate("button", "Destroy", destroy);
      await mei().see(/^Destroyed: /);
      await admin.open("/records?type=Patient");
      await admin.see(patient.masked);
      assert.equal(await admin.page.getByText(/^B•+ B•+$/).count(), 0);
    },
  },
];
