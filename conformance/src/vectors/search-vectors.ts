import { isHilumError } from "@hilum/contract";
import { parseSearch } from "@hilum/contract/search";
import type { VectorFile } from "./vector-file.ts";

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const resources = [
  {
    ...{ resourceType: "Patient", id: "ada", active: true, gender: "female", birthDate: "1815-12-10" },
    identifier: [{ system: "http://clinic.example/mrn", value: "MRN-555" }, { value: "bare" }],
    telecom: [
      { system: "phone", value: "+1 (555) 010-0100" },
      { system: "email", value: "Ada@Example.org" },
    ],
    generalPractitioner: [
      { reference: "Practitioner/p1" },
      { reference: "https://other.example/fhir/Organization/o1" },
    ],
    meta: { security: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HTEST" }] },
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
  },
  {
    ...{ resourceType: "DocumentReference", id: "d1", status: "current", date: "2025-11-30T23:30:00Z" },
    masterIdentifier: { system: "urn:ietf:rfc:3986", value: "urn:oid:1.2.3" },
    subject: { reference: "Patient/ada" },
    content: [{ attachment: { contentType: "application/pdf", creation: "2025-11" } }],
  },
];

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
  ["Patient", [["nane", "ada"]]],
  ["Patient", [["subject.name", "ada"]]],
];

/** Searches of the kinds that every test host serves, and which of the resources match. */
export function searchVectors(): VectorFile[] {
  return [
    {
      name: "searches",
      about:
        "A search of a `type` by `query`, and the places of those `resources` of the first case that match (`found`), or `refused`. Ids, tokens, references and dates alone, without modifiers.",
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
