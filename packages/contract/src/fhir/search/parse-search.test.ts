import { describe, expect, it } from "vitest";
import { isHilumError, type Problem } from "../../errors/hilum-error.ts";
import type { ParsedSearch, SearchLimits } from "./parsed-search.ts";
import { parseSearch } from "./parse-search.ts";
import { termsOf } from "./terms-of.ts";

type Json = Record<string, unknown>;

const ana: Json = {
  resourceType: "Patient",
  id: "1",
  meta: { lastUpdated: "2026-03-01T10:00:00.500Z", security: [{ system: "urn:s", code: "R" }] },
  active: true,
  identifier: [
    {
      type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "MR" }] },
      system: "http://clinic.example/mrn",
      value: "A-12",
    },
  ],
  name: [{ family: "van den Berg", given: ["Zoë", "Ana"] }],
  telecom: [
    { system: "phone", value: "+49 30 123-45" },
    { system: "email", value: "Zoe@Example.org" },
  ],
  gender: "female",
  birthDate: "1970-03-02",
  deceasedDateTime: "2020-05-01T22:00:00-05:00",
  address: [{ city: "Bremen", state: "HB", line: ["1 Example Way"] }],
  generalPractitioner: [{ reference: "Practitioner/3/_history/2" }],
};
const reading: Json = {
  resourceType: "Observation",
  id: "9",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "8480-6" }] },
  subject: { reference: "https://other.example/fhir/Patient/1" },
  performer: [{ identifier: { system: "urn:staff", value: "7" } }],
  effectivePeriod: { start: "2026-01-10", end: "2026-02-20" },
  valueQuantity: { value: 5.4, unit: "mmol/l", system: "http://unitsofmeasure.org", code: "mmol/L" },
};

const queryOf = (text: string): [string, string][] => [...new URLSearchParams(text.replaceAll("+", "%2B"))];

function matches(resource: Json, query: string, limits?: SearchLimits): boolean {
  const search = parseSearch(String(resource["resourceType"]), queryOf(query), limits);
  const found = search.matches(resource);
  const terms = new Set(termsOf(resource));
  if (found) expect(search.groups.every((group) => group.some((term) => terms.has(term)))).toBe(true);
  return found;
}

function problemsOf(type: string, query: string): readonly Problem[] {
  try {
    parseSearch(type, queryOf(query));
  } catch (error) {
    if (isHilumError(error) && error.code === "search.invalid") return error.problems;
    throw error;
  }
  return [];
}

