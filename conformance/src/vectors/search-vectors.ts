import { isHilumError } from "@hilum/contract";
import { parseSearch } from "@hilum/contract/search";
import type { VectorFile } from "./vector-file.ts";

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const resources = [
  {
    ...{ resourceType: "Patient", id: "ada", active: true, gender: "female", birthDate: "1815-12-10" },
    identifier: [
      {
        type: coding("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"),
        ...{ system: "http://clinic.example/mrn", value: "MRN-555" },
      },
      { value: "bare" },
    ],
    name: [{ family: "Løvelace-O'Byron", given: ["Ada", "Augusta"], prefix: ["Countess"] }, { text: "Ada King" }],
    address: [{ line: ["1 St. James's Square"], city: "Zürich", postalCode: "8001" }],
    telecom: [
      { system: "phone", value: "+1 (555) 010-0100" },
      { system: "email", value: "Ada@Example.org" },
    ],
    generalPractitioner: [
      { reference: "Practitioner/p1" },
      { reference: "https://other.example/fhir/Organization/o1" },
    ],
    meta: {
      lastUpdated: "2026-03-01T10:00:00.500Z",
      profile: ["http://hl7.org/fhir/StructureDefinition/Patient"],
      security: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HTEST" }],
    },
  },
  {
    ...{ resourceType: "Observation", id: "o1", status: "final", effectiveDateTime: "2026-03-02T08:15:00+02:00" },
    category: [coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
    code: coding("http://loinc.org", "8867-4"),
    subject: { reference: "Patient/ada/_history/2" },
  },
  {
    ...{ resourceType: "Observation", id: "o2", status: "amended", subject: { reference: "Patient/grace" } },
    code: { coding: [{ system: "http://loinc.org", code: "8302-2" }, { code: "height" }] },
    effectivePeriod: { start: "2026-02", end: "2026-03-01" },
    performer: [{ identifier: { system: "urn:staff", value: "Seven" } }],
    valueQuantity: { value: 172.5, unit: "cm", system: "http://unitsofmeasure.org", code: "cm" },
  },
  {
    ...{ resourceType: "DocumentReference", id: "d1", status: "current", date: "2025-11-30T23:30:00Z" },
    masterIdentifier: { system: "urn:ietf:rfc:3986", value: "urn:oid:1.2.3" },
    subject: { reference: "Patient/ada" },
    content: [{ attachment: { contentType: "application/pdf", creation: "2025-11" } }],
  },
  {
    ...{ resourceType: "Patient", id: "grace", name: [{ family: "王", given: ["小明"] }], birthDate: "1906-12-09" },
    meta: { lastUpdated: "2026-03-02T10:00:00Z" },
  },
  {
    ...{ resourceType: "ServiceRequest", id: "s1", status: "active", intent: "order" },
    subject: { reference: "Patient/ada" },
    occurrenceTiming: { event: ["2026-05-01", "2026-05-10"] },
  },
];

/** Values of one parameter, each a search of its own. */
const each = (type: string, name: string, values: readonly string[]): [string, [string, string][]][] =>
  values.map((value) => [type, [[name, value]]]);

const queries: readonly [type: string, query: [string, string][]][] = [
  ["Patient", []],
  ["Patient", [["_id", "ada"]]],
  ["Patient", [["_id", "grace,ada"]]],
  ["Patient", [["_id", "a b"]]],
  ...[
    ...["http://clinic.example/mrn|MRN-555", "http://clinic.example/mrn|mrn-555", "mrn-555", "|bare", "|MRN-555"],
    ...["http://clinic.example/mrn|", "http://other.example|MRN-555", "x,bare", "a|b|c", "|", ""],
  ].map((value): [string, [string, string][]] => ["Patient", [["identifier", value]]]),
  [
    "Patient",
    [
      ["gender", "FEMALE"],
      ["active", "true"],
    ],
  ],
  ["Patient", [["gender", "http://hl7.org/fhir/administrative-gender|female"]]],
  ["Patient", [["telecom", "15550100100"]]],
  ["Patient", [["phone", "+1 555 010 0100"]]],
  ["Patient", [["email", "ada@example.org"]]],
  ["Patient", [["phone", "ada@example.org"]]],
  ["Patient", [["_security", "HTEST"]]],
  ["Patient", [["deceased", "false"]]],
  ...[
    "1815-12-10",
    "1815",
    "ge1815-12",
    "lt1815-12-10",
    "ne1815",
    "ap1815-12",
    "sa1815-12-09",
    "eb1816",
    "1815-13",
    "x",
  ].map((value): [string, [string, string][]] => ["Patient", [["birthdate", value]]]),
  ...["Practitioner/p1", "p1", "https://other.example/fhir/Organization/o1", "Practitioner/p2"].map(
    (value): [string, [string, string][]] => ["Patient", [["general-practitioner", value]]],
  ),
  ...["Patient/ada", "ada", "Patient/grace", "Patient/ada/_history/9"].map((value): [string, [string, string][]] => [
    "Observation",
    [["patient", value]],
  ]),
  ["Observation", [["subject", "Patient/ada"]]],
  ["Observation", [["category", "laboratory"]]],
  [
    "Observation",
    [
      ["category", "vital-signs,laboratory"],
      ["status", "final"],
    ],
  ],
  ["Observation", [["code", "http://loinc.org|8302-2"]]],
  ["Observation", [["code", "|height"]]],
  ["Observation", [["code", "height"]]],
  ...[
    "2026-03-02",
    "2026-03-02T06:15:00Z",
    "ge2026-03-02T06:15:00Z",
    "2026",
    "le2026-03-01",
    "gt2026-03-01",
    "2026-02",
  ].map((value): [string, [string, string][]] => ["Observation", [["date", value]]]),
  ["DocumentReference", [["identifier", "urn:oid:1.2.3"]]],
  [
    "DocumentReference",
    [
      ["date", "2025-11-30"],
      ["patient", "ada"],
    ],
  ],
  ["DocumentReference", [["status", "superseded"]]],
  ...each("Patient", "name", [
    ...[
      "lovelace",
      "LOVE",
      "obyron",
      "ada king",
      "augusta,nobody",
      "lace",
      "byr",
      "an",
      "--",
      "",
      "ada-king",
      "王",
      "小",
    ],
    ...["countess", "lovelace ada nobody"],
  ]),
  ...each("Patient", "family", ["lov", "ada", "o'byron"]),
  ...each("Patient", "given", ["aug", "augustina"]),
  ...each("Patient", "name:exact", ["Ada King", "ada king", "Løvelace-O'Byron", "王"]),
  ...each("Patient", "address", ["zurich", "st. james", "8001"]),
  ...each("Patient", "address-city", ["zür", "james"]),
  ...each("Patient", "name:contains", ["love"]),
  ...each("Patient", "name:missing", ["true", "false", "yes"]),
  ...each("Patient", "gender:missing", ["true", "false"]),
  ...each("Patient", "gender:not", ["female", "male"]),
  ...each("Patient", "name:not", ["ada"]),
  ...each("Patient", "name:exact:missing", ["true"]),
  ...each("Patient", "identifier:of-type", [
    "http://terminology.hl7.org/CodeSystem/v2-0203|MR|mrn-555",
    "|mr|MRN-555",
    "|SS|MRN-555",
    "MR|MRN-555",
  ]),
  ...each("Patient", "gender:of-type", ["a|b|c"]),
  ...each("Patient", "general-practitioner:Practitioner", ["p1", "Practitioner/p1", "Organization/o1"]),
  ...each("Patient", "general-practitioner:Device", ["p1"]),
  ...each("Patient", "_lastUpdated", [
    ...["2026-03-01", "ge2026-03-01T10:00:00Z", "gt2026-03-01", "lt2026-03-02", "le2026-03-02", "ne2026-03-01", "x"],
  ]),
  ...each("Patient", "_lastUpdated:missing", ["true"]),
  ...each("Patient", "_profile", ["http://hl7.org/fhir/StructureDefinition/Patient", "http://hl7.org/fhir"]),
  ...each("Observation", "performer:identifier", ["urn:staff|seven", "seven", "|seven", ""]),
  ...each("Observation", "performer", ["7"]),
  ...each("Observation", "value-quantity", [
    ...[
      "172.5",
      "172",
      "173",
      "172.5|http://unitsofmeasure.org|cm",
      "172.5||cm",
      "172.5||mm",
      "gt172",
      "le172.5",
      "lt172.5",
    ],
    ...["ap160", "ne172.5", "1.725e2", "sa172", "much"],
  ]),
  ...each("Observation", "code:not", ["8302-2"]),
  ...each("Observation", "date", ["ge2026-02-15", "le2026-02-15", "ap2026-02-15", "sa2026-03-01"]),
  ...each("ServiceRequest", "occurrence", ["2026-05", "ge2026-05-05", "2026-05-01"]),
  ...each("Patient", "nane", ["ada"]),
  ...each("Patient", "subject.name", ["ada"]),
  ...each("Patient", "_has:Observation:subject:code", ["1"]),
];

/** Searches of every kind, and which of the resources match: what the platform finds, every test host finds. */
export function searchVectors(): VectorFile[] {
  return [
    {
      name: "searches",
      about:
        "A search of a `type` by `query`, and the places of those `resources` of the first case that match (`found`), or `refused`: every kind of parameter, with the modifiers that are served.",
      cases: [{ resources }, ...queries.map(([type, query]) => ({ type, query, ...resultOf(type, query) }))],
    },
  ];
}

function resultOf(type: string, query: [string, string][]): object {
  try {
    const search = parseSearch(type, query);
    return { found: resources.flatMap((resource, index) => (search.matches(resource) ? [index] : [])) };
  } catch (error) {
    if (!isHilumError(error)) throw error;
    return { refused: error.code };
  }
}
