import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalTypes } from "../canonical-types.ts";
import { hasOfficialDefinitions, readOfficialExamples } from "../test-support/official-definitions.ts";
import { validResources } from "../valid-resources.ts";
import { maskResource } from "./mask-resource.ts";

type Json = Record<string, unknown>;

const masked = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "MASKED" };

describe("of a record is shown", () => {
  it("a patient to the first letters, the last signs, the year and the country", () => {
    const patient = {
      resourceType: "Patient",
      id: "1",
      meta: { versionId: "3", lastUpdated: "2026-03-01T10:00:00Z", source: "urn:x", profile: ["http://x.example/p"] },
      text: { status: "generated", div: "<div>John Doe</div>" },
      extension: [{ url: "http://x.example/race", valueString: "x" }],
      identifier: [{ system: "http://clinic.example/mrn", value: "99912345", assigner: { display: "John's clinic" } }],
      active: true,
      name: [{ use: "official", family: "Doe", given: ["John", "Alexander", "J"] }],
      telecom: [
        { system: "phone", value: "+49151234567" },
        { system: "email", value: "john@example.org" },
      ],
      gender: "male",
      birthDate: "1970-03-02",
      address: [{ line: ["1 Example Way"], city: "Bremen", country: "Germany" }],
      photo: [{ contentType: "image/png", data: "AAAA" }],
      contact: [{ name: { family: "Doe" } }],
      managingOrganization: { reference: "Organization/5", display: "John's clinic" },
    };
    expect(maskResource(patient)).toEqual({
      resourceType: "Patient",
      id: "1",
      meta: { versionId: "3", lastUpdated: "2026-03-01T10:00:00Z", security: [masked] },
      identifier: [{ system: "http://clinic.example/mrn", value: "••••2345" }],
      active: true,
      name: [{ use: "official", family: "D••", given: ["J•••", "A•••", "••"] }],
      telecom: [
        { system: "phone", value: "••••4567" },
        { system: "email", value: "j••@example.org" },
      ],
      birthDate: "1970",
      address: [{ country: "Germany" }],
      managingOrganization: { reference: "Organization/5" },
    });
  });

  it("a reading as one, without what was read", () => {
    const reading = {
      resourceType: "Observation",
      status: "final",
      category: [
        {
          coding: [
            {
              system: "http://terminology.hl7.org/CodeSystem/observation-category",
              code: "laboratory",
              display: "HIV",
            },
          ],
        },
        { text: "HIV" },
      ],
      code: { coding: [{ system: "http://loinc.org", code: "75622-1" }], text: "HIV" },
      subject: { reference: "Patient/1", display: "John Doe" },
      effectiveDateTime: "2026-02-03",
      issued: "2026-02-04T10:00:00Z",
      valueString: "positive",
      note: [{ text: "told him" }],
    };
    expect(maskResource(reading)).toEqual({
      resourceType: "Observation",
      meta: { security: [masked] },
      status: "final",
      category: [
        { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] },
      ],
      code: { text: "••••" },
      subject: { reference: "Patient/1" },
      effectiveDateTime: "2026",
      issued: "2026-02-04T10:00:00Z",
      dataAbsentReason: {
        coding: [{ system: "http://terminology.hl7.org/CodeSystem/data-absent-reason", code: "masked" }],
      },
    });
  });

  it("a message as one, and a document by its kind and size", () => {
    const attachment = { contentType: "application/pdf; name=Doe.pdf", size: 12, url: "Binary/1", title: "Doe.pdf" };
    const message = maskResource({
      resourceType: "Communication",
      status: "completed",
      topic: { text: "Doe" },
      payload: [{ contentString: "Doe" }, { contentAttachment: attachment }],
    });
    expect(message["payload"]).toEqual([
      { contentString: "••••" },
      { contentAttachment: { contentType: "application/pdf", size: 12 } },
    ]);
    expect(message["topic"]).toBeUndefined();
    expect(maskResource({ resourceType: "Binary", contentType: "text/plain", data: "RG9l" })).toEqual({
      resourceType: "Binary",
      meta: { security: [masked] },
      contentType: "text/plain",
    });
  });

  it("nothing of a name of one sign, of a short identifier, of an address that is no country", () => {
    const patient = {
      resourceType: "Patient",
      name: [{ family: "王", given: ["金 秀"] }],
      identifier: [{ value: "1234567" }],
      address: [{ country: "Doe Street" }],
    };
    expect(maskResource(patient)).toEqual({
      resourceType: "Patient",
      meta: { security: [masked] },
      name: [{ family: "••", given: ["•• ••"] }],
      identifier: [{ value: "••••" }],
    });
  });

  it("the entries of a Bundle, each masked, three deep", () => {
    const bundle = (resource: Json): Json => ({
      resourceType: "Bundle",
      type: "collection",
      entry: [{ fullUrl: "urn:doe", resource }],
    });
    const text = JSON.stringify(
      maskResource(bundle(bundle(bundle(bundle({ resourceType: "Patient", name: [{ family: "Doe" }] }))))),
    );
    expect(text.match(/"Bundle"/g)).toHaveLength(4);
    expect(text).not.toContain("Patient");
    expect(text).not.toContain("doe");
  });

  it("type and id alone of what is not carried, and no fault of anything else", () => {
    expect(maskResource({ resourceType: "Device", id: "d", serialNumber: "1" })).toEqual({
      resourceType: "Device",
      id: "d",
      meta: { security: [masked] },
    });
    for (const value of [null, undefined, 1, "x", [], {}, { resourceType: "constructor" }, { resourceType: 1 }])
      expect(Object.keys(maskResource(value)).toSorted()).toEqual(["meta", "resourceType"]);
  });
});

