/** Synthetic records: of ten, one is a Patient and the others are about that patient. */
const perPatient = 10;
const began = Date.parse("2026-03-02T08:00:00.000Z");
const given = ["Ana", "Bo", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon", "Kim", "Lea"];
const family = ["Almeida", "Brandt", "Castellanos", "Dvorak", "Eriksen", "Fontaine", "Grabowski", "Hashimoto"];
const codes = ["8867-4", "8480-6", "29463-7", "8310-5", "718-7", "2339-0"];

export const recordNumber = "https://clinic.example/mrn";

export interface SampleResource {
  resourceType: string;
  id: string;
  meta: { versionId: string; lastUpdated: string };
}

export function patientId(patient: number): string {
  return `p${String(patient).padStart(10, "0")}`;
}

export function makeResource(number: number): SampleResource {
  const patient = Math.floor(number / perPatient);
  const meta = { versionId: "1", lastUpdated: new Date(began + number * 40).toISOString() };
  return number % perPatient === 0 ? makePatient(patient, meta) : makeObservation(number, patient, meta);
}

function makePatient(patient: number, meta: SampleResource["meta"]) {
  return {
    ...{ resourceType: "Patient", id: patientId(patient), meta },
    identifier: [{ system: recordNumber, value: String(1_000_000 + patient) }],
    active: true,
    name: [
      { family: `${pick(family, patient)}${pick(family, patient >> 3).toLowerCase()}`, given: [pick(given, patient)] },
    ],
    gender: patient % 2 === 0 ? "female" : "male",
    birthDate: dayOf(patient % 32_000, "1935-01-01"),
    telecom: [{ system: "phone", value: `+1555${String(patient).padStart(7, "0")}` }],
    address: [
      {
        line: [`${patient % 997} Example Street`],
        city: "Springfield",
        postalCode: String(10_000 + (patient % 9_000)),
      },
    ],
  };
}

function makeObservation(number: number, patient: number, meta: SampleResource["meta"]) {
  const code = pick(codes, number % perPatient < 6 ? 0 : number);
  return {
    ...{ resourceType: "Observation", id: `o${String(number).padStart(10, "0")}`, meta, status: "final" },
    identifier: [{ system: "https://lab.example/result", value: `R${number}` }],
    category: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
    ],
    code: { coding: [{ system: "http://loinc.org", code }], text: "A measurement of this synthetic person" },
    subject: { reference: `Patient/${patientId(patient)}` },
    effectiveDateTime: `${dayOf(number % 3_000, "2018-01-01")}T09:30:00Z`,
    valueQuantity: { value: 40 + (number % 90), unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
  };
}

function dayOf(day: number, first: string): string {
  return new Date(Date.parse(first) + day * 86_400_000).toISOString().slice(0, 10);
}

function pick(list: readonly string[], number: number): string {
  return list[number % list.length] ?? "";
}
