import { describe, expect, it } from "vitest";
import { narrowResource, patientsOf, referencesOf, sortKeyOf } from "./index.ts";

const letter = {
  resourceType: "DocumentReference",
  id: "8",
  meta: { versionId: "2", tag: [{ code: "x" }] },
  text: { status: "generated", div: "<div>x</div>" },
  status: "current",
  _status: { id: "s" },
  subject: { reference: "Patient/1/_history/3" },
  author: [{ reference: "Practitioner/3" }, { reference: "Patient/2" }, { reference: "https://x.example/Patient/9" }],
  date: "2026-03-01",
  description: "a letter",
  content: [{ attachment: { url: "Binary/1" } }],
  context: { period: { start: "2026-02-01" }, related: [{ reference: "Patient/4" }] },
};
const tag = [{ code: "x" }, { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" }];

describe("of a resource in a result stays", () => {
  it("all without a summary", () => {
    expect(narrowResource(letter, { summary: "false" })).toBe(letter);
  });

  it("the named elements and those that it must have, labelled", () => {
    expect(narrowResource(letter, { summary: "false", elements: ["date"] })).toEqual({
      resourceType: "DocumentReference",
      id: "8",
      meta: { versionId: "2", tag },
      status: "current",
      _status: { id: "s" },
      date: "2026-03-01",
      content: letter.content,
    });
  });

  it("the elements of the summary, the text alone, or all but the text", () => {
    expect(Object.keys(narrowResource(letter, { summary: "true" }))).toEqual(
      expect.arrayContaining(["subject", "date", "description", "content"]),
    );
    expect(narrowResource(letter, { summary: "true" })).not.toHaveProperty("text");
    expect(narrowResource(letter, { summary: "text" })).toMatchObject({ text: letter.text, status: "current" });
    expect(narrowResource(letter, { summary: "text" })).not.toHaveProperty("subject");
    expect(narrowResource(letter, { summary: "data" })).toMatchObject({ description: "a letter", meta: { tag } });
    expect(narrowResource(letter, { summary: "data" })).not.toHaveProperty("text");
  });
});

describe("a record is about", () => {
  it("the patients of its compartment, through relative references, each once", () => {
    expect(patientsOf(letter)).toEqual(["1", "2"]);
    expect(patientsOf({ ...letter, author: [{ reference: "Patient/1" }] })).toEqual(["1"]);
  });

  it("itself, where it is a patient, whomever it links to", () => {
    expect(patientsOf({ resourceType: "Patient", id: "1", link: [{ other: { reference: "Patient/2" } }] })).toEqual([
      "1",
    ]);
  });

  it("whom its security context names, where it is a file", () => {
    expect(patientsOf({ resourceType: "Binary", securityContext: { reference: "Patient/1" } })).toEqual(["1"]);
    expect(patientsOf({ resourceType: "Binary", securityContext: { reference: "DocumentReference/1" } })).toEqual([]);
  });

  it("everybody who takes part, or nobody", () => {
    const participant = ["Patient/1", "Practitioner/3", "Patient/2"].map((one) => ({ actor: { reference: one } }));
    expect(patientsOf({ resourceType: "Appointment", participant })).toEqual(["1", "2"]);
    expect(
      patientsOf({ resourceType: "Task", for: { reference: "Patient/1" }, focus: { reference: "Task/2" } }),
    ).toEqual(["1"]);
    expect(patientsOf({ resourceType: "Organization", id: "1" })).toEqual([]);
    expect([null, 1, "x", {}, { resourceType: "Device" }].flatMap(patientsOf)).toEqual([]);
  });
});

it("leads to the records that a parameter names, for _include", () => {
  expect(referencesOf(letter, "author")).toEqual(["Practitioner/3", "Patient/2"]);
  expect(referencesOf(letter, "author", "Patient")).toEqual(["Patient/2"]);
  expect(referencesOf(letter, "patient")).toEqual(["Patient/1"]);
  expect(referencesOf(letter, "nothing")).toEqual([]);
});

it("is put in order by the first moment of a date, or by the last for the newest first", () => {
  expect(sortKeyOf(letter, "date", false)).toBe(Date.parse("2026-03-01"));
  expect(sortKeyOf(letter, "date", true)).toBe(Date.parse("2026-03-02"));
  expect(sortKeyOf(letter, "period", true)).toBe(Number.POSITIVE_INFINITY);
  expect(sortKeyOf({ resourceType: "DocumentReference" }, "date", true)).toBeUndefined();
  expect(sortKeyOf({ meta: { lastUpdated: "2026-03-01T00:00:00Z" } }, "_lastUpdated", true)).toBe(
    Date.parse("2026-03-01"),
  );
});
