import type {
  Binary,
  CodeableConcept,
  ContactPoint,
  DocumentReference,
  Identifier,
  Meta,
  Observation,
  Patient,
} from "@medplum/fhirtypes";
import { testLabel } from "../systems.ts";

/** An identifier in its namespace: `{ system: "https://clinic.example/mrn", value: "A-12" }`. */
export interface RecordIdentifier {
  system: string;
  value: string;
}

/** A code with what people call it, or the words alone. */
export type RecordCode = string | { system: string; code: string; text?: string };

interface RecordOptions {
  /** One or several. */
  identifier?: RecordIdentifier | readonly RecordIdentifier[];
  /** Made up for a test: labelled so. */
  test?: boolean;
}

export interface PatientInput extends RecordOptions {
  family: string;
  given?: string | readonly string[];
  /** `YYYY-MM-DD`, or as much of it as is known. */
  birthDate?: string;
  gender?: "male" | "female" | "other" | "unknown";
  phone?: string;
  email?: string;
}

export interface DocumentInput extends RecordOptions {
  /** `Patient/123`. */
  patient: string;
  /** Where its bytes are, `Binary/<id>`; `size` in bytes. */
  file: { url: string; contentType: string; title?: string; size?: number };
  type?: RecordCode;
  category?: RecordCode;
  /** When it was made, RFC 3339. */
  date?: string;
  status?: "current" | "superseded" | "entered-in-error";
}

export interface BinaryInput {
  contentType: string;
  /** Base64 (RFC 4648 section 4) with padding. */
  data: string;
  /** Access to the bytes follows this record: `DocumentReference/8`. */
  document?: string;
}

export interface ObservationInput extends RecordOptions {
  /** `Patient/123`. */
  patient: string;
  code: RecordCode;
  /** A number goes with a `unit`; words, a code or yes and no go without. */
  value?: number | string | boolean | Exclude<RecordCode, string>;
  /** UCUM, for instance `mmol/L`. */
  unit?: string;
  /** When it was so, as a FHIR dateTime. */
  at?: string;
  /** Code of observation-category, for instance `laboratory`. */
  category?: string;
  status?: NonNullable<Observation["status"]>;
}

const ucum = "http://unitsofmeasure.org";
const observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

/** Builds a Patient with one official name. What is built is judged where it is stored, not here. */
export function patient(input: PatientInput): Patient {
  const given = listOf(input.given);
  const telecom: ContactPoint[] = [
    ...(input.phone === undefined ? [] : [{ system: "phone" as const, value: input.phone }]),
    ...(input.email === undefined ? [] : [{ system: "email" as const, value: input.email }]),
  ];
  return {
    resourceType: "Patient",
    ...beginningOf(input),
    name: [{ use: "official", family: input.family, ...(given.length === 0 ? {} : { given }) }],
    ...(telecom.length === 0 ? {} : { telecom }),
    ...(input.gender === undefined ? {} : { gender: input.gender }),
    ...(input.birthDate === undefined ? {} : { birthDate: input.birthDate }),
  };
}

/** Builds a DocumentReference: what a document is, of whom, and where its bytes are. */
export function documentReference(input: DocumentInput): DocumentReference {
  const { url, contentType, title, size } = input.file;
  const attachment = {
    contentType,
    url,
    ...(size === undefined ? {} : { size }),
    ...(title === undefined ? {} : { title }),
  };
  return {
    resourceType: "DocumentReference",
    ...beginningOf(input),
    status: input.status ?? "current",
    ...(input.type === undefined ? {} : { type: conceptOf(input.type) }),
    ...(input.category === undefined ? {} : { category: [conceptOf(input.category)] }),
    subject: { reference: input.patient },
    ...(input.date === undefined ? {} : { date: input.date }),
    content: [{ attachment }],
  };
}

/** Builds a Binary for bytes of at most 1 MiB; larger ones are uploaded. */
export function binary({ contentType, data, document }: BinaryInput): Binary {
  return {
    resourceType: "Binary",
    contentType,
    ...(document === undefined ? {} : { securityContext: { reference: document } }),
    data,
  };
}

/** Builds an Observation of one value. */
export function observation(input: ObservationInput): Observation {
  return {
    resourceType: "Observation",
    ...beginningOf(input),
    status: input.status ?? "final",
    ...(input.category === undefined
      ? {}
      : { category: [{ coding: [{ system: observationCategory, code: input.category }] }] }),
    code: conceptOf(input.code),
    subject: { reference: input.patient },
    ...(input.at === undefined ? {} : { effectiveDateTime: input.at }),
    ...valueOf(input),
  };
}

function valueOf({ value, unit }: ObservationInput): Partial<Observation> {
  if (value === undefined) return {};
  if (typeof value === "string") return { valueString: value };
  if (typeof value === "boolean") return { valueBoolean: value };
  if (typeof value === "object") return { valueCodeableConcept: conceptOf(value) };
  return { valueQuantity: unit === undefined ? { value } : { value, unit, system: ucum, code: unit } };
}

function beginningOf({ identifier, test }: RecordOptions): { meta?: Meta; identifier?: Identifier[] } {
  const identifiers = listOf(identifier).map(({ system, value }) => ({ system, value }));
  return {
    ...(test === true ? { meta: { security: [{ ...testLabel }] } } : {}),
    ...(identifiers.length === 0 ? {} : { identifier: identifiers }),
  };
}

function conceptOf(given: RecordCode): CodeableConcept {
  if (typeof given === "string") return { text: given };
  const { system, code, text } = given;
  return { coding: [{ system, code }], ...(text === undefined ? {} : { text }) };
}

function listOf<T extends string | object>(given: T | readonly T[] | undefined): T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? [...(given as readonly T[])] : [given as T];
}
