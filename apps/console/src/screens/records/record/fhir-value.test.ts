import { describe, expect, it } from "vitest";
import { codeOf, elementWords, placeOf, sayValue } from "./fhir-value.ts";

describe("a FHIR value in one line", () => {
  it.each([
    [{ family: "Doe", given: ["Jane", "Q."], prefix: ["Dr"] }, "Dr Jane Q. Doe"],
    [{ text: "Jane", family: "Doe" }, "Jane"],
    [
      { line: ["1 Elm Street"], city: "Riverside", postalCode: "12345", country: "US" },
      "1 Elm Street, 12345 Riverside, US",
    ],
    [{ coding: [{ system: "http://loinc.org", code: "18842-5", display: "Discharge letter" }] }, "Discharge letter"],
    [{ coding: [{ code: "x" }], text: "Said so" }, "Said so"],
    [{ reference: "Patient/1" }, "Patient/1"],
    [{ reference: "Patient/1", display: "J••• D••" }, "J••• D••"],
    [{ display: "Dr. Imke Brandt" }, "Dr. Imke Brandt"],
    [{ value: 7.2, unit: "mmol/L" }, "7.2 mmol/L"],
    [{ value: 7.2, comparator: "<", code: "g" }, "< 7.2 g"],
    [{ start: "2026-01-02" }, "2026-01-02 to …"],
    [{ numerator: { value: 1, unit: "mg" }, denominator: { value: 2, unit: "mL" } }, "1 mg per 2 mL"],
    [{ low: { value: 1, unit: "g" }, high: { value: 2, unit: "g" } }, "1 g to 2 g"],
    [{ system: "phone", value: "+44 20 7946 0000", use: "home" }, "+44 20 7946 0000"],
    [{ system: "http://hospital.example/mrn", value: "••••2345" }, "••••2345"],
    [{ contentType: "application/pdf", title: "Letter" }, "Letter, application/pdf"],
    [true, "true"],
    ["1970", "1970"],
  ])("says %j as %s", (value, said) => expect(sayValue(value)).toBe(said));

  it("leaves what has parts of its own to be shown by its parts", () => {
    expect(sayValue({ relationship: [{ text: "Mother" }], name: { family: "Doe" } })).toBeUndefined();
    expect(sayValue({ coding: [] })).toBeUndefined();
    expect(sayValue(undefined)).toBeUndefined();
  });

  it("names the code behind a word by its system, and none of a system that it does not know", () => {
    expect(codeOf({ coding: [{ system: "http://loinc.org", code: "18842-5" }] })).toBe("LOINC 18842-5");
    expect(codeOf({ coding: [{ system: "http://example.org", code: "1" }] })).toBeUndefined();
  });

  it("leads to records of this server alone", () => {
    expect(placeOf({ reference: "Patient/ab-1" })).toEqual({ type: "Patient", id: "ab-1" });
    expect(placeOf({ reference: "https://elsewhere.example/Patient/1" })).toBeUndefined();
    expect(placeOf({ reference: "urn:uuid:1" })).toBeUndefined();
    expect(placeOf({ reference: "Patient/1/_history/2" })).toBeUndefined();
    expect(placeOf({ reference: "../settings" })).toBeUndefined();
  });

  it("calls elements by words", () => {
    expect(["birthDate", "valueQuantity", "effectiveDateTime", "status"].map(elementWords)).toEqual([
      "Birth date",
      "Value",
      "Effective",
      "Status",
    ]);
  });
});
