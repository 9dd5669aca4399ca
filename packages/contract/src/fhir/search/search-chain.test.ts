import { describe, expect, it } from "vitest";
import { isHilumError } from "../../errors/hilum-error.ts";
import { parseChain } from "./search-chain.ts";

const chain = (type: string, name: string) => parseChain(type, [name, "x"]);

describe("parseChain", () => {
  it("leaves what is no chain", () => {
    for (const name of ["subject", "subject:Patient", "subject:identifier", "code", "_id", "_include"])
      expect(chain("Observation", name)).toBeUndefined();
  });

  it("reads a step along a reference, to the types that have the parameter", () => {
    expect(chain("Observation", "subject:Patient.name:exact")).toEqual({
      ...{ direction: "forward", parameter: "subject", types: ["Patient"], named: true, pair: ["name:exact", "x"] },
    });
    expect(chain("Observation", "patient.identifier")).toMatchObject({ types: ["Patient"], named: false });
    expect(chain("Observation", "performer.family")?.types).toEqual(expect.arrayContaining(["Practitioner"]));
    expect(chain("Observation", "performer.family")?.types).not.toContain("Organization");
    expect(chain("DiagnosticReport", "result._id")).toMatchObject({ types: ["Observation"], pair: ["_id", "x"] });
  });

  it("reads a step against a reference", () => {
    expect(chain("Patient", "_has:Observation:subject:code:not")).toEqual({
      ...{ direction: "reverse", parameter: "subject", types: ["Observation"], named: true, pair: ["code:not", "x"] },
    });
  });

  it.each([
    ["Observation", "subject.organization.name", "in between"],
    ["Patient", "_has:Observation:subject:_has:Provenance:target:agent", "in between"],
    ["Observation", "code.text", "Use one of"],
    ["Observation", "subjekt.name", "Did you mean subject?"],
    ["Observation", "subject:Practitioner.name", "Use one of"],
    ["Observation", "subject:Patient.nmae", "Did you mean name?"],
    ["Observation", "subject:Patient._count", "Name the type"],
    ["Patient", "_has:Observation:code:status", "_has:Type:reference:parameter"],
    ["Patient", "_has:Observation:subject", "_has:Type:reference:parameter"],
    ["Practitioner", "_has:Observation:subject:code", "which leads to Practitioner"],
    ["Patient", "_has:Observation:subject:cod", "Did you mean code?"],
  ])("refuses %s?%s, with the place and the mend, and quotes no value", (type, name, mend) => {
    try {
      parseChain(type, [name, "Quillfeather"]);
      expect.unreachable();
    } catch (error) {
      if (!isHilumError(error)) throw error;
      expect(error.code).toBe("search.invalid");
      expect(error.problems).toHaveLength(1);
      expect(error.problems[0]?.pointer).toBe(`/query/${name}`);
      expect(error.problems[0]?.fix).toContain(mend);
      expect(JSON.stringify(error.problems)).not.toContain("Quillfeather");
    }
  });
});
