import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { loadValidator } from "./index.ts";
import { hasOfficialDefinitions, readOfficialExamples } from "./test-support/official-definitions.ts";
import { refusedExamples } from "./refused-examples.ts";

const generators = fileURLToPath(new URL("../../generate/", import.meta.url));
const hasExamples = hasOfficialDefinitions("official FHIR examples");

describe.skipIf(!hasExamples)("the official R4 examples of the canonical types", () => {
  const samples = hasExamples ? readOfficialExamples() : [];

  it("are all accepted, or stand in the list with their reason", { timeout: 120_000 }, async () => {
    const validator = await loadValidator("layered");
    const refused = samples
      .filter(({ resource }) => validator.validateResource(resource).length > 0)
      .map(({ name }) => name);
    expect(samples.length).toBeGreaterThan(200);
    expect(refused.toSorted()).toEqual(Object.keys(refusedExamples).toSorted());
  });

  it(
    "get the same verdict from the compiled engine, but where they hold a type without a structure",
    { timeout: 120_000 },
    async () => {
      const [compiled, layered] = [await loadValidator("compiled"), await loadValidator("layered")];
      const verdicts = samples.map(({ name, resource }) => ({
        name,
        own: compiled.validateResource(resource),
        both: layered.validateResource(resource),
      }));
      const compared = verdicts.filter(({ own }) => !own.some((issue) => issue.code === "not-supported"));
      expect(compared.length).toBeGreaterThan(150);
      expect(
        compared.filter(({ own, both }) => (own.length === 0) !== (both.length === 0)).map(({ name }) => name),
      ).toEqual([]);
    },
  );

  it.each(["definitions.ts", "search-parameters.ts"])("are described by what %s makes", async (generator) => {
    const { spawnSync } = await import("node:child_process");
    const { status, stdout } = spawnSync(process.execPath, [join(generators, generator), "--check"], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

const testData = requires("test-data");

describe.skipIf(!testData.available)("records of ten synthetic patients", () => {
  it.each(["Patient", "Practitioner", "Organization", "DocumentReference", "AllergyIntolerance", "Immunization"])(
    "are all accepted by both engines: %s",
    { timeout: 60_000 },
    async (type) => {
      const file = join(testData.path ?? "", "fhir-synthea-10", `${type}.ndjson`);
      const resources = readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown);
      const [compiled, layered] = [await loadValidator("compiled"), await loadValidator("layered")];
      expect(resources.length).toBeGreaterThan(5);
      for (const resource of resources.slice(0, 200)) {
        expect(compiled.validateResource(resource, type)).toEqual([]);
        expect(layered.validateResource(resource, type)).toEqual([]);
      }
    },
  );
});