describe("a search finds a record", () => {
  it.each([
    ["a token, with its system, without case", "identifier=http://clinic.example/mrn|a-12"],
    ["a token of any system", "identifier=A-12"],
    ["a system alone", "identifier=http://clinic.example/mrn|"],
    ["an identifier of a type", "identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|A-12"],
    ["a code by the system that it is bound to", "gender=http://hl7.org/fhir/administrative-gender|female"],
    ["a label", "_security=urn:s|R"],
    ["a boolean", "active=true"],
    ["somebody who died at a moment", "deceased=true"],
    ["a number, however it is written", "phone=+49(30)12345"],
    ["an address of e-mail without case", "email=zoe@example.org"],
    ["one value of several", "gender=male,female"],
    ["every parameter", "gender=female&active=true"],
    ["the beginning of any word, without diacritics", "name=zoe"],
    ["words in any order", "name=berg ana"],
    ["a part of a name alone", "family=Berg"],
    ["a whole text, letter by letter", "family:exact=van den Berg"],
    ["a short text as a whole", "address-state:exact=HB"],
    ["a day", "birthdate=1970-03-02"],
    ["a year", "birthdate=1970"],
    ["two borders", "birthdate=ge1970-03-01&birthdate=lt1970-03-03"],
    ["a moment in another zone, by its day in UTC", "death-date=2020-05-02"],
    ["a reference, whatever its version", "general-practitioner=Practitioner/3"],
    ["an id where the types are few", "general-practitioner=3"],
    ["an id of a named type", "general-practitioner:Practitioner=3"],
    ["an id", "_id=7,1"],
    ["the time of the last change", "_lastUpdated=ge2026-03-01&_lastUpdated=lt2026-03-02"],
    ["what stands there", "birthdate:missing=false"],
    ["what does not stand there", "language:missing=true"],
    ["what is not said", "gender:not=male"],
  ])("by %s: %s", (_name, query) => {
    expect(matches(ana, query)).toBe(true);
  });

  it.each([
    ["another system", "identifier=urn:x|A-12"],
    ["no system where there is one", "identifier=|A-12"],
    ["another type", "identifier:of-type=urn:x|MR|A-12"],
    ["the middle of a word", "name=erg"],
    ["a text in other letters", "family:exact=van den berg"],
    ["a word of the given name in the family name", "family=Zoe"],
    ["a phone number as an e-mail", "email=+493012345"],
    ["a day after", "birthdate=gt1970-03-02"],
    ["the same day excluded", "birthdate=ne1970-03-02"],
    ["a time before and a time after", "birthdate=sa1970-03,eb1970-03-02"],
    ["what does stand there", "birthdate:missing=true"],
    ["what is said", "gender:not=female"],
    ["another id", "_id=2"],
    ["ids that have nothing in common", "_id=1&_id=2"],
    ["a time before", "_lastUpdated=lt2026-03-01"],
    ["one parameter of two", "gender=female&active=false"],
  ])("not by %s: %s", (_name, query) => {
    expect(matches(ana, query)).toBe(false);
  });

  it.each([
    ["date=2026", true],
    ["date=2026-01", false],
    ["date=ap2026-02", true],
    ["date=ge2026-02-15", true],
    ["date=sa2026-02", false],
    ["date=le2026-01-10", true],
    ["date=lt2026-01-10", false],
    ["value-quantity=5.4", true],
    ["value-quantity=5.40", true],
    ["value-quantity=5", true],
    ["value-quantity=5.41", false],
    ["value-quantity=gt5.4", false],
    ["value-quantity=sa5.4", false],
    ["value-quantity=ge5.4|http://unitsofmeasure.org|mmol/L", true],
    ["value-quantity=5.4||mmol/l", true],
    ["value-quantity=5.4|http://unitsofmeasure.org|mg", false],
    ["code=8480-6", true],
    ["component-code=8480-6", false],
    ["subject=https://other.example/fhir/Patient/1", true],
    ["patient=Patient/1", false],
    ["performer:identifier=urn:staff|7", true],
    ["performer:identifier=urn:x|7", false],
  ])("with periods, quantities and references elsewhere: %s is %s", (query, expected) => {
    expect(matches(reading, query)).toBe(expected);
  });

  it("reads an absolute reference to this place as a relative one", () => {
    const here = { baseUrl: "https://clinic.example/fhir/R4" };
    expect(matches(ana, "general-practitioner=https://clinic.example/fhir/R4/Practitioner/3", here)).toBe(true);
    expect(matches(ana, "general-practitioner=https://clinic.example/fhir/R4/Practitioner/3")).toBe(false);
  });

  it("takes no resource of another type", () => {
    expect(parseSearch("Patient", []).matches({ ...ana, resourceType: "Practitioner" })).toBe(false);
  });
});

describe("a search is refused", () => {
  it.each([
    ["Device", "", "", "Use one of: AllergyIntolerance"],
    ["Patient", "nam=x", "/query/nam", "Did you mean name?"],
    ["Patient", "quantity=x", "/query/quantity", "Use one of: _profile"],
    ["Patient", "_cuont=1", "/query/_cuont", "Did you mean _count?"],
    ["Patient", "name:contains=ana", "/query/name:contains", "write the beginning"],
    ["Patient", "name:exakt=ana", "/query/name:exakt", "name:exact"],
    ["Patient", "name:a:b=x", "/query/name:a:b", "Keep one"],
    ["Patient", "name=an", "/query/name", "at least three letters"],
    ["Patient", "name=--", "/query/name", "begins with"],
    ["Patient", "name=", "/query/name", "leave the parameter out"],
    ["Patient", "birthdate=2.3.1970", "/query/birthdate", "YYYY-MM-DD"],
    ["Patient", "birthdate=1970-13", "/query/birthdate", "YYYY-MM-DD"],
    ["Patient", "birthdate=1970-02-30", "/query/birthdate", "YYYY-MM-DD"],
    ["Patient", "birthdate:missing=yes", "/query/birthdate:missing", "true"],
    ["Patient", "identifier=a|b|c", "/query/identifier", "system|code"],
    ["Patient", "gender:of-type=a|b|c", "/query/gender:of-type", "identifier"],
    ["Patient", "general-practitioner:Device=1", "/query/general-practitioner:Device", "Practitioner"],
    ["Provenance", "target=1", "/query/target", "target=Type/id"],
    ["Observation", "value-quantity=much", "/query/value-quantity", "number|system|code"],
    ["Observation", "subject.identifier=1", "/query/subject.identifier", "then by its reference"],
    ["Patient", "_has:Observation:subject:code=1", "/query/_has:Observation:subject:code", "Search for the other"],
    ["Patient", "_id=a b", "/query/_id", "_id=first,second"],
    ["Patient", "_lastUpdated=ne2020", "/query/_lastUpdated", "ge2026"],
    ["Patient", "_count=many", "/query/_count", "number"],
    ["Patient", "_sort=name", "/query/_sort", "_lastUpdated"],
    ["Patient", "_summary=short", "/query/_summary", "text"],
    ["Patient", "_elements=a.b", "/query/_elements", "_elements=name"],
    ["Patient", "_total=all", "/query/_total", "accurate"],
    ["Patient", "_include=*", "/query/_include", "Patient:parameter"],
    ["Patient", "_include=Patient:name", "/query/_include", "Patient:parameter"],
    ["Patient", "_include:iterate=Patient:link", "/query/_include:iterate", "modifier"],
    ["Patient", "_revinclude=Patient:organization", "/query/_revinclude", "leads to Patient"],
  ])("%s?%s, with the place and the mend", (type, query, pointer, mend) => {
    const problems = problemsOf(type, query);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.pointer).toBe(pointer === "" ? "/query/" : pointer);
    expect(problems[0]?.fix).toContain(mend);
  });

  it("for every parameter at once, and without repeating a value or a name that may be a person's", () => {
    const problems = problemsOf(
      "Patient",
      "name=Q%20&birthdate=Quirrell&Quirrell%20Ana=1&identifier=Quirrell|a|b&_id=Quirrell/",
    );
    expect(problems).toHaveLength(5);
    expect(JSON.stringify(problems)).not.toContain("Quirrell");
  });

  it("for more criteria or values than its limits", () => {
    expect(() => parseSearch("Patient", queryOf("name=ana&name=zoe"), { criteriaMax: 1 })).toThrow("too many criteria");
    expect(() => parseSearch("Patient", queryOf("gender=a,b,c"), { valuesMax: 2 })).toThrow("too many values");
    expect(() =>
      parseSearch(
        "Patient",
        Array.from({ length: 41 }, () => ["name", "ana"] as const),
      ),
    ).toThrow("too many parameters");
  });
});

