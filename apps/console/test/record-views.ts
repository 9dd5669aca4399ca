import type { Page } from "playwright-core";
import type { View } from "./views.ts";

const press = (name: string | RegExp) => (page: Page) =>
  page
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();
const letter = "/records/DocumentReference/letter-1";
const patient = "/records/patients/pat-1";

const reveal = async (page: Page): Promise<void> => {
  await press("Show it again")(page);
  await page.getByText("Letter to the family doctor").first().waitFor();
};
const fromMenu = (item: string) => async (page: Page) => {
  await press("More actions")(page);
  await page.getByRole("menuitem", { name: item }).click();
};

/** The Storage Browser: masked, in the clear, empty, without the right. */
export const recordViews: readonly View[] = [
  { name: "records", path: "/records?type=DocumentReference" },
  { name: "records-patients", path: "/records?type=Patient" },
  {
    name: "records-none-found",
    path: "/records?type=Patient",
    act: async (page) => {
      await page.getByLabel("Name").fill("Zzz");
      await page.getByRole("search").getByRole("button", { name: "Search" }).click();
      await page.getByText("No record matches").waitFor();
    },
  },
  {
    name: "records-short",
    path: "/records?type=Patient",
    act: async (page) => {
      await page.getByLabel("Name").fill("Zz");
      await page.getByRole("search").getByRole("button", { name: "Search" }).click();
      await page.getByText("Write at least 3 characters.").waitFor();
    },
  },
  { name: "records-empty", path: "/records", scenario: { empty: true } },
  { name: "records-viewer", path: "/records", scenario: { role: "viewer" } },
  {
    name: "records-refused",
    path: "/records?type=Patient",
    scenario: { refuse: { browseRecords: "search.guessing" } },
    act: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "record", path: letter },
  { name: "record-fhir", path: `${letter}?view=fhir` },
  { name: "record-json", path: `${letter}?view=json` },
  { name: "record-old", path: `${letter}?version=2` },
  {
    name: "record-gone",
    path: "/records/DocumentReference/gone",
    act: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "record-auditor", path: letter, scenario: { role: "auditor" } },
  {
    name: "record-compare",
    path: letter,
    act: async (page) => {
      await press("Compare with 2: version 3")(page);
      await page.getByText("Changed behind the mask").waitFor();
    },
  },
  { name: "record-restore", path: letter, act: press("Restore version 2") },
  { name: "record-glass", path: letter, act: press("Reveal (break glass)") },
  {
    name: "record-glass-faults",
    path: letter,
    act: async (page) => {
      await press("Reveal (break glass)")(page);
      await press("Break the glass")(page);
      await page.getByText("Choose why you need it.").waitFor();
    },
  },
  {
    name: "record-opened",
    path: letter,
    act: async (page) => {
      await press("Reveal (break glass)")(page);
      await page.getByLabel("Why do you need it?").selectOption("ETREAT");
      await page.getByLabel("Reason, in your words").fill("Patient arrived unconscious, need current medication");
      await page.getByRole("checkbox", { name: "Documents and their text" }).check();
      await page.getByRole("textbox", { name: "Your password" }).fill("right");
      await press("Break the glass")(page);
      await page.getByRole("img", { name: "Page 1 of 2" }).waitFor();
      await page.getByText("Text of this page").waitFor();
    },
  },
  { name: "record-revealed-fhir", path: `${letter}?view=fhir`, scenario: { glass: true }, act: reveal },
  {
    name: "record-left",
    path: letter,
    scenario: { glass: true },
    act: async (page) => {
      await reveal(page);
      await page.evaluate(() => window.dispatchEvent(new Event("blur")));
      await page.getByRole("button", { name: "Show it again" }).waitFor();
    },
  },
  {
    name: "record-sent",
    path: letter,
    scenario: { glass: true },
    act: async (page) => {
      await reveal(page);
      await press("Send by message")(page);
      await page.getByText("document.pdf").waitFor();
    },
  },
  { name: "patient", path: patient },
  { name: "patient-stranger", path: "/records/patients/stranger" },
  {
    name: "patient-revealed",
    path: patient,
    scenario: { glass: true },
    act: async (page) => {
      await press("Show who it is")(page);
      await page.getByText("Jane Doe").waitFor();
    },
  },
  {
    name: "patient-consent",
    path: patient,
    act: async (page) => {
      await press("Check")(page);
      await page.getByText("The privacy consent permits treatment.").waitFor();
    },
  },
  { name: "patient-menu", path: patient, act: press("More actions") },
  { name: "patient-export", path: patient, act: fromMenu("Ask for an export") },
  { name: "patient-glass", path: "/records/patients/stranger", act: press("Reveal (break glass)") },
  { name: "disclosures", path: `${patient}/disclosures` },
  { name: "disclosures-empty", path: `${patient}/disclosures`, scenario: { empty: true } },
  { name: "disclosures-enter", path: `${patient}/disclosures`, act: press("Write one down") },
  { name: "disclosures-operator", path: `${patient}/disclosures`, scenario: { role: "operator" } },
  { name: "glasses", path: "/records/glasses" },
  { name: "glasses-empty", path: "/records/glasses?state=asked", scenario: { empty: true } },
  { name: "glass", path: "/records/glasses/gl-2" },
  { name: "glass-asked", path: "/records/glasses/gl-3" },
  { name: "glass-ask", path: "/records/glasses/gl-2", act: press("Ask") },
  { name: "holds", path: "/records/holds" },
  { name: "holds-empty", path: "/records/holds", scenario: { empty: true } },
  { name: "holds-lift", path: "/records/holds", act: press("Lift the hold on J••• D••") },
  { name: "exports", path: "/records/exports" },
  { name: "exports-empty", path: "/records/exports", scenario: { empty: true } },
  { name: "exports-approve", path: "/records/exports", act: press(/^Approve the export/) },
  { name: "retention", path: "/records/retention" },
  { name: "retention-empty", path: "/records/retention", scenario: { empty: true } },
  {
    name: "retention-change",
    path: "/records/retention",
    act: async (page) => {
      await press("Change the rule of Documents")(page);
      await press("Count what would go")(page);
      await page.getByText("312 versions").first().waitFor();
    },
  },
  { name: "retention-purge", path: "/records/retention", act: press("Purge Documents") },
  { name: "shreddings", path: "/records/shreddings" },
  { name: "shreddings-empty", path: "/records/shreddings", scenario: { empty: true } },
  { name: "shreddings-destroy", path: "/records/shreddings", act: press(/^Destroy all about patient/) },
];
