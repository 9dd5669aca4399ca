import assert from "node:assert/strict";
import { compose, writeLetter } from "./compose.ts";
import type { Journey } from "./journey.ts";
import type { Person } from "../keyboard/person.ts";

const settings = "/plugins/org.hilum.practice-mailbox/settings";

/** The recipient carries the canary: nobody but the store and the mail server may ever hold it in the clear. */
export const patient = {
  to: "wilhelmina.quaxlethorpe@patients.example",
  subject: "Appointment MRN-88471-ZQ",
  text: "Dear Ms Quaxlethorpe, please come at nine. Your number is MRN-88471-ZQ.",
};

async function behave(person: Person, behaviour: string): Promise<void> {
  await person.open(settings);
  await person.arrive("Settings of Practice mailbox");
  await person.choose("What it does with a message", behaviour);
  if (behaviour === "Deliver it late") await person.fill("Delay in seconds", "3");
  await person.activate("button", "Save");
  await person.see("Everything is saved.");
}

/** The mailbox without a route to it. */
export const mailbox: Journey = {
  name: "adds the practice mailbox and enables it through the gate",
  async run({ admin, picture }) {
    await admin.goTo("Add plugin");
    await admin.activate("button", "Add Practice mailbox");
    await admin.arrive("Practice mailbox");
    await admin.see("Ready to enable");
    await admin.activate("button", "Enable");
    await admin.see("Practice mailbox is enabled");
    await admin.see("Nothing to do.");
    await picture(admin.page, "plugin");
  },
};

export const mailboxRoute: Journey = {
  name: "routes e-mail to the practice mailbox",
  async run({ admin }) {
    await admin.goTo("Messages, routing");
    await admin.see(/^E-mails? wait: no provider is chosen/);
    await admin.activate("button", "Add Practice mailbox for e-mail");
    await admin.activate("button", "Save the order for e-mail");
    await admin.see(/^E-mails? go to Practice mailbox/);
  },
};

export const practice: Journey[] = [
  mailbox,
  mailboxRoute,
  {
    name: "composes an e-mail, follows its timeline and reads it in the practice mailbox",
    async run({ admin, picture }) {
      await admin.goTo("Compose a message");
      await admin.activate("button", "Send");
      await admin.see("Name at least one e-mail address.");
      await compose(admin, patient);
      await admin.see("Accepted and written to disk");
      await admin.see("Taken by Practice mailbox");
      await picture(admin.page, "message");
      await admin.goTo("Practice mailbox");
      await admin.arrive("Practice mailbox");
      await admin.see({ role: "heading", name: patient.subject });
      await admin.see(patient.text);
      await picture(admin.page, "practice-mailbox");
      await admin.goTo("Messages, outbox");
      const shown = (await admin.page.getByRole("table").textContent()) ?? "";
      assert.doesNotMatch(shown, /quaxlethorpe/i, "recipients are masked in lists");
    },
  },
  {
    name: "sees the practice mailbox refuse, mends the message and sends it again",
    async run({ admin, picture }) {
      await behave(admin, "Refuse it");
      await compose(admin, { ...patient, subject: "Refused" });
      await admin.see("Refused by Practice mailbox");
      await admin.see({ role: "button", name: "Give up" });
      await picture(admin.page, "message-timeline");
      await admin.activate("button", "Try again now");
      await admin.see(/Attempt 2/);
      await behave(admin, "Deliver it");
      await admin.goTo("Messages, outbox");
      await admin.activate("button", /^Failed/);
      await admin.reach(admin.page.getByRole("link", { name: /^E-mail to / }).first());
      await admin.press("Enter");
      await admin.activate("link", "Edit and send again");
      await admin.arrive("Edit and send again");
      await writeLetter(admin, { ...patient, subject: "Corrected" });
      await admin.activate("button", "Send");
      await admin.see("Taken by Practice mailbox");
      await admin.goTo("Practice mailbox");
      await admin.see({ role: "heading", name: "Corrected" });
    },
  },
  {
    name: "sees the practice mailbox deliver late",
    async run({ admin }) {
      await behave(admin, "Deliver it late");
      await compose(admin, { ...patient, subject: "Late" });
      await admin.see("Handed to Practice mailbox");
      await admin.see("Taken by Practice mailbox");
    },
  },
  {
    name: "sees the practice mailbox lose a message, which is uncertain and given up with a reason",
    async run({ admin }) {
      await behave(admin, "Lose it: take it and never answer");
      await compose(admin, { ...patient, subject: "Lost" });
      await admin.see("Uncertain: it may have gone out", 25_000);
      await admin.activate("button", "Give up");
      const dialog = { role: "dialog", name: "Give up this message?" } as const;
      await admin.fill("Reason", "The recipient was telephoned.", { within: dialog });
      await admin.activate("button", "Give up", dialog);
      await admin.see({ role: "heading", name: "E-mail message" });
      await admin.see("Given up");
      await admin.see("Discarded");
      await behave(admin, "Deliver it");
    },
  },
  {
    name: "takes the route away, cancels a message that waits and empties the practice mailbox",
    async run({ admin }) {
      await admin.goTo("Messages, routing");
      await admin.activate("button", "Remove Practice mailbox from the order for e-mail");
      await admin.activate("button", "Save the order for e-mail");
      await admin.see(/^E-mails? wait: no provider is chosen/);
      await compose(admin, { ...patient, subject: "Never sent" });
      await admin.activate("button", "Cancel the message");
      const dialog = { role: "dialog", name: "Cancel this message?" } as const;
      await admin.activate("button", "Cancel the message", dialog);
      await admin.see("Cancelled: it will not go out");
      await admin.goTo("Practice mailbox");
      await admin.activate("button", "Empty it");
      await admin.activate("button", "Empty it", { role: "dialog", name: "Empty the practice mailbox?" });
      await admin.see("Nothing arrived yet");
    },
  },
];