describe("what a store is asked for", () => {
  const groupsOf = (type: string, query: string): ParsedSearch["groups"] => parseSearch(type, queryOf(query)).groups;

  it("is exactly one term for an identifier with its system", () => {
    expect(groupsOf("Patient", "identifier=urn:x|A-1")).toEqual([["identifier|urn:x|a-1"]]);
  });

  it("is an AND of the words, and an OR of the values", () => {
    expect(groupsOf("Patient", "name=ana berg")).toEqual([["name^ana"], ["name^berg"]]);
    expect(groupsOf("Patient", "gender=male,female")).toEqual([["gender||male", "gender||female"]]);
  });

  it("is one short range where two borders of one date are given", () => {
    expect(groupsOf("Patient", "birthdate=ge1970&birthdate=lt1971")).toEqual([
      ["birthdate@1970", "birthdate@197!", "birthdate@!"],
    ]);
  });

  it("is at most eighty terms for an open range", () => {
    for (const query of ["birthdate=ge1987-06-15", "birthdate=le1987-06-15", "birthdate=gt0001"]) {
      expect(groupsOf("Patient", query)).toHaveLength(1);
      expect(groupsOf("Patient", query)[0]?.length).toBeLessThan(80);
    }
  });

  it("is nothing where the index cannot narrow: what is absent, what is not, a system alone", () => {
    expect(groupsOf("Patient", "language:missing=true&gender:not=male&identifier=urn:x|&birthdate=ne1970")).toEqual([]);
  });

  it("has its page, order and parts from the result parameters", () => {
    const query =
      "_count=9999&_sort=-death-date&_include=Patient:organization&_revinclude=Observation:subject&_summary=true&_elements=name,birthDate&_total=accurate&_format=json";
    expect(parseSearch("Patient", queryOf(query))).toMatchObject({
      count: 500,
      sort: { parameter: "death-date", descending: true },
      includes: [{ source: "Patient", parameter: "organization" }],
      revincludes: [{ source: "Observation", parameter: "subject" }],
      summary: "true",
      elements: ["name", "birthDate"],
      total: "accurate",
    });
    expect(parseSearch("Patient", [])).toMatchObject({
      count: 50,
      sort: { parameter: "_lastUpdated", descending: true },
    });
  });

  it("has the borders of _lastUpdated as moments", () => {
    expect(
      parseSearch("Patient", queryOf("_lastUpdated=2026-03&_lastUpdated=ge2026-03-10T12:00:00+02:00")),
    ).toMatchObject({
      updatedFrom: "2026-03-10T10:00:00.000Z",
      updatedBefore: "2026-04-01T00:00:00.000Z",
    });
  });
});
