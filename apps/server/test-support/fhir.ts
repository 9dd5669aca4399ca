import type { RawAnswer, SendOptions, TestClient } from "./test-client.ts";

type Json = Record<string, unknown>;

/** A resource as an answer has it. */
export interface FhirJson extends Json {
  resourceType: string;
  id: string;
  meta: { versionId: string; lastUpdated: string };
}

/** The FHIR API as one caller reaches it; paths are below `/fhir/R4`. */
export interface FhirCaller {
  send(method: string, path: string, options?: SendOptions): Promise<RawAnswer>;
  /** Throws where it is refused. */
  ok(method: string, path: string, body?: unknown, headers?: SendOptions["headers"]): Promise<FhirJson>;
  /** Ids of what a search finds, in order. */
  ids(path: string): Promise<string[]>;
}

export function fhirOf(client: TestClient): FhirCaller {
  const send: FhirCaller["send"] = (method, path, options = {}) =>
    client.send(method, `/fhir/R4${path}`, {
      ...options,
      headers: {
        ...(options.body === undefined ? {} : { "content-type": "application/fhir+json" }),
        accept: "application/fhir+json",
        ...options.headers,
      },
    });
  const ok: FhirCaller["ok"] = async (method, path, body, headers) => {
    const answer = await send(method, path, {
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path} was refused with ${answer.status}: ${answer.text}`);
    return (answer.text === "" ? {} : answer.json()) as FhirJson;
  };
  return {
    send,
    ok,
    ids: async (path) => entriesOf(await ok("GET", path)).map(({ id }) => id),
  };
}

/** The resources of a bundle. */
export const entriesOf = (bundle: Json): FhirJson[] =>
  ((bundle["entry"] ?? []) as { resource?: FhirJson }[]).flatMap(({ resource }) => resource ?? []);

/** Where a refusal points, and the codes that it names. */
export const issuesOf = (answer: RawAnswer): { code: string; text: string; expression?: string[] }[] =>
  (answer.json() as { issue: { code: string; details: { text: string }; expression?: string[] }[] }).issue.map(
    ({ code, details, expression }) => ({
      code,
      text: details.text,
      ...(expression === undefined ? {} : { expression }),
    }),
  );

export const patient = (change: Json = {}): Json => ({
  resourceType: "Patient",
  identifier: [{ system: "http://hospital.example/mrn", value: "4711" }],
  name: [{ family: "Quillfeather", given: ["Zebedee"] }],
  birthDate: "1970-03-02",
  ...change,
});

export const observation = (subject: string, change: Json = {}): Json => ({
  resourceType: "Observation",
  status: "final",
  category: [
    { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] },
  ],
  code: { coding: [{ system: "http://loinc.org", code: "718-7" }] },
  subject: { reference: subject },
  effectiveDateTime: "2026-03-02T10:00:00Z",
  valueQuantity: { value: 13.5, unit: "g/dL", system: "http://unitsofmeasure.org", code: "g/dL" },
  ...change,
});

export const document = (subject: string, change: Json = {}): Json => ({
  resourceType: "DocumentReference",
  status: "current",
  type: { coding: [{ system: "http://loinc.org", code: "34117-2" }] },
  subject: { reference: subject },
  content: [{ attachment: { contentType: "text/plain", data: Buffer.from("A letter").toString("base64") } }],
  ...change,
});
