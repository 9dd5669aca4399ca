import { describe, expect, it } from "vitest";
import {
  binary,
  documentOf,
  documentReference,
  identifierOf,
  loadValidator,
  nameOf,
  observation,
  patient,
  readingOf,
} from "../index.ts";

const validator = await loadValidator("layered");
const mrn = "https://clinic.example/mrn";

describe("a record is built", () => {
  it.each([
    patient({ family: "Berg" }),
    patient({
      family: "van den Berg",
      given: ["Zoë", "Ana"],
      identifier: { system: mrn, value: "A-12" },
      birthDate: "1970-03-02",
      gender: "female",
      phone: "+49301234567",
      email: "zoe@example.org",
      test: true,
    }),
    documentReference({ patient: "Patient/1", file: { url: "Binary/1", contentType: "application/pdf" } }),
    documentReference({
      patient: "Patient/1",
      file: { url: "Binary/1", contentType: "application/pdf", title: "letter.pdf", size: 12 },
      type: { system: "http://loinc.org", code: "34133-9", text: "Letter" },
      category: "Letters",
      date: "2026-03-01T09:00:00Z",
      status: "superseded",
      identifier: [
        { system: mrn, value: "1" },
        { system: "urn:x", value: "2" },
      ],
    }),
    binary({ contentType: "text/plain", data: "SGk=", document: "DocumentReference/8" }),
    observation({
      patient: "Patient/1",
      code: "Weight",
      value: 81.5,
      unit: "kg",
      at: "2026-03-01",
      category: "vital-signs",
    }),
    observation({ patient: "Patient/1", code: { system: "http://loinc.org", code: "1-1" }, value: 3 }),
    observation({ patient: "Patient/1", code: "Mood", value: "good" }),
    observation({ patient: "Patient/1", code: "Smoker", value: false }),
    observation({
      patient: "Patient/1",
      code: "Blood",
      value: { system: "http://snomed.info/sct", code: "112144000" },
    }),
    observation({ patient: "Patient/1", code: "Panel", status: "registered" }),
  ])("as FHIR R4 has it: %o", (record) => {
    expect(validator.validateResource(record)).toEqual([]);
  });
});

describe("a record is read", () => {
  it("by the name that is said: the official one, else one in use, else any", () => {
    const names = [
      { use: "old" as const, family: "Frey" },
      { given: ["Zoë"], family: "Berg" },
    ];
    expect(nameOf({ name: names })).toBe("Zoë Berg");
    expect(nameOf({ name: [...names, { use: "official", text: "Dr. Zoë Berg" }] })).toBe("Dr. Zoë Berg");
    expect(nameOf({ name: [{ use: "old", family: "Frey" }] })).toBe("Frey");
    expect(nameOf({ name: [{ use: "official" }] })).toBeUndefined();
    expect(nameOf({})).toBeUndefined();
  });

  it("by an identifier of a namespace, or the first", () => {
    const record = patient({
      family: "Berg",
      identifier: [
        { system: "urn:x", value: "2" },
        { system: mrn, value: "1" },
      ],
    });
    expect(identifierOf(record, mrn)).toBe("1");
    expect(identifierOf(record)).toBe("2");
    expect(identifierOf(record, "urn:y")).toBeUndefined();
  });

  it("by its file, patient, kind and date", () => {
    const file = { url: "Binary/1", contentType: "application/pdf", title: "letter.pdf", size: 12 };
    const document = documentReference({ patient: "Patient/1", file, type: "Letter", date: "2026-03-01T09:00:00Z" });
    expect(documentOf(document)).toEqual({
      ...file,
      patient: "Patient/1",
      type: "Letter",
      date: "2026-03-01T09:00:00Z",
    });
    expect(documentOf({ resourceType: "DocumentReference", status: "current", content: [{ attachment: {} }] })).toEqual(
      {},
    );
  });

  it("by what was observed", () => {
    expect(
      readingOf(observation({ patient: "Patient/1", code: "Weight", value: 81.5, unit: "kg", at: "2026" })),
    ).toEqual({
      code: "Weight",
      value: 81.5,
      unit: "kg",
      at: "2026",
      patient: "Patient/1",
    });
    const blood = { system: "http://snomed.info/sct", code: "112144000" };
    expect(
      readingOf(observation({ patient: "Patient/1", code: { ...blood, text: "Type" }, value: blood })),
    ).toMatchObject({
      code: "Type",
      value: "112144000",
    });
    expect(readingOf(observation({ patient: "Patient/1", code: "Smoker", value: false }))).toMatchObject({
      value: false,
    });
  });
});
