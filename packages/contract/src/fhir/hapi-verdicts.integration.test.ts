import { judgeByHapi, requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { loadValidator } from "./index.ts";
import { createRandom, mutate } from "./mutated-examples.ts";
import { laxerThanHapi, stricterThanHapi } from "./test-support/hapi-differences.ts";
import { hasOfficialDefinitions, readOfficialExamples } from "./test-support/official-definitions.ts";

const hasExamples = hasOfficialDefinitions("official FHIR examples, judged by HAPI");
const hapi = requires("hapi");
const mutatedCount = 150;
const refusedMin = 80;

interface Verdicts {
  name: string;
  ours: readonly string[];
  theirs: readonly string[];
}

describe.skipIf(!hasExamples || !hapi.available)("HAPI's validator", () => {
  it(
    "says the same of the official examples, whole and mutated, but for what is listed with its reason",
    { timeout: 600_000 },
    async () => {
      const verdicts = await judgeAll(hapi.path ?? "");
      const differs = (ours: boolean): Verdicts[] =>
        verdicts.filter((one) => one.ours.length > 0 === ours && one.theirs.length > 0 === !ours);
      const unexplained = [
        ...differs(true).filter(
          ({ ours }) => !ours.every((text) => stricterThanHapi.some(({ says }) => says.test(text))),
        ),
        ...differs(false).filter(
          ({ theirs }) => !theirs.every((text) => laxerThanHapi.some(({ says }) => says.test(text))),
        ),
      ];
      expect(unexplained).toEqual([]);
      const bothRefuse = verdicts.filter(({ ours, theirs }) => ours.length > 0 && theirs.length > 0);
      const bothTake = verdicts.filter(({ ours, theirs }) => ours.length === 0 && theirs.length === 0);
      expect(bothRefuse.length).toBeGreaterThan(refusedMin);
      expect(bothTake.length).toBeGreaterThan(150);
    },
  );
});

async function judgeAll(path: string): Promise<Verdicts[]> {
  const examples = readOfficialExamples(20_000).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const random = createRandom(20261127);
  const mutated = Array.from({ length: mutatedCount }, () => {
    const example = examples[random(examples.length)] ?? { name: "", resource: {} };
    const { name, mutated: resource } = mutate(example.resource, random);
    return { name: `${example.name} with ${name}`, resource };
  });
  const all = [...examples, ...mutated].map(({ name, resource }) => ({ name, text: JSON.stringify(resource) }));
  const validator = await loadValidator("layered");
  const theirs = await judgeByHapi(
    path,
    all.map(({ text }) => text),
  );
  return all.map(({ name, text }, at) => ({
    name,
    ours: validator.validateResource(JSON.parse(text)).map(({ details }) => details?.text ?? ""),
    theirs: (theirs[at] ?? []).map(({ says }) => says),
  }));
}
