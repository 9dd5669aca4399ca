import assert from "node:assert/strict";
import type { Journey } from "./journey.ts";

const signed = {
  name: "faxwell-baa.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7\n% A signed agreement, for a test.\n"),
};

/** A day from today in UTC, as a date field takes it in English (United States): month, day, year. */
function dayFrom(days: number): string {
  const [year = "", month = "", day = ""] = new Date(Date.now() + days * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .split("-");
  return `${month}${day}${year}`;
}

export const vendors: Journey[] = [
  {
    name: "reads where a plugin may send, and each call that it made",
    async run({ admin, picture }) {
      await admin.open("/plugins/org.hilum.smtp");
      await admin.arrive("SMTP e-mail");
      await admin.activate("link", "Egress");
      await admin.arrive("Egress of SMTP e-mail");
      await admin.see("Your own network");
      await admin.see("content not inspected");
      await picture(admin.page, "egress");
      await admin.activate("button", "Refused");
      await admin.see("Nothing was refused");
      await admin.activate("button", "All");
      await admin.see("content not inspected");
    },
  },
  {
    name: "adds a vendor, whose hosts are judged before anything is kept",
    async run({ admin, picture }) {
      await admin.goTo("Vendors");
      await admin.arrive("Vendors");
      await admin.see("No vendors yet");
      await admin.activate("button", "Add a vendor");
      const dialog = { role: "dialog", name: "Add a vendor" } as const;
      await admin.fill("Name", "Faxwell", { within: dialog });
      await admin.fill("Hosts", ".co.uk", { within: dialog });
      await admin.activate("button", "Add", dialog);
      await admin.see(/belong to many owners/);
      await admin.fill("Hosts", ".faxwell.example", { within: dialog });
      await admin.activate("button", "Add", dialog);
      await admin.arrive("Faxwell");
      await admin.see("There is no agreement.");
      await picture(admin.page, "vendor-without-agreement");
    },
  },
  {
    name: "records an agreement that ends soon, keeps its document and takes it out again",
    async run({ admin, picture }) {
      await admin.activate("button", "Record an agreement");
      const dialog = { role: "dialog", name: "Agreement with Faxwell" } as const;
      await typeDay(admin, "Signed on", dayFrom(-300), dialog);
      await typeDay(admin, "Last day", dayFrom(20), dialog);
      await admin.activate("button", "Record it", dialog);
      await admin.see("The agreement is recorded");
      await admin.see(/^The agreement ends /);
      await admin.attach({ role: "button", name: "Add the document of the agreement with Faxwell" }, signed);
      await admin.see("The document is kept");
      const download = admin.page.waitForEvent("download");
      await admin.activate("button", `Download ${signed.name} of Faxwell`);
      const file = await download;
      assert.equal(file.suggestedFilename(), signed.name);
      await picture(admin.page, "vendor");
    },
  },
  {
    name: "finds the agreement that ends among the repairs, and comes back by its link",
    async run({ admin }) {
      await admin.goTo("Repairs");
      await admin.arrive("Repairs");
      await admin.see(/^The agreement with Faxwell ends/);
      await admin.activate("link", /^Open the vendor/);
      await admin.arrive("Faxwell");
    },
  },
  {
    name: "changes the vendor, ends the agreement with a reason and removes the vendor",
    async run({ admin }) {
      await admin.activate("button", "Change");
      const change = { role: "dialog", name: "Change Faxwell" } as const;
      await admin.fill("Note", "Contract 2026-7", { within: change });
      await admin.activate("button", "Save", change);
      await admin.see("Contract 2026-7");
      await admin.activate("button", "End the agreement with Faxwell");
      const end = { role: "dialog", name: "End the agreement with Faxwell?" } as const;
      await admin.fill("Reason", "The contract was terminated", { within: end });
      await admin.activate("button", "End it now", end);
      await admin.see("The agreement is ended");
      await admin.see("Its agreement has ended.");
      await admin.activate("button", "Remove");
      const remove = { role: "dialog", name: "Remove Faxwell?" } as const;
      await admin.fill("Reason", "Not used any more", { within: remove });
      await admin.activate("button", "Remove", remove);
      await admin.arrive("Vendors");
      await admin.see("No vendors yet");
    },
  },
];

/** A date field takes its parts one after the other. */
async function typeDay(
  person: Parameters<Journey["run"]>[0]["admin"],
  label: string,
  digits: string,
  within: { role: "dialog"; name: string },
): Promise<void> {
  await person.reach(person.field(label, within));
  await person.write(digits);
}
