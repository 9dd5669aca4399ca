import type { TestClient } from "./test-client.ts";

/** Synthetic, and found nowhere else: what no list, address, log or error may hold. */
export const phi = {
  family: "Quillfeather",
  given: "Zebedee",
  mrn: "MRN-CANARY-0815",
  birthDate: "1971-04-23",
  note: "haemoglobin 4711 canary",
  file: "canary-file-content of a report",
} as const;
export const phiWords = Object.values(phi);

const part2Label = { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "42CFRPart2" };

export async function put(
  client: TestClient,
  resource: { resourceType: string; id: string; [element: string]: unknown },
): Promise<void> {
  const answer = await client.send("PUT", `/fhir/R4/${resource.resourceType}/${resource.id}`, {
    body: resource,
    headers: { "content-type": "application/fhir+json" },
  });
  if (answer.status >= 300) throw new Error(`${resource.resourceType}/${resource.id}: ${answer.status} ${answer.text}`);
}

export async function putPatient(client: TestClient, id: string, change: object = {}): Promise<void> {
  await put(client, {
    ...{ resourceType: "Patient", id, active: true, gender: "male", birthDate: phi.birthDate },
    name: [{ family: phi.family, given: [phi.given] }],
    identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: phi.mrn }],
    telecom: [{ system: "email", value: "zebedee@example.org" }],
    ...change,
  });
}

export async function putObservation(
  client: TestClient,
  id: string,
  patient: string,
  { part2 = false, at = "2026-02-01" }: { part2?: boolean; at?: string } = {},
): Promise<void> {
  await put(client, {
    ...{ resourceType: "Observation", id, status: "final", effectiveDateTime: at },
    ...(part2 ? { meta: { security: [part2Label] } } : {}),
    code: { text: "Haemoglobin" },
    subject: { reference: `Patient/${patient}`, display: `${phi.given} ${phi.family}` },
    valueString: phi.note,
  });
}

/** A document whose bytes are in a Binary of their own. */
export async function putDocument(client: TestClient, id: string, patient: string): Promise<void> {
  await put(client, {
    ...{ resourceType: "Binary", id: `${id}-file`, contentType: "text/plain" },
    securityContext: { reference: `Patient/${patient}` },
    data: Buffer.from(phi.file).toString("base64"),
  });
  await put(client, {
    ...{ resourceType: "DocumentReference", id, status: "current", date: "2026-02-03T08:00:00Z" },
    subject: { reference: `Patient/${patient}` },
    description: phi.note,
    content: [{ attachment: { contentType: "text/plain", url: `Binary/${id}-file`, title: phi.note } }],
  });
}

export async function putConsent(
  client: TestClient,
  id: string,
  patient: string,
  provision: object,
  { part2 = false, status = "active" }: { part2?: boolean; status?: string } = {},
): Promise<void> {
  const policy = part2
    ? part2Label
    : { system: "http://terminology.hl7.org/CodeSystem/consentpolicycodes", code: "hipaa-restrictions" };
  await put(client, {
    ...{ resourceType: "Consent", id, status, patient: { reference: `Patient/${patient}` } },
    scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
    category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
    policyRule: { coding: [policy] },
    provision,
  });
}