/** The resource with each text replaced by one that must not be seen. What a house is called is shown, and stays. */
function planted(value: unknown, canary: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => planted(item, canary));
  if (typeof value !== "object" || value === null) return typeof value === "string" ? canary : value;
  const isHouse = (value as Json)["resourceType"] === "Organization";
  const entries = Object.entries(value).map(([key, child]) => [
    key,
    key === "resourceType" || (isHouse && key === "name") ? child : planted(child, canary),
  ]);
  return Object.fromEntries(entries);
}

/** Texts that take the form of what is shown of other elements. */
const canaries = [
  "Ana Quirrell",
  "quirrell",
  "QUIRRELL",
  "1970 Quirrell",
  "quirrell@quirrell.example",
  "http://quirrell.example/ quirrell",
  "Quirrell;q",
  "金奎瑞爾",
];
const samples = [
  ...validResources,
  ...(hasOfficialDefinitions("official FHIR examples, masked")
    ? readOfficialExamples(300_000).map(({ resource }) => resource)
    : []),
];

describe("nobody can be told", () => {
  it.each(canaries.filter((canary) => /[ ;爾]/.test(canary)))("by a text in any place of any record: %s", (canary) => {
    const leaking = samples
      .map((resource) => JSON.stringify(maskResource(planted(resource, canary))))
      .filter((text) => /quirrell|奎|Ana/i.test(text.replaceAll(/"(?:•|A)••• Q•••"|"••••rell"|"••••@[^"]*"/g, "")));
    expect(leaking).toEqual([]);
  });

  it("by a text in an element that is not named", () => {
    const names = fc.string({
      unit: fc.constantFrom("a", "b", "c", "d", "e", "X", "Y", "_"),
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.property(
      fc.constantFrom(...canonicalTypes),
      names,
      fc.constantFrom(...canaries),
      (type, name, canary) => {
        const resource = {
          resourceType: type,
          [name]: canary,
          [`_${name}`]: { extension: [{ url: "x", valueString: canary }] },
          text: { div: canary },
          contained: [{ resourceType: type, id: "c", name: canary }],
        };
        expect(JSON.stringify(maskResource(resource))).not.toMatch(/quirrell|奎/i);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("by masking what is masked: nothing comes back", () => {
    for (const resource of samples) {
      const once = maskResource(resource);
      const twice = maskResource(once);
      expect(Object.keys(twice).filter((key) => !Object.hasOwn(once, key))).toEqual([]);
    }
  });
});
