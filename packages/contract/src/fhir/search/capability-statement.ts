import type { CapabilityStatement, CapabilityStatementRestResourceInteraction } from "@medplum/fhirtypes";
import { searchTable } from "./search-parameters.gen.ts";
import type { SearchParameterSpec } from "./search-table.ts";

export interface CapabilityOptions {
  /** Version of Hilum. */
  version: string;
  /** RFC 3339. */
  date: string;
  /** `https://clinic.example/fhir/R4`. */
  baseUrl: string;
  /** Types that are served, where not all of them are. */
  types?: readonly string[];
}

const interactions: readonly CapabilityStatementRestResourceInteraction[] = [
  { code: "read" },
  { code: "vread" },
  { code: "update" },
  { code: "patch", documentation: "Also of the one record that a search finds: PATCH Type?parameter=value." },
  { code: "delete" },
  { code: "history-instance" },
  { code: "history-type" },
  { code: "create" },
  { code: "search-type" },
];

/** R4 has no element for it; R5 has, and names how an R4 statement says the same (FHIR R5 versions.html#extensions). */
const conditionalPatch = {
  url: "http://hl7.org/fhir/5.0/StructureDefinition/extension-CapabilityStatement.rest.resource.conditionalPatch",
  valueBoolean: true,
};

/** What the FHIR API answers, made of the very tables that it answers from (FHIR R4 capabilitystatement.html). */
export function capabilityStatement({ version, date, baseUrl, types }: CapabilityOptions): CapabilityStatement {
  const served = types ?? Object.keys(searchTable.types);
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    date,
    kind: "instance",
    software: { name: "Hilum", version },
    implementation: { description: "Records of this Hilum", url: baseUrl },
    fhirVersion: "4.0.1",
    format: ["application/fhir+json"],
    patchFormat: ["application/json-patch+json"],
    rest: [
      {
        mode: "server",
        documentation:
          "Searches take one chained step (subject:Patient.name=x, patient.identifier=x) and _has (_has:Observation:subject:code=x); the records in between are those that the asker may search.",
        security: {
          cors: false,
          service: [
            {
              coding: [
                { system: "http://terminology.hl7.org/CodeSystem/restful-security-service", code: "SMART-on-FHIR" },
              ],
            },
          ],
          description: "Bearer tokens with SMART App Launch 2 scopes of the kind system/Type.cruds.",
        },
        resource: served.map(describeType),
        interaction: [{ code: "transaction" }, { code: "batch" }],
      },
    ],
  };
}

type RestResource = NonNullable<NonNullable<CapabilityStatement["rest"]>[number]["resource"]>[number];

function describeType(type: string): RestResource {
  const own = searchTable.types[type]?.parameters ?? {};
  const all = Object.entries({ ...searchTable.common, ...own });
  const references = Object.entries(own).filter(
    ([, { kind, paths }]) => kind === "reference" && paths.some(({ of }) => of === "Reference"),
  );
  return {
    extension: [conditionalPatch],
    type: type as RestResource["type"],
    interaction: [...interactions],
    versioning: "versioned",
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: "full-support",
    conditionalUpdate: true,
    conditionalDelete: "single",
    referencePolicy: ["literal", "logical"],
    searchInclude: references.map(([name]) => `${type}:${name}`),
    searchRevInclude: leadingTo(type),
    searchParam: [
      { name: "_id", type: "token", definition: "http://hl7.org/fhir/SearchParameter/Resource-id" },
      { name: "_lastUpdated", type: "date", definition: "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated" },
      ...all.map(([name, spec]) => ({ name, type: spec.kind, definition: spec.url, ...chainedFrom(name, spec) })),
    ],
  };
}

/** One step further, to what the records that it leads to are found by. */
function chainedFrom(name: string, { kind, paths }: SearchParameterSpec): { documentation?: string } {
  const follows = kind === "reference" && paths.some(({ of }) => of === "Reference");
  return follows ? { documentation: `May be chained by one step: ${name}.parameter or ${name}:Type.parameter.` } : {};
}

function leadingTo(type: string): string[] {
  return Object.entries(searchTable.types).flatMap(([source, { parameters }]) =>
    Object.entries(parameters)
      .filter(([, parameter]) => mayLeadTo(parameter, type))
      .map(([name]) => `${source}:${name}`),
  );
}

function mayLeadTo({ kind, targets }: SearchParameterSpec, type: string): boolean {
  return kind === "reference" && targets?.includes(type) === true;
}
