import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Definitions } from "./definitions.ts";
import { loadValidator } from "./index.ts";
import { invariants } from "./invariants.ts";
import { loadMedplumCheck } from "./medplum-check.ts";

const definitions = JSON.parse(readFileSync(new URL("./definitions.gen.json", import.meta.url), "utf8")) as Definitions;
const validator = await loadValidator("compiled");
const medplum = await loadMedplumCheck(definitions);

type Json = Record<string, unknown>;

const ucum = "http://unitsofmeasure.org";
const patient = { reference: "Patient/1" };
const holding = (value: Json): Json => ({
  resourceType: "Patient",
  extension: [{ url: "https://x.example/v", ...value }],
});
const timing = (repeat: Json): Json => holding({ valueTiming: { repeat } });
const containing = (more: Json): Json => ({
  resourceType: "Patient",
  contained: [{ resourceType: "Organization", id: "o", name: "x", ...more }],
  managingOrganization: { reference: "#o" },
});
const communication = (more: Json): Json => ({ resourceType: "Communication", status: "unknown", ...more });
const bundle = (type: string, more: Json): Json => ({ resourceType: "Bundle", type, ...more });
const appointment = (more: Json): Json => ({
  resourceType: "Appointment",
  status: "proposed",
  participant: [{ actor: patient, status: "accepted" }],
  ...more,
});
const observation = (more: Json): Json => ({
  resourceType: "Observation",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "1-1" }] },
  ...more,
});
const consent = (code: string, more: Json): Json => ({
  resourceType: "Consent",
  status: "draft",
  scope: { coding: [{ system: "something", code }] },
  category: [{ text: "x" }],
  policyRule: { text: "x" },
  ...more,
});
const allergy = (verified: string | undefined, more: Json): Json => ({
  resourceType: "AllergyIntolerance",
  patient,
  ...(verified === undefined
    ? {}
    : {
        verificationStatus: {
          coding: [{ system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", code: verified }],
        },
      }),
  ...more,
});
const clinicalStatus = {
  coding: [{ system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", code: "active" }],
};
const immunization = (more: Json): Json => ({
  resourceType: "Immunization",
  status: "completed",
  vaccineCode: { text: "x" },
  patient,
  occurrenceString: "as a child",
  ...more,
});
const [instant, later] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
const own = { resource: { resourceType: "Patient", id: "1" } };

/** For each invariant a resource that keeps it, and the same with it broken and nothing else. */
const cases: readonly (readonly [key: string, kept: Json, broken: Json])[] = [
  ["ait-1", allergy(undefined, { clinicalStatus }), allergy(undefined, {})],
  ["ait-2", allergy("entered-in-error", {}), allergy("entered-in-error", { clinicalStatus })],
  [
    "imm-1",
    immunization({ education: [{ documentType: "x" }] }),
    immunization({ education: [{ presentationDate: "2026" }] }),
  ],
  ["dom-2", containing({}), containing({ contained: [{ resourceType: "Patient", id: "p" }] })],
  ["dom-4", containing({ meta: { source: "urn:x" } }), containing({ meta: { versionId: "1" } })],
  ["dom-5", containing({ meta: { tag: [{ code: "x" }] } }), containing({ meta: { security: [{ code: "x" }] } })],
  ["ext-1", holding({ valueString: "x" }), holding({})],
  [
    "per-1",
    holding({ valuePeriod: { start: instant, end: later } }),
    holding({ valuePeriod: { start: later, end: instant } }),
  ],
  ["qty-3", holding({ valueQuantity: { system: ucum, code: "g" } }), holding({ valueQuantity: { code: "g" } })],
  [
    "rat-1",
    holding({ valueRatio: { numerator: { value: 1 }, denominator: { value: 1 } } }),
    holding({ valueRatio: { numerator: { value: 1 } } }),
  ],
  [
    "rng-2",
    holding({ valueRange: { low: { value: 1 }, high: { value: 2 } } }),
    holding({ valueRange: { low: { value: 3 }, high: { value: 2 } } }),
  ],
  ["tim-1", timing({ duration: 1, durationUnit: "h" }), timing({ duration: 1 })],
  ["tim-2", timing({ period: 1, periodUnit: "h" }), timing({ period: 1 })],
  ["tim-4", timing({ duration: 0, durationUnit: "h" }), timing({ duration: -1, durationUnit: "h" })],
  ["tim-5", timing({ period: 0, periodUnit: "h" }), timing({ period: -1, periodUnit: "h" })],
  ["tim-6", timing({ period: 1, periodMax: 2, periodUnit: "h" }), timing({ periodMax: 2 })],
  ["tim-7", timing({ duration: 1, durationMax: 2, durationUnit: "h" }), timing({ durationMax: 2 })],
  ["tim-8", timing({ count: 1, countMax: 2 }), timing({ countMax: 2 })],
  ["tim-9", timing({ offset: 1, when: ["MORN"] }), timing({ offset: 1, when: ["MORN", "CM"] })],
  ["tim-10", timing({ when: ["MORN"] }), timing({ when: ["MORN"], timeOfDay: ["10:00:00"] })],
  [
    "drt-1",
    holding({ valueDuration: { value: 1, system: ucum, code: "h" } }),
    holding({ valueDuration: { value: 1, system: "http://x.example", code: "h" } }),
  ],
  [
    "dis-1",
    holding({ valueDistance: { value: 1, system: ucum, code: "m" } }),
    holding({ valueDistance: { value: 1 } }),
  ],
  [
    "cnt-3",
    holding({ valueCount: { value: 1, system: ucum, code: "1" } }),
    holding({ valueCount: { value: 1.5, system: ucum, code: "1" } }),
  ],
  [
    "age-1",
    holding({ valueAge: { value: 1, system: ucum, code: "a" } }),
    holding({ valueAge: { value: 0, system: ucum, code: "a" } }),
  ],
  [
    "trd-1",
    holding({ valueTriggerDefinition: { type: "data-added", data: [{ type: "Patient" }] } }),
    holding({ valueTriggerDefinition: { type: "data-added", data: [{ type: "Patient" }], timingDate: "2026" } }),
  ],
  [
    "trd-2",
    holding({
      valueTriggerDefinition: {
        type: "data-added",
        data: [{ type: "Patient" }],
        condition: { language: "text/cql", expression: "x" },
      },
    }),
    holding({
      valueTriggerDefinition: { type: "named-event", name: "n", condition: { language: "text/cql", expression: "x" } },
    }),
  ],
  [
    "trd-3",
    holding({ valueTriggerDefinition: { type: "named-event", name: "n" } }),
    holding({ valueTriggerDefinition: { type: "named-event" } }),
  ],
  [
    "exp-1",
    holding({ valueExpression: { language: "text/cql", expression: "x" } }),
    holding({ valueExpression: { language: "text/cql" } }),
  ],
  [
    "drq-1",
    holding({ valueDataRequirement: { type: "Patient", codeFilter: [{ path: "x" }] } }),
    holding({ valueDataRequirement: { type: "Patient", codeFilter: [{ path: "x", searchParam: "y" }] } }),
  ],
  [
    "drq-2",
    holding({ valueDataRequirement: { type: "Patient", dateFilter: [{ searchParam: "x" }] } }),
    holding({ valueDataRequirement: { type: "Patient", dateFilter: [{ path: "x", searchParam: "y" }] } }),
  ],
  [
    "att-1",
    holding({ valueAttachment: { contentType: "text/plain", data: "SGk=" } }),
    holding({ valueAttachment: { data: "SGk=" } }),
  ],
  [
    "cpt-2",
    holding({ valueContactPoint: { system: "sms", value: "+49" } }),
    holding({ valueContactPoint: { value: "+49" } }),
  ],
  ["bdl-1", bundle("searchset", { total: 1 }), bundle("collection", { total: 1 })],
  [
    "bdl-2",
    bundle("searchset", { entry: [{ ...own, search: { mode: "match" } }] }),
    bundle("collection", { entry: [{ ...own, search: { mode: "match" } }] }),
  ],
  ["bdl-3", bundle("batch", { entry: [{ request: { method: "GET", url: "x" } }] }), bundle("batch", { entry: [own] })],
  [
    "bdl-4",
    bundle("batch-response", { entry: [{ response: { status: "200" } }] }),
    bundle("batch-response", { entry: [own] }),
  ],
  ["bdl-5", bundle("collection", { entry: [own] }), bundle("collection", { entry: [{ fullUrl: "urn:x" }] })],
  [
    "bdl-7",
    bundle("collection", {
      entry: [
        { ...own, fullUrl: "urn:a" },
        { ...own, fullUrl: "urn:b" },
      ],
    }),
    bundle("collection", {
      entry: [
        { ...own, fullUrl: "urn:a" },
        { ...own, fullUrl: "urn:a" },
      ],
    }),
  ],
  [
    "bdl-8",
    bundle("collection", { entry: [{ ...own, fullUrl: "http://x.example/Patient/1" }] }),
    bundle("collection", { entry: [{ ...own, fullUrl: "http://x.example/Patient/1/_history/1" }] }),
  ],
  [
    "bdl-9",
    bundle("collection", {}),
    bundle("document", { timestamp: instant, entry: [{ resource: { resourceType: "Composition" } }] }),
  ],
  [
    "bdl-10",
    bundle("collection", {}),
    bundle("document", {
      identifier: { system: "urn:x", value: "1" },
      entry: [{ resource: { resourceType: "Composition" } }],
    }),
  ],
  [
    "bdl-11",
    bundle("collection", { entry: [own] }),
    bundle("document", { identifier: { system: "urn:x", value: "1" }, timestamp: instant, entry: [own] }),
  ],
  ["bdl-12", bundle("collection", { entry: [own] }), bundle("message", { entry: [own] })],
  ["sev-1", audit({ name: "x" }), audit({ name: "x", query: "SGk=" })],
  ["ppc-1", consent("x", {}), consent("x", { policyRule: undefined })],
  ["ppc-2", consent("patient-privacy", { patient }), consent("patient-privacy", {})],
  ["ppc-3", consent("research", { patient }), consent("research", {})],
  ["ppc-4", consent("adr", { patient }), consent("adr", {})],
  ["ppc-5", consent("treatment", { patient }), consent("treatment", {})],
  [
    "inv-1",
    { resourceType: "Task", status: "draft", intent: "order", authoredOn: instant, lastModified: later },
    { resourceType: "Task", status: "draft", intent: "order", authoredOn: later, lastModified: instant },
  ],
  [
    "prr-1",
    {
      resourceType: "ServiceRequest",
      status: "draft",
      intent: "order",
      subject: patient,
      code: { text: "x" },
      orderDetail: [{ text: "x" }],
    },
    {
      resourceType: "ServiceRequest",
      status: "draft",
      intent: "order",
      subject: patient,
      orderDetail: [{ text: "x" }],
    },
  ],
  ["app-1", appointment({}), appointment({ participant: [{ status: "accepted" }] })],
  ["app-2", appointment({ start: instant, end: later }), appointment({ start: instant })],
  ["app-3", appointment({}), appointment({ status: "booked" })],
  [
    "app-4",
    appointment({ status: "cancelled", cancelationReason: { text: "x" } }),
    appointment({ cancelationReason: { text: "x" } }),
  ],
  [
    "obs-3",
    observation({ referenceRange: [{ text: "x" }] }),
    observation({ referenceRange: [{ type: { text: "x" } }] }),
  ],
  ["obs-6", observation({ valueString: "x" }), observation({ valueString: "x", dataAbsentReason: { text: "x" } })],
  [
    "obs-7",
    observation({ valueString: "x", component: [{ code: { coding: [{ system: "http://loinc.org", code: "2-2" }] } }] }),
    observation({ valueString: "x", component: [{ code: { coding: [{ code: "1-1", system: "http://loinc.org" }] } }] }),
  ],
  [
    "org-1",
    { resourceType: "Organization", identifier: [{ value: "1" }] },
    { resourceType: "Organization", active: true },
  ],
  [
    "org-2",
    { resourceType: "Organization", name: "x", address: [{ use: "work" }] },
    { resourceType: "Organization", name: "x", address: [{ use: "home" }] },
  ],
  [
    "org-3",
    { resourceType: "Organization", name: "x", telecom: [{ use: "work" }] },
    { resourceType: "Organization", name: "x", telecom: [{ use: "home" }] },
  ],
  [
    "pat-1",
    { resourceType: "Patient", contact: [{ name: { text: "x" } }] },
    { resourceType: "Patient", contact: [{ gender: "male" }] },
  ],
  ["ref-1", communication({ subject: patient }), communication({ subject: { reference: "#none" } })],
  ["dom-3", containing({}), { ...containing({}), managingOrganization: undefined }],
  ["txt-1", communication(narrative("<b>x</b>")), communication(narrative("<script>x</script>"))],
  ["txt-2", communication(narrative("x")), communication(narrative(" "))],
];

/**
 * What Medplum alone lets pass: invariants that stand on a datatype rather than on the element that uses it, those that
 * it skips (dom-3, org-1) or is not asked for (medplum-check.ts), narratives, and obs-7.
 */
const oursAlone = new Set(
  "age-1 att-1 cnt-3 cpt-2 dis-1 dom-3 drt-1 exp-1 inv-1 obs-7 org-1 per-1 qty-3 rat-1 ref-1 rng-2 trd-1 trd-2 trd-3 txt-1 txt-2".split(
    " ",
  ),
);

describe("an invariant", () => {
  it("has a case each", () => {
    expect(cases.map(([key]) => key).toSorted()).toEqual([...invariants.keys()].toSorted());
  });

  it.each(cases)("is held, by Medplum too where it is able to: %s", (key, kept, broken) => {
    expect(validator.validateResource(kept)).toEqual([]);
    expect(medplum(clean(kept))).toEqual([]);
    const issues = validator.validateResource(broken).map((issue) => issue.details?.text ?? "");
    // A rule of the walk may say it in its own words, and a foreign resource in a Bundle is refused beside it.
    expect(issues.join("\n")).toMatch(key.startsWith("txt") ? /\(txt-1\)/ : new RegExp(`\\(${key}\\)`));
    expect(medplum(clean(broken)).length === 0).toBe(oursAlone.has(key));
  });
});

describe("the order of two dates", () => {
  it.each([
    ["2026-01-01T00:30:00Z", "2026-01-01T01:00:00+02:00", false],
    ["2026-01-01T01:00:00+02:00", "2026-01-01T00:30:00Z", true],
    ["2026-01-31", "2026-01", true],
    ["2026-02", "2026-01-31", false],
    ["2026-01-01", "2026-01-01T00:00:00Z", true],
    ["2026-01-01T23:59:60Z", "2026-01-02", true],
  ])("is told at the precision of both: %s to %s", (start, end, ordered) => {
    expect(validator.validateResource(holding({ valuePeriod: { start, end } })).length === 0).toBe(ordered);
  });
});

function narrative(inner: string): Json {
  return { text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` } };
}

function audit(entity: Json): Json {
  return {
    resourceType: "AuditEvent",
    type: { code: "rest" },
    recorded: instant,
    agent: [{ requestor: true }],
    source: { observer: { display: "x" } },
    entity: [entity],
  };
}

/** As it would come from the wire: without properties that are undefined. */
function clean(resource: Json): Json {
  return JSON.parse(JSON.stringify(resource)) as Json;
}
