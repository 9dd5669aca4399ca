import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHilumError } from "../../errors/hilum-error.ts";
import { asObject } from "../json-object.ts";
import { validResources } from "../valid-resources.ts";
import { parseSearch } from "./parse-search.ts";
import { parametersOf, valuesAt } from "./search-plan.ts";
import { piecesOf, tokensOf } from "./search-values.ts";
import { termsOf } from "./terms-of.ts";
import type { ParsedSearch } from "./parsed-search.ts";

const patient = {
  resourceType: "Patient",
  identifier: [{ system: "http://clinic.example/mrn", value: "A-12" }, { value: "77" }],
  name: [{ family: "Smith-O'Hara", given: ["Zoë"] }],
  telecom: [{ system: "phone", value: "+49 (30) 123-45" }],
  birthDate: "1970-03-02",
  managingOrganization: { reference: "Organization/5/_history/2" },
};

describe("the terms of a record", () => {
  it("are its tokens with and without their system, without case", () => {
    expect(termsOf(patient)).toEqual(
      expect.arrayContaining(["identifier|http://clinic.example/mrn|a-12", "identifier||a-12", "identifier||77"]),
    );
  });

  it("are the beginnings of its words from three letters to twelve, without case and diacritics", () => {
    const names = termsOf(patient).filter((term) => term.startsWith("name"));
    expect(names).toEqual(["name^smi", "name^smit", "name^smith", "name^oha", "name^ohar", "name^ohara", "name^zoe"]);
    const long = termsOf({ resourceType: "Patient", name: [{ family: "Abcdefghijklmnopq" }] });
    expect(long.at(-1)).toBe("name^abcdefghijkl");
  });

  it("are words of less than three letters whole, and single signs where one is a name", () => {
    const names = (family: string): string[] =>
      termsOf({ resourceType: "Patient", name: [{ family }] }).filter((term) => term.startsWith("name"));
    expect(names("Li")).toEqual(["name=li"]);
    expect(names("王")).toEqual(["name^王"]);
  });

  it("are the day, month, year and decade of a date", () => {
    const dates = termsOf(patient).filter((term) => term.startsWith("birthdate"));
    expect(dates).toEqual(["birthdate@1970-03-02", "birthdate@1970-03", "birthdate@1970", "birthdate@197"]);
  });

  it("are its references without their version, and its numbers without what is written between the digits", () => {
    expect(termsOf(patient)).toEqual(expect.arrayContaining(["organization>Organization/5", "telecom||+493012345"]));
  });

  it("are none of a type that is not carried, and of what is no resource", () => {
    expect(
      ["x", null, 1, [], {}, { resourceType: "Device" }, { resourceType: "constructor" }].flatMap(termsOf),
    ).toEqual([]);
  });
});

/** Texts as people and machines write them: several scripts, marks, separators, half pairs. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    "Müller-Lüdenscheidt",
    "van den Berg",
    "O’Brien",
    "ΟΔΥΣΣΕΥΣ",
    "İpek",
    "Straße",
    "김철수",
    "王小明",
    "Łukasz",
    "a|b,c$d\\e",
    "St. John",
  ),
);
const year = fc.integer({ min: 1, max: 9999 }).map((value) => String(value).padStart(4, "0"));
const digits = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max }).map((value) => String(value).padStart(2, "0"));
const date = fc
  .tuple(
    fc.oneof(fc.constantFrom("1970", "1971", "2020", "1799", "2200"), year),
    digits(12),
    digits(28),
    fc.constantFrom(4, 7, 10),
  )
  .map(([y, m, d, length]) => `${y}-${m}-${d}`.slice(0, length));
const dateTime = fc.oneof(
  date,
  fc
    .tuple(date, digits(23), fc.constantFrom("Z", "+14:00", "-11:30"))
    .map(([day, hour, zone]) => `${day.padEnd(10, "-01-01".slice(day.length - 4))}T${hour}:30:00${zone}`),
);
const period = fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] });
const token = fc.record(
  { system: fc.constantFrom("http://a.example", "urn:b"), code: text },
  { requiredKeys: ["code"] },
);
const concept = fc.record({ coding: fc.array(token, { maxLength: 2 }), text }, { requiredKeys: [] });
const identifier = fc.record(
  { system: fc.constantFrom("http://a.example", "urn:b"), value: text },
  { requiredKeys: [] },
);
const reference = fc.record(
  {
    reference: fc.constantFrom(
      "Patient/1",
      "Patient/2/_history/1",
      "Group/1",
      "#a",
      "urn:uuid:1",
      "https://x.example/fhir/Patient/1",
      "Patient?identifier=1",
    ),
    identifier,
    type: fc.constant("Patient"),
  },
  { requiredKeys: [] },
);

const patients = fc.record(
  {
    resourceType: fc.constant("Patient"),
    identifier: fc.array(identifier, { maxLength: 2 }),
    name: fc.array(fc.record({ family: text, given: fc.array(text, { maxLength: 2 }), text }, { requiredKeys: [] }), {
      maxLength: 2,
    }),
    address: fc.array(
      fc.record({ city: text, state: text, line: fc.array(text, { maxLength: 2 }) }, { requiredKeys: [] }),
      { maxLength: 2 },
    ),
    telecom: fc.array(
      fc.record({ system: fc.constantFrom("phone", "email"), value: text }, { requiredKeys: ["system"] }),
      { maxLength: 2 },
    ),
    birthDate: date,
    deceasedDateTime: dateTime,
    link: fc.array(fc.record({ other: reference }), { maxLength: 2 }),
  },
  { requiredKeys: ["resourceType"] },
);

const observations = fc.record(
  {
    resourceType: fc.constant("Observation"),
    code: concept,
    status: fc.constantFrom("final", "amended"),
    subject: reference,
    effectivePeriod: period,
    effectiveTiming: fc.record(
      { event: fc.array(dateTime, { maxLength: 3 }), repeat: fc.record({ boundsPeriod: period }) },
      { requiredKeys: [] },
    ),
    effectiveDateTime: dateTime,
    valueQuantity: fc.record(
      { value: fc.double({ noNaN: true }), unit: text, code: text, system: fc.constant("http://unitsofmeasure.org") },
      { requiredKeys: [] },
    ),
    component: fc.array(fc.record({ code: concept }), { maxLength: 2 }),
  },
  { requiredKeys: ["resourceType"] },
);

/** A search for something that stands in a resource, or nearly. */
function searchFor(resource: Record<string, unknown>, pick: number, part: number, prefix: string): [string, string] {
  const plans = [...(parametersOf(String(resource["resourceType"]))?.values() ?? [])];
  const candidates = plans.flatMap((plan) =>
    plan.routes.flatMap((route) =>
      valuesAt(resource, route).flatMap((value) =>
        textsOf(plan.kind, route.of, value).map((one): [string, string] => {
          const cut = plan.kind === "string" && part < one.length ? one.slice(0, Math.max(part, 3)) : one;
          const ordered = plan.kind === "date" || plan.kind === "quantity" ? prefix : "";
          return [plan.name, ordered + cut.replaceAll(/[,|$\\]/g, String.raw`\$&`)];
        }),
      ),
    ),
  );
  return candidates[pick % Math.max(candidates.length, 1)] ?? ["_tag", "none"];
}

