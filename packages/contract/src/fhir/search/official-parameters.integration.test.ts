import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue } from "@medplum/core";
import type { Bundle, SearchParameter } from "@medplum/fhirtypes";
import { describe, expect, it } from "vitest";
import {
  hasOfficialDefinitions,
  readOfficialBundle,
  readOfficialExamples,
} from "../test-support/official-definitions.ts";
import { parametersOf, valuesAt, type SearchParameterPlan } from "./search-plan.ts";

const hasOfficial = hasOfficialDefinitions("official FHIR search parameters");

/** Types that stand at an official path and cannot be compared by a parameter of its kind, so that ours leaves them out. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  "Consent.source-reference": ["Attachment"],
  "Immunization.date": ["string"],
  // A series of numbers is no one quantity.
  "Observation.combo-value-quantity": ["SampledData"],
  "Observation.component-value-quantity": ["SampledData"],
  "Observation.value-quantity": ["SampledData"],
};

describe.skipIf(!hasOfficial)("the compiled search parameters", () => {
  it("look at what the official FHIRPath expressions find in every official example", { timeout: 120_000 }, () => {
    indexStructureDefinitionBundle(readOfficialBundle<Bundle>("profiles-types.json"));
    indexStructureDefinitionBundle(readOfficialBundle<Bundle>("profiles-resources.json"));
    const bundle = readOfficialBundle<{ entry: { resource: SearchParameter }[] }>("search-parameters.json");
    const expressions = new Map(bundle.entry.map(({ resource }) => [resource.url, resource.expression ?? ""]));

    let compared = 0;
    let found = 0;
    for (const { name, resource } of readOfficialExamples(300_000)) {
      const type = String(resource["resourceType"]);
      for (const [code, plan] of parametersOf(type) ?? []) {
        const expression = expressions.get(plan.url)?.replaceAll(/\bResource\./g, `${type}.`) ?? "";
        const official = evalFhirPathTyped(expression, [toTypedValue(resource)])
          .filter((one) => leftOut[`${type}.${code}`]?.includes(one.type) !== true)
          .map((one): unknown => one.value);
        compared += 1;
        found += official.length;
        expect({ name, code, values: distinct(ours(resource, plan)) }).toEqual({
          name,
          code,
          values: distinct(official),
        });
      }
    }
    expect(compared).toBeGreaterThan(5000);
    expect(found).toBeGreaterThan(2000);
  });
});

function ours(resource: unknown, plan: SearchParameterPlan): unknown[] {
  return plan.routes.flatMap((route) =>
    valuesAt(resource, route)
      // Medplum's resolve() knows nothing of other servers; ours reads the type in the address.
      .filter((value) => route.only === undefined || !/"reference":"https?:/.test(JSON.stringify(value)))
      .map((value) => (route.of === "deceased" ? isDeceased(value) : value)),
  );
}

/** `Patient.deceased.exists() and Patient.deceased != false` is no path; how it is read is tested with the searches. */
function isDeceased(patient: unknown): boolean {
  const { deceasedBoolean, deceasedDateTime } = patient as Record<string, unknown>;
  return deceasedBoolean === true || deceasedDateTime !== undefined;
}

/** FHIRPath's `|` merges what is equal; quantities are by their value, up to eight digits, whatever their comparator. */
function distinct(values: readonly unknown[]): string[] {
  return [
    ...new Set(values.map((value) => JSON.stringify(typeof value === "object" ? quantityOf(value) : value))),
  ].toSorted();
}

function quantityOf(value: object | null): unknown {
  const number = value !== null && "value" in value ? value.value : undefined;
  return typeof number === "number" ? Number(number.toFixed(8)) : value;
}
