import { describe, expect, it } from "vitest";
import { loadValidator, presentIssues } from "./index.ts";
import { createRandom, mutate, mutations, planted } from "./mutated-examples.ts";
import { hasOfficialDefinitions, readOfficialExamples } from "./test-support/official-definitions.ts";
import { patientsOf, termsOf } from "./search/index.ts";
import { validResources } from "./valid-resources.ts";
import { maskResource } from "./mask/index.ts";

const runs = Number(process.env["HILUM_PROPERTY_RUNS"] ?? 6000);

describe("mutated records by the thousand", () => {
  const originals = [
    ...validResources,
    ...(hasOfficialDefinitions("official FHIR examples, mutated")
      ? readOfficialExamples(20_000).map(({ resource }) => resource)
      : []),
  ];

  it.each(["compiled", "layered"] as const)(
    "are refused with the place and the mend, or are valid; nothing throws, and no text of theirs is repeated: %s",
    { timeout: 240_000 },
    async (engine) => {
      const validator = await loadValidator(engine);
      const random = createRandom(20261126);
      const refused = new Map(Object.keys(mutations).map((name) => [name, 0]));
      for (let run = 0; run < runs; run += 1) {
        const { name, mutated } = mutate(originals[random(originals.length)] ?? {}, random);
        const issues = validator.validateResource(mutated);
        if (issues.length > 0) refused.set(name, (refused.get(name) ?? 0) + 1);
        for (const issue of issues) {
          expect(issue).toMatchObject({ severity: "error", expression: [expect.stringMatching(/^[A-Z]\w+/)] });
          expect(issue.details?.text).toMatch(/\w+ .*\.$/s);
          expect(issue.diagnostics).toMatch(/\w/);
        }
        // The name of a property is repeated where it looks like one, and these were made to.
        const said = JSON.stringify([issues, presentIssues(issues)]).replaceAll(/\b[a-z_]\w*Quirrell\b/g, "");
        expect(said).not.toContain(planted);
      }
      for (const [name, count] of refused)
        expect({ name, refused: count > runs / 200 }).toEqual({ name, refused: true });
    },
  );

  it("throw neither where they are indexed nor where they are masked", () => {
    const random = createRandom(7);
    for (let run = 0; run < runs; run += 1) {
      const { mutated } = mutate(originals[random(originals.length)] ?? {}, random);
      expect(termsOf(mutated).every((term) => typeof term === "string")).toBe(true);
      expect(patientsOf(mutated).every((id) => typeof id === "string")).toBe(true);
      expect(typeof maskResource(mutated).resourceType).toBe("string");
    }
  });
});