function textsOf(kind: string, of: string, value: unknown): string[] {
  if (kind === "token") return tokensOf(value, of).map(({ code }) => code);
  if (kind === "string") return piecesOf(value, of);
  const object = asObject(value) ?? {};
  const given = [value, object["reference"], object["value"], object["start"], object["end"]];
  return given.flatMap((one) => (typeof one === "string" || typeof one === "number" ? [String(one)] : [])).slice(0, 1);
}

describe("the index", () => {
  it("never misses a record that a search matches", { timeout: 120_000 }, () => {
    const seen = { matched: 0, refused: 0 };
    const resources = fc.oneof(patients, observations, fc.constantFrom(...validResources)) as fc.Arbitrary<
      Record<string, unknown>
    >;
    const prefixes = fc.constantFrom("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap");
    const property = fc.property(
      resources,
      resources,
      fc.nat(),
      fc.nat(12),
      prefixes,
      fc.nat(),
      (sought, other, pick, part, prefix, second) => {
        const type = String(sought["resourceType"]);
        const [one, two] = [searchFor(sought, pick, part, prefix), searchFor(other, second, part, prefix)];
        const isOr = one[0] === two[0];
        const search = read(
          type,
          isOr ? [[one[0], `${one[1]},${two[1]}`]] : [one, searchFor(sought, second, part, prefix)],
        );
        if (search === undefined) {
          seen.refused += 1;
          return;
        }
        for (const resource of [sought, other, { ...other, resourceType: type }]) {
          if (!search.matches(resource)) continue;
          seen.matched += 1;
          const terms = new Set(termsOf(resource));
          expect(search.groups.filter((group) => !group.some((term) => terms.has(term)))).toEqual([]);
        }
      },
    );
    fc.assert(property, { numRuns: Number(process.env["HILUM_PROPERTY_RUNS"] ?? 3000) });
    expect(seen.matched).toBeGreaterThan(1000);
  });

  it("finds each value by the value itself", { timeout: 60_000 }, () => {
    const property = fc.property(patients, fc.nat(), (sought, pick) => {
      const pair = searchFor(sought, pick, 99, "");
      const search = read("Patient", [pair]);
      if (search !== undefined && pair[0] !== "_tag" && !/[?#]/.test(pair[1]))
        expect(search.matches(sought)).toBe(true);
    });
    fc.assert(property, { numRuns: Number(process.env["HILUM_PROPERTY_RUNS"] ?? 1500) });
  });
});

/** The search, or nothing where it is refused: a value may be too short, or empty without its case and marks. */
function read(type: string, pairs: [string, string][]): ParsedSearch | undefined {
  try {
    return parseSearch(type, pairs);
  } catch (error) {
    if (isHilumError(error) && error.code === "search.invalid") return undefined;
    throw error;
  }
}
