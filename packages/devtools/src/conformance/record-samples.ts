import type { WireResource } from "@hilum/contract";
import { testLabel, type CanonicalType } from "@hilum/contract/fhir";
import type { Knowledge } from "./case.ts";

/** Stands in each sample where a person's data would: what a plugin logs must not hold it. */
export const patientWord = "Quillfeather";

/** A system of our own, so that no search of a real store finds anything else. */
export const identifierSystem = "https://hilum.dev/fhir/conformance";

type Members = Readonly<Record<string, unknown>>;
const code = { text: "Conformance" };
const nobody = { reference: "Patient/conformance" };

/** What a resource of each type must have, so that it is valid; types without an identifier are not here. */
const needed: Readonly<Partial<Record<CanonicalType, Members>>> = {
  Patient: { name: [{ family: patientWord }] },
  DocumentReference: {
    status: "current",
    description: patientWord,
    content: [{ attachment: { contentType: "text/plain", title: "Conformance" } }],
  },
  Observation: { status: "final", code, valueString: patientWord },
  DiagnosticReport: { status: "final", code, conclusion: patientWord },
  Practitioner: { name: [{ family: patientWord }] },
  Organization: { name: patientWord },
  RelatedPerson: { patient: nobody, name: [{ family: patientWord }] },
  Communication: { status: "completed", payload: [{ contentString: patientWord }] },
  ServiceRequest: { status: "active", intent: "order", subject: nobody, patientInstruction: patientWord },
  Task: { status: "completed", intent: "order", description: patientWord },
  AllergyIntolerance: { patient: nobody, code: { text: patientWord } },
};

let made = 0;

/** A record that the store takes, as the platform hands it over: new, with id, version and an identifier of its own. */
export function sampleRecord(knowledge: Knowledge, more: Members = {}): WireResource & { id: string } {
  made += 1;
  const { record } = knowledge;
  const type = record?.resourceType ?? sampleType(knowledge) ?? "Patient";
  return {
    ...(record ?? needed[type]),
    resourceType: type,
    id: `conformance-${process.pid}-${made}`,
    identifier: [{ system: identifierSystem, value: `${process.pid}-${made}` }],
    ...more,
    meta: { versionId: "1", lastUpdated: "2026-03-02T08:00:00.000Z", security: [testLabel] },
  };
}

/** The next version of a record. */
export const nextVersion = <Resource extends WireResource>(resource: Resource, versionId: string): Resource => ({
  ...resource,
  language: "en",
  meta: { ...resource.meta, versionId, lastUpdated: "2026-03-02T09:00:00.000Z" },
});

/** A type of the store that has an identifier. */
export function sampleType({ storage }: Knowledge): CanonicalType | undefined {
  const types = Object.keys(needed) as CanonicalType[];
  return types.find((type) => storage?.types === undefined || storage.types.includes(type));
}

export const keepsFiles = ({ storage }: Knowledge): boolean =>
  storage?.types === undefined || storage.types.includes("Binary");
