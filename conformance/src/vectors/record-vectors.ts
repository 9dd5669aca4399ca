import {
  binary,
  documentOf,
  documentReference,
  identifierOf,
  nameOf,
  observation,
  patient,
  readingOf,
  type BinaryInput,
  type DocumentInput,
  type ObservationInput,
  type PatientInput,
} from "@hilum/contract/fhir";
import type { VectorFile } from "./vector-file.ts";

const mrn = "https://clinic.example/mrn";
const letter = { url: "Binary/1", contentType: "application/pdf", title: "letter.pdf", size: 20_480 };
const weight = { system: "http://loinc.org", code: "29463-7" };

const inputs: readonly Input[] = [
  { patient: { family: "Berg" } },
  {
    patient: {
      ...{ family: "van den Berg", given: ["Zoë", "Ana"], birthDate: "1970-03", gender: "female", test: true },
      ...{ phone: "+49301234567", email: "zoe@example.org", identifier: { system: mrn, value: "A-12" } },
    },
  },
  { document: { patient: "Patient/1", file: { url: "Binary/1", contentType: "image/png" } } },
  {
    document: {
      ...{ patient: "Patient/1", file: letter, type: { ...weight, text: "Letter" }, category: "Letters" },
      ...{ date: "2026-03-01T09:00:00Z", status: "superseded", test: true },
      identifier: [mrn, "urn:x"].map((system) => ({ system, value: "1" })),
    },
  },
  { binary: { contentType: "text/plain", data: "SGk=" } },
  { binary: { contentType: "text/plain", data: "SGk=", document: "DocumentReference/8" } },
  {
    observation: {
      patient: "Patient/1",
      code: weight,
      value: 81.5,
      unit: "kg",
      at: "2026-03-01",
      category: "vital-signs",
    },
  },
  { observation: { patient: "Patient/1", code: "Steps", value: 0, status: "preliminary", test: true } },
  { observation: { patient: "Patient/1", code: "Mood", value: "good" } },
  { observation: { patient: "Patient/1", code: "Smoker", value: false } },
  {
    observation: {
      patient: "Patient/1",
      code: "Blood",
      value: { system: "urn:x", code: "A" },
      identifier: { system: mrn, value: "9" },
    },
  },
  { observation: { patient: "Patient/1", code: "Panel" } },
];

type Input =
  | { patient: PatientInput }
  | { document: DocumentInput }
  | { binary: BinaryInput }
  | { observation: ObservationInput };

const build = (input: Input): object => {
  if ("patient" in input) return patient(input.patient);
  if ("document" in input) return documentReference(input.document);
  return "binary" in input ? binary(input.binary) : observation(input.observation);
};

/** Records as others write them, for the readers. */
const written = [
  {
    resourceType: "Patient",
    name: [
      { use: "old", family: "Frey" },
      { given: ["Zoë"], family: "Berg" },
    ],
  },
  { resourceType: "Patient", name: [{ use: "old", family: "Frey" }] },
  { resourceType: "Patient", name: [{ family: "Berg" }, { use: "official", text: "Dr. Zoë Berg", family: "Berg" }] },
  {
    resourceType: "Patient",
    name: [{ use: "official" }],
    identifier: [{ system: "urn:x" }, { system: mrn, value: "1" }],
  },
  { resourceType: "Patient" },
  {
    resourceType: "DocumentReference",
    content: [{ attachment: {} }],
    type: { coding: [{ code: "a" }, { display: "Letter" }] },
  },
  { resourceType: "DocumentReference", type: { coding: [{ code: "a" }] }, subject: { display: "Zoë" } },
  {
    resourceType: "Observation",
    code: { coding: [{ display: "Pulse", code: "p" }] },
    valueInteger: 0,
    effectivePeriod: { start: "2026" },
  },
  { resourceType: "Observation", code: {}, effectiveInstant: "2026-03-01T09:00:00Z", effectivePeriod: { end: "2026" } },
] as const;

/** How records are built and read. */
export function recordVectors(): VectorFile[] {
  const built = inputs.map((input) => ({ input, record: build(input) }));
  return [
    {
      name: "records-built",
      about: "What a builder is given, the resource that it makes, and what is read from it; then resources of others.",
      cases: [...built, ...written.map((record) => ({ record }))].map((one) => ({
        ...one,
        read: readersOf(one.record),
      })),
    },
  ];
}

function readersOf(record: object): object {
  const any = record as never;
  const { resourceType } = record as { resourceType: string };
  const identifiers = { identifier: identifierOf(any, mrn) ?? null, first: identifierOf(any) ?? null };
  if (resourceType === "Patient") return { ...identifiers, name: nameOf(any) ?? null };
  if (resourceType === "DocumentReference") return { ...identifiers, document: documentOf(any) };
  return resourceType === "Observation" ? { ...identifiers, reading: readingOf(any) } : identifiers;
}
