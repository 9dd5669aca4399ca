import type {
  CodeableConcept,
  DocumentReference,
  HumanName,
  Identifier,
  Observation,
  Patient,
  Practitioner,
  RelatedPerson,
} from "@medplum/fhirtypes";

/** What a document is and where its first file lies. */
export interface DocumentInfo {
  /** `Binary/<id>`, or an address elsewhere. */
  url?: string;
  contentType?: string;
  title?: string;
  /** Bytes. */
  size?: number;
  /** `Patient/123`. */
  patient?: string;
  type?: string;
  date?: string;
}

/** What was observed, in the words and numbers that stand there. */
export interface Reading {
  code?: string;
  value?: number | string | boolean;
  unit?: string;
  at?: string;
  patient?: string;
}

/** A person's name as it is said: the official one, else the first that is still in use. */
export function nameOf({ name }: Pick<Patient | Practitioner | RelatedPerson, "name">): string | undefined {
  const names = name ?? [];
  const chosen =
    names.find(({ use }) => use === "official") ??
    names.find(({ use }) => use !== "old" && use !== "maiden") ??
    names[0];
  return chosen && spoken(chosen);
}

function spoken({ text, given, family }: HumanName): string | undefined {
  const parts = [...(given ?? []), family].filter((part) => typeof part === "string" && part !== "");
  return text ?? (parts.length === 0 ? undefined : parts.join(" "));
}

/** The value of a record's identifier in the namespace, or of its first one. */
export function identifierOf(record: { identifier?: Identifier[] }, system?: string): string | undefined {
  return record.identifier?.find((one) => system === undefined || one.system === system)?.value;
}

/** Reads a DocumentReference. */
export function documentOf(document: DocumentReference): DocumentInfo {
  const { url, contentType, title, size } = document.content?.[0]?.attachment ?? {};
  return present({
    url,
    contentType,
    title,
    size,
    patient: document.subject?.reference,
    type: wordsOf(document.type),
    date: document.date,
  });
}

/** Reads an Observation of one value. */
export function readingOf(reading: Observation): Reading {
  return present({
    code: wordsOf(reading.code),
    value:
      reading.valueQuantity?.value ??
      reading.valueString ??
      reading.valueBoolean ??
      reading.valueInteger ??
      wordsOf(reading.valueCodeableConcept),
    unit: reading.valueQuantity?.unit,
    at: reading.effectiveDateTime ?? reading.effectivePeriod?.start ?? reading.effectiveInstant,
    patient: reading.subject?.reference,
  });
}

/** What people call a code: its text, else the first display, else the first code. */
function wordsOf(concept: CodeableConcept | undefined): string | undefined {
  const codings = concept?.coding ?? [];
  return concept?.text ?? codings.find(({ display }) => display !== undefined)?.display ?? codings[0]?.code;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
