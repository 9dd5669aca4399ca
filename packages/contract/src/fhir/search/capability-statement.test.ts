import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { canonicalTypes } from "../canonical-types.ts";
import type { Definitions } from "../definitions.ts";
import { loadMedplumCheck } from "../medplum-check.ts";
import { capabilityStatement } from "./capability-statement.ts";
import { parseSearch } from "./parse-search.ts";

const statement = capabilityStatement({
  version: "0.1.0",
  date: "2026-03-01T10:00:00Z",
  baseUrl: "https://clinic.example/fhir/R4",
});
const resources = statement.rest?.[0]?.resource ?? [];

it("is a valid CapabilityStatement", async () => {
  const read = (file: string): Definitions =>
    JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")) as Definitions;
  const [canonical, others] = [read("definitions.gen.json"), read("contained.gen.json")];
  const check = await loadMedplumCheck({
    ...canonical,
    structures: [...canonical.structures, ...others.structures],
    valueSets: { ...others.valueSets, ...canonical.valueSets },
  });
  expect(check(JSON.parse(JSON.stringify(statement)) as Record<string, unknown>)).toEqual([]);
});

it("names every carried type with parameters and includes that a search takes", () => {
  expect(resources.map(({ type }) => type)).toEqual([...canonicalTypes]);
  for (const { type, searchParam = [], searchInclude = [], searchRevInclude = [] } of resources) {
    expect(searchParam.length).toBeGreaterThan(5);
    for (const { name, type: kind } of searchParam) {
      const value = kind === "date" ? "2026" : kind === "quantity" ? "5" : kind === "reference" ? "Patient/1" : "abcd";
      expect(() => parseSearch(type, [[name, value]])).not.toThrow();
    }
    for (const include of searchInclude) expect(() => parseSearch(type, [["_include", include]])).not.toThrow();
    for (const include of searchRevInclude) expect(() => parseSearch(type, [["_revinclude", include]])).not.toThrow();
  }
});

it("says that one record found by a condition is patched, which R4 has no element for", () => {
  for (const { extension, interaction } of resources) {
    const [{ url, valueBoolean } = {}] = extension ?? [];
    expect([url?.split(".").at(-1), valueBoolean]).toEqual(["conditionalPatch", true]);
    expect(interaction?.find(({ code }) => code === "patch")?.documentation).toContain("PATCH Type?");
  }
});

it("names the types alone that are served", () => {
  const { rest } = capabilityStatement({ version: "1", date: "2026", baseUrl: "x:y", types: ["Patient"] });
  expect(rest?.[0]?.resource?.map(({ type }) => type)).toEqual(["Patient"]);
});
