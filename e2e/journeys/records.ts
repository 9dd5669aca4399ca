import assert from "node:assert/strict";
import { bringRecords, letterWords, otherPatient, patient } from "../world/clinic-records.ts";
import { people, type World } from "../world/world.ts";
import type { Journey } from "./journey.ts";

const patientPage = `/records/patients/${patient.id}`;

/** Nothing of the patient stands on the page: neither in what is read nor in what is behind it. */
async function seeMasked({ admin }: Pick<World, "admin">): Promise<void> {
  const page = await admin.page.content();
  for (const word of [patient.family, patient.mrn, letterWords])
    assert.ok(!page.includes(word), `the page holds "${word}"`);
}

/** Gives purpose, reason and password; what is shown besides the first group is chosen by the caller. */
export async function breakGlass({ admin }: Pick<World, "admin">, alsoShow: readonly RegExp[] = []): Promise<void> {
  await admin.activate("button", "Reveal (break glass)");
  const dialog = { role: "dialog", name: "Break the glass?" } as const;
  await admin.choose("Why do you need it?", "Treatment", dialog);
  await admin.fill("Reason, in your words", "The ward asks for the current medication", { within: dialog });
  for (const group of alsoShow) await admin.tick("checkbox", group, true, dialog);
  await admin.fill("Your password", people.administrator.password, { within: dialog });
  await admin.activate("button", "Break the glass", dialog);
  await admin.see({ role: "region", name: "Broken glass" });
}

