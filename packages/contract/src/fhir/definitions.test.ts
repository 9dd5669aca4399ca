import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { canonicalTypes } from "./canonical-types.ts";
import { compileDefinitions, type Definitions } from "./definitions.ts";
import { invariants } from "./invariants.ts";
import { primitiveChecks } from "./primitives.ts";

const definitions = JSON.parse(readFileSync(new URL("./definitions.gen.json", import.meta.url), "utf8")) as Definitions;
const compiled = compileDefinitions(definitions);

it("has every canonical type, and every datatype that one of them reaches", () => {
  expect(canonicalTypes.filter((type) => !compiled.types.has(type))).toEqual([]);
  const elements = [...compiled.types.values()].flatMap((spec) =>
    [...spec.elements.values()].map((element) => ({ spec, element })),
  );
  const unknown = elements.filter(({ element }) =>
    element.isPrimitive
      ? !primitiveChecks.has(element.type)
      : element.type !== "Resource" && element.spec === undefined,
  );
  expect(unknown.map(({ spec, element }) => `${spec.name}.${element.key}`)).toEqual([]);
});

it("knows every error invariant of the canonical types, so that none is left to Medplum alone", () => {
  const constraints = definitions.structures
    .flatMap((structure) => structure.snapshot?.element ?? [])
    .flatMap((element) => element.constraint ?? []);
  const keys = new Set(constraints.map((constraint) => constraint.key ?? ""));
  expect([...keys].filter((key) => !invariants.has(key))).toEqual([]);
  expect([...invariants.keys()].filter((key) => !keys.has(key))).toEqual([]);
});

it("resolves choices, backbones, content references, targets and codes", () => {
  const communication = compiled.types.get("Communication");
  expect(communication?.elements.get("status")?.codes?.has("preparation")).toBe(true);
  expect(communication?.elements.get("subject")?.targets).toEqual(new Set(["Patient", "Group"]));
  expect(communication?.elements.get("id")?.type).toBe("id");
  expect(compiled.types.get("Communication.payload")?.elements.get("contentString")).toMatchObject({
    choice: "content",
    isPrimitive: true,
  });
  expect(compiled.types.get("Consent.provision")?.elements.get("provision")).toMatchObject({
    isArray: true,
    type: "Consent.provision",
  });
});

it("loads in less than 100 ms", () => {
  const path = new URL("./definitions.gen.json", import.meta.url);
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    compileDefinitions(JSON.parse(readFileSync(path, "utf8")) as Definitions);
    return performance.now() - started;
  });
  // The best of five: what else the machine does at the time is not measured.
  expect(Math.min(...times)).toBeLessThan(100);
});
