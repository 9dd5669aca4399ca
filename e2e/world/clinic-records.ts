import { twoPagePdf } from "@hilum/testkit";
import { request } from "playwright-core";
import type { World } from "./world.ts";

/** Synthetic, and the canaries of the last gate: what nothing but a broken glass may show. */
export const patient = {
  id: "ada-1",
  family: "Quaxlethorpe",
  given: "Ada",
  mrn: "MRN-88471-ZQ",
  /** As the server masks it. */
  masked: /^A•+ Q•+$/,
} as const;
export const otherPatient = { id: "bea-2" } as const;
export const letterWords = "Ada Quaxlethorpe slept well after the second dose";

type Resource = { resourceType: string; id: string } & Record<string, unknown>;
const about = { reference: `Patient/${patient.id}` };

/** Brings records in by the FHIR interface, as a program of the clinic does: what the browser then shows came this way. */
export async function bringRecords({ server, adminContext }: World): Promise<void> {
  const client = await request.newContext({
    baseURL: server.url.href,
    ignoreHTTPSErrors: true,
    storageState: await adminContext.storageState(),
    extraHTTPHeaders: { "X-Hilum-Console": "1", Origin: server.url.origin },
  });
  for (const resource of records()) {
    const answer = await client.put(`fhir/R4/${resource.resourceType}/${resource.id}`, {
      headers: { "Content-Type": "application/fhir+json" },
      data: JSON.stringify(resource),
    });
    if (!answer.ok())
      throw new Error(`${resource.resourceType}/${resource.id}: ${answer.status()} ${await answer.text()}`);
  }
  await client.dispose();
}

function records(): Resource[] {
  return [
    person(patient.id, patient.family, patient.given, patient.mrn),
    person(otherPatient.id, "Bellweather", "Bea", "MRN-10233"),
    observation("weight-1", "2026-03-02", 61),
    // The same once more: it has a version to compare and to restore.
    observation("weight-1", "2026-03-02", 64),
    consent(),
    ...document("letter-1", "application/pdf", letterPdf(), "2026-04-08T09:00:00Z"),
    ...document("scan-1", "image/png", png, "2026-02-11T10:00:00Z"),
    ...document("note-1", "text/plain", Buffer.from(letterWords), "2025-12-01T08:00:00Z"),
    ...document("summary-1", "application/cda+xml", Buffer.from(clinicalDocument), "2025-11-20T08:00:00Z"),
  ];
}

const person = (id: string, family: string, given: string, mrn: string): Resource => ({
  resourceType: "Patient",
  id,
  active: true,
  name: [{ family, given: [given] }],
  birthDate: "1970-03-02",
  gender: "female",
  identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: mrn }],
});

const observation = (id: string, day: string, kilograms: number): Resource => ({
  resourceType: "Observation",
  id,
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "29463-7", display: "Body weight" }] },
  subject: about,
  effectiveDateTime: day,
  valueQuantity: { value: kilograms, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
});

const consent = (): Resource => ({
  resourceType: "Consent",
  id: "consent-1",
  status: "active",
  patient: about,
  scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
  category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
  policyRule: {
    coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentpolicycodes", code: "hipaa-restrictions" }],
  },
  provision: { type: "permit" },
});

function document(id: string, contentType: string, bytes: Buffer, date: string): Resource[] {
  return [
    {
      resourceType: "Binary",
      id: `${id}-file`,
      contentType,
      securityContext: about,
      data: bytes.toString("base64"),
    },
    {
      resourceType: "DocumentReference",
      id,
      status: "current",
      subject: about,
      date,
      description: letterWords,
      ...narrative,
      content: [{ attachment: { contentType, url: `Binary/${id}-file`, title: `${patient.family}.bin` } }],
    },
  ];
}

/** Formatting that FHIR allows, with an address that leads out: shown as words, never followed. */
const narrative = {
  text: {
    status: "generated",
    div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>Letter about <b>${patient.family}</b>, <a href="https://elsewhere.example/?q=1">elsewhere</a></p><img src="https://elsewhere.example/beacon.png" alt="beacon"/></div>`,
  },
};

const clinicalDocument = `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary of care</title><effectiveTime value="20251120"/>
<recordTarget><patientRole><patient><name><given>${patient.given}</given><family>${patient.family}</family></name></patient></patientRole></recordTarget>
<component><structuredBody><component><section><title>Allergies</title><text><list><item>Penicillin</item></list></text></section></component>
<component><section><title>Hostile</title><text><paragraph onclick="window.hilumHit=1">Kept</paragraph><script>window.hilumHit=1</script><iframe src="https://elsewhere.example/"/></text></section></component></structuredBody></component></ClinicalDocument>`;

/** One red pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
  "base64",
);

const letterPdf = (): Buffer =>
  Buffer.from(
    twoPagePdf(`BT /F1 14 Tf 40 250 Td (${letterWords}) Tj ET`, "BT /F1 14 Tf 40 250 Td (The second page) Tj ET"),
  );