export const records: Journey[] = [
  {
    name: "finds the records that a program brought in, masked, by type, name and number",
    async run(world) {
      const { admin, picture } = world;
      await bringRecords(world);
      await admin.open("/records");
      await admin.arrive("Records");
      await admin.activate("link", /^Patients/);
      await admin.see(patient.masked);
      await seeMasked(world);
      await admin.fill("Name", "Qu");
      await admin.activate("button", "Search", { role: "search", name: "Search these records" });
      await admin.see("Write at least 3 characters.");
      await admin.fill("Name", "Quax");
      await admin.press("Enter");
      await admin.seeGone(/^B•+ B•+$/);
      await admin.see(patient.masked);
      assert.ok(!admin.page.url().includes("Quax"), "what is looked for stands in the address");
      await admin.fill("Name", "");
      await admin.fill("Number", "MRN-00000");
      await admin.press("Enter");
      await admin.see("No record matches");
      await admin.activate("button", "Show all patients");
      await admin.see(/^B•+ B•+$/);
      await picture(admin.page, "records");
    },
  },
  {
    name: "reads what happened to a patient, what the consents say, and what a purpose may get, all masked",
    async run(world) {
      const { admin, picture } = world;
      await admin.activate("link", patient.masked);
      await admin.arrive(patient.masked);
      await admin.see({ role: "region", name: "Patient" });
      await admin.activate("button", "Measurements");
      await admin.seeGone({ role: "heading", name: "2025" });
      await admin.activate("button", "All");
      await admin.see({ role: "heading", name: "2025" });
      await admin.choose("May data go out for…", "Research");
      await admin.activate("button", "Check");
      await admin.see(/^Permitted$|^Not permitted$/);
      await seeMasked(world);
      await picture(admin.page, "patient");
    },
  },
  {
    name: "opens a record by its elements and as JSON, compares its versions and restores the first",
    async run(world) {
      const { admin, picture } = world;
      await admin.open("/records/Observation/weight-1");
      await admin.activate("button", "FHIR");
      await admin.see({ role: "region", name: "Elements of the record" });
      await admin.activate("button", "JSON");
      const json = await admin.see({ role: "region", name: "JSON of the record" });
      assert.equal((JSON.parse((await json.textContent()) ?? "") as { id: string }).id, "weight-1");
      assert.ok(!((await json.textContent()) ?? "").includes("64"), "the value is masked");
      await admin.activate("button", "Read");
      await admin.activate("button", "Compare with 1: version 2");
      await admin.see("Changed behind the mask:");
      await admin.press("Escape");
      await admin.activate("button", "Restore version 1");
      const dialog = { role: "dialog", name: "Restore version 1?" } as const;
      await admin.fill("Reason", "The second weight was of another patient", { within: dialog });
      await admin.activate("button", "Restore", dialog);
      await admin.see("Version 1 is the current one again, as version 3");
      await admin.see({ role: "link", name: "Version 3" });
      await picture(admin.page, "record");
    },
  },
  {
    name: "breaks the glass for a letter, with a reason and the password, and reads its pages",
    async run(world) {
      const { admin, picture } = world;
      await admin.open("/records/DocumentReference/letter-1");
      await seeMasked(world);
      await admin.activate("button", "Reveal (break glass)");
      const dialog = { role: "dialog", name: "Break the glass?" } as const;
      await admin.activate("button", "Break the glass", dialog);
      await admin.see("Choose why you need it.");
      await admin.see("Write at least 15 characters.");
      await picture(admin.page, "break-glass");
      await admin.press("Escape");
      await breakGlass(world, [/^Address/, /^Clinical content/, /^Documents/]);
      await admin.see(letterWords);
      await admin.see({ role: "img", name: "Page 1 of 2" }, 30_000);
      const [reader] = admin.page.workers();
      assert.ok(reader !== undefined, "the pages are read in a worker");
      const asked = await reader.evaluate(
        async () =>
          await fetch("/api/v1/bootstrap").then(
            () => true,
            () => false,
          ),
      );
      assert.equal(asked, false, "the worker that reads a document can ask somebody");
      await admin.activate("button", "Next page");
      await admin.see({ role: "img", name: "Page 2 of 2" });
      await admin.see(/^elsewhere$|Letter about/);
      await picture(admin.page, "record-revealed");
    },
  },
  {
    name: "is masked again on leaving the tab and on printing; a copy is noted; the glass is extended and ended",
    async run(world) {
      const { admin } = world;
      await admin.page.evaluate(() => window.dispatchEvent(new Event("blur")));
      await admin.see({ role: "button", name: "Show it again" });
      await seeMasked(world);
      await admin.activate("button", "Show it again");
      await admin.see(letterWords);
      const noted = (what: string) =>
        admin.page.waitForResponse(
          (response) => response.url().endsWith("/uses") && (response.request().postData() ?? "").includes(what),
        );
      const copied = noted("copied");
      await admin.press("Control+a");
      await admin.press("Control+c");
      assert.equal((await copied).status(), 204);
      const printed = noted("printed");
      // What the browser does when a person prints; the pages that it makes then are looked at.
      const paper = await admin.page.pdf();
      assert.equal((await printed).status(), 204);
      assert.ok(paper.length > 0);
      await admin.see({ role: "button", name: "Show it again" });
      await seeMasked(world);
      await admin.activate("button", "Extend by 5 min");
      await admin.see("The glass stays open for 5 minutes more");
      await admin.activate("button", "Show it again");
      await admin.see(letterWords);
      await admin.activate("button", "End now");
      await admin.seeGone({ role: "region", name: "Broken glass" });
      await admin.see({ role: "button", name: "Reveal (break glass)" });
      await seeMasked(world);
    },
  },
  {
    name: "shows a picture, a text and a clinical document under one glass for the patient, and runs nothing of them",
    async run(world) {
      const { admin, picture } = world;
      await admin.open(patientPage);
      await breakGlass(world, [/^Clinical content/, /^Documents/]);
      await admin.activate("button", "Show who it is");
      await admin.see(`${patient.given} ${patient.family}`);
      for (const [id, shown] of [
        ["scan-1", { role: "img", name: "Picture of the record" }],
        ["note-1", { role: "region", name: "Text of the document" }],
        ["summary-1", { role: "article", name: "Summary of care" }],
      ] as const) {
        await admin.open(`/records/DocumentReference/${id}`);
        await admin.activate("button", "Show it again");
        await admin.see(shown);
      }
      await admin.see("Penicillin");
      await admin.see("Kept");
      assert.equal(await admin.page.evaluate(() => (window as { hilumHit?: number }).hilumHit), undefined);
      await picture(admin.page, "clinical-document");
    },
  },
  {
    name: "takes the document of a record for a message without reading it in the browser, and comes back by the message",
    async run(world) {
      const { admin, notes, picture } = world;
      // The glass of the journey before is still open.
      await admin.activate("button", "Send by message");
      await admin.arrive("Compose a message");
      await admin.see("document.xml");
      await admin.see("The patient’s consents are asked before it leaves.");
      await admin.fill("To", "ward@clinic.example");
      await admin.fill("Subject", "A document");
      await admin.fill("Text", "The document is attached.");
      await picture(admin.page, "compose-with-document");
      await admin.activate("button", "Send");
      await admin.arrive("E-mail message");
      notes.set("message:record", new URL(admin.page.url()).pathname);
      await admin.activate("button", "End now");
      await admin.seeGone({ role: "region", name: "Broken glass" });
      await admin.activate("button", "document.xml");
      await admin.see("record.masked");
      const kept = await admin.page.evaluate(async () =>
        JSON.stringify([
          Object.entries(localStorage),
          Object.entries(sessionStorage),
          await caches.keys(),
          await indexedDB.databases(),
          document.cookie,
        ]),
      );
      for (const word of [patient.family, patient.mrn, letterWords])
        assert.ok(!kept.includes(word), `the browser keeps "${word}"`);
      await admin.activate("link", patient.id);
      await admin.arrive(patient.masked);
      await admin.goTo("Messages, outbox");
      await admin.activate("link", `Patient ${patient.id}`);
      await admin.arrive(patient.masked);
    },
  },
  {
    name: "says what a patient’s page holds where the patient’s own record is not here",
    async run({ admin }) {
      await admin.open("/records/patients/nobody-here");
      await admin.see(/^(The patient’s own record is not here\.|There is no such record)$/);
      await admin.open(`/records/patients/${otherPatient.id}`);
      await admin.arrive(/^B•+ B•+$/);
    },
  },
];
