import { asObject, has, hasChoice, isOneOf, items, objects, type JsonObject } from "./json-object.ts";
import { comparePoints } from "./primitives.ts";

/** A FHIR invariant of severity `error`. Without `holds` it is checked elsewhere in the walk. */
export interface Invariant {
  key: string;
  /** What must be true, in words for the person who mends it. */
  rule: string;
  holds: ((value: JsonObject) => boolean) | undefined;
}

const ucum = "http://unitsofmeasure.org";

/**
 * Every error invariant that the canonical types and their datatypes carry (FHIR R4 4.0.1), without a FHIRPath engine.
 * `ele-1`, `ref-1`, `txt-1`, `txt-2` and `dom-3` are part of the walk. A test holds each against Medplum's evaluation.
 */
export const invariants: ReadonlyMap<string, Invariant> = new Map(
  [
    walked("ref-1", "a reference that begins with # names a contained resource"),
    walked("txt-1", "the narrative holds formatting only"),
    walked("txt-2", "the narrative has some content"),
    walked("dom-3", "a contained resource is referred to"),
    rule("dom-2", "a contained resource contains no other", (value) =>
      contained(value).every((one) => !has(one, "contained")),
    ),
    rule("dom-4", "a contained resource has no meta.versionId and no meta.lastUpdated", (value) =>
      contained(value).every((one) => !has(one["meta"], "versionId") && !has(one["meta"], "lastUpdated")),
    ),
    rule("dom-5", "a contained resource has no security label", (value) =>
      contained(value).every((one) => !has(one["meta"], "security")),
    ),
    rule(
      "ext-1",
      "an extension has either a value or extensions of its own, not both and not neither",
      (value) => has(value, "extension") !== hasChoice(value, "value"),
    ),
    rule("per-1", "the start is not after the end", (value) => !isAfter(value["start"], value["end"])),
    rule("qty-3", "a code has a system", (value) => !has(value, "code") || has(value, "system")),
    rule(
      "rat-1",
      "numerator and denominator stand together",
      (value) =>
        has(value, "numerator") === has(value, "denominator") && (has(value, "numerator") || has(value, "extension")),
    ),
    rule("rng-2", "low is not above high", (value) => !isAbove(value["low"], value["high"])),
    ...timingRules(),
    rule(
      "drt-1",
      "a duration's code is a UCUM unit of a value",
      (value) => !has(value, "code") || (value["system"] === ucum && has(value, "value")),
    ),
    rule("dis-1", "a distance's value has a UCUM code", isCodedUcum),
    rule(
      "cnt-3",
      "a count is a whole number with the UCUM code 1",
      (value) =>
        isCodedUcum(value) &&
        (!has(value, "code") || value["code"] === "1") &&
        (typeof value["value"] !== "number" || Number.isInteger(value["value"])),
    ),
    rule(
      "age-1",
      "an age is above zero and has a UCUM code",
      (value) => isCodedUcum(value) && (typeof value["value"] !== "number" || value["value"] > 0),
    ),
    rule(
      "trd-1",
      "a trigger has data or timing, not both",
      (value) => !has(value, "data") || !hasChoice(value, "timing"),
    ),
    rule("trd-2", "a trigger's condition has data", (value) => !has(value, "condition") || has(value, "data")),
    rule("trd-3", "a trigger has what its type needs", (value) => triggerHasItsData(value)),
    rule(
      "exp-1",
      "an expression has a text or a reference",
      (value) => has(value, "expression") || has(value, "reference"),
    ),
    rule(
      "drq-1",
      "a filter has either path or searchParam",
      (value) => has(value, "path") !== has(value, "searchParam"),
    ),
    rule(
      "drq-2",
      "a filter has either path or searchParam",
      (value) => has(value, "path") !== has(value, "searchParam"),
    ),
    rule("att-1", "inline data has a contentType", (value) => !has(value, "data") || has(value, "contentType")),
    rule("cpt-2", "a contact value has a system", (value) => !has(value, "value") || has(value, "system")),
    ...bundleRules(),
    rule(
      "sev-1",
      "an audited entity has a name or a query, not both",
      (value) => !has(value, "name") || !has(value, "query"),
    ),
    rule(
      "ppc-1",
      "a consent has a policy or a policyRule",
      (value) => has(value, "policy") || has(value, "policyRule"),
    ),
    rule("ppc-2", "a patient-privacy consent has a patient", (value) => consentHasPatient(value, "patient-privacy")),
    rule("ppc-3", "a research consent has a patient", (value) => consentHasPatient(value, "research")),
    rule("ppc-4", "an advance directive has a patient", (value) => consentHasPatient(value, "adr")),
    rule("ppc-5", "a treatment consent has a patient", (value) => consentHasPatient(value, "treatment")),
    rule(
      "inv-1",
      "lastModified is not before authoredOn",
      (value) => !isAfter(value["authoredOn"], value["lastModified"]),
    ),
    rule("prr-1", "orderDetail stands only beside a code", (value) => !has(value, "orderDetail") || has(value, "code")),
    rule(
      "ait-1",
      "an allergy that was not entered in error has a clinicalStatus",
      (value) => isEnteredInError(value) || has(value, "clinicalStatus"),
    ),
    rule(
      "ait-2",
      "an allergy that was entered in error has no clinicalStatus",
      (value) => !isEnteredInError(value) || !has(value, "clinicalStatus"),
    ),
    rule(
      "imm-1",
      "educational material has a documentType or a reference",
      (value) => has(value, "documentType") || has(value, "reference"),
    ),
    rule("app-1", "a participant has a type or an actor", (value) => has(value, "type") || has(value, "actor")),
    rule("app-2", "start and end stand together", (value) => has(value, "start") === has(value, "end")),
    rule(
      "app-3",
      "only a proposed, cancelled or waitlisted appointment lacks start and end",
      (value) =>
        (has(value, "start") && has(value, "end")) || isOneOf(value["status"], ["proposed", "cancelled", "waitlist"]),
    ),
    rule(
      "app-4",
      "only a cancelled or missed appointment has a cancelationReason",
      (value) => !has(value, "cancelationReason") || isOneOf(value["status"], ["noshow", "cancelled"]),
    ),
    rule(
      "obs-3",
      "a reference range has low, high or text",
      (value) => has(value, "low") || has(value, "high") || has(value, "text"),
    ),
    rule(
      "obs-6",
      "an observation has a value or a dataAbsentReason, not both",
      (value) => !has(value, "dataAbsentReason") || !hasChoice(value, "value"),
    ),
    rule(
      "obs-7",
      "an observation with a value has no component of the same code",
      (value) => !hasChoice(value, "value") || !sharesCodeWithComponent(value),
    ),
    rule(
      "org-1",
      "an organization has a name or an identifier",
      (value) => has(value, "name") || has(value, "identifier"),
    ),
    rule("org-2", "an organization's address is not a home", (value) => value["use"] !== "home"),
    rule("org-3", "an organization's contact is not of a home", (value) => value["use"] !== "home"),
    rule("pat-1", "a patient's contact has a name, telecom, address or organization", (value) =>
      ["name", "telecom", "address", "organization"].some((key) => has(value, key)),
    ),
  ].map((invariant) => [invariant.key, invariant]),
);

function timingRules(): Invariant[] {
  const needs = (key: string, one: string, other: string): Invariant =>
    rule(key, `${one} stands only beside ${other}`, (value) => !has(value, one) || has(value, other));
  const notNegative = (key: string, name: string): Invariant =>
    rule(key, `${name} is not negative`, (value) => typeof value[name] !== "number" || value[name] >= 0);
  return [
    needs("tim-1", "duration", "durationUnit"),
    needs("tim-2", "period", "periodUnit"),
    notNegative("tim-4", "duration"),
    notNegative("tim-5", "period"),
    needs("tim-6", "periodMax", "period"),
    needs("tim-7", "durationMax", "duration"),
    needs("tim-8", "countMax", "count"),
    rule(
      "tim-9",
      "an offset stands only beside a when that is not a meal",
      (value) =>
        !has(value, "offset") ||
        (has(value, "when") && items(value["when"]).every((when) => !isOneOf(when, ["C", "CM", "CD", "CV"]))),
    ),
    rule(
      "tim-10",
      "timeOfDay and when do not stand together",
      (value) => !has(value, "timeOfDay") || !has(value, "when"),
    ),
  ];
}

function bundleRules(): Invariant[] {
  const entries = (value: JsonObject): JsonObject[] => objects(value["entry"]);
  const firstIs = (value: JsonObject, type: string): boolean =>
    asObject(entries(value)[0]?.["resource"])?.["resourceType"] === type;
  return [
    rule(
      "bdl-1",
      "only a searchset or history has a total",
      (value) => !has(value, "total") || isOneOf(value["type"], ["searchset", "history"]),
    ),
    rule(
      "bdl-2",
      "only a searchset's entry has search",
      (value) => value["type"] === "searchset" || entries(value).every((entry) => !has(entry, "search")),
    ),
    rule("bdl-3", "entries of a batch, transaction or history have a request, others have none", (value) =>
      entries(value).every(
        (entry) => has(entry, "request") === isOneOf(value["type"], ["batch", "transaction", "history"]),
      ),
    ),
    rule("bdl-4", "entries of a response or history have a response, others have none", (value) =>
      entries(value).every(
        (entry) =>
          has(entry, "response") === isOneOf(value["type"], ["batch-response", "transaction-response", "history"]),
      ),
    ),
    rule(
      "bdl-5",
      "an entry has a resource, a request or a response",
      (value) => has(value, "resource") || has(value, "request") || has(value, "response"),
    ),
    rule(
      "bdl-7",
      "each fullUrl stands once, unless the versions differ",
      (value) => value["type"] === "history" || isDistinct(entries(value).filter((entry) => has(entry, "fullUrl"))),
    ),
    rule(
      "bdl-8",
      "a fullUrl names no version",
      (value) => typeof value["fullUrl"] !== "string" || !value["fullUrl"].includes("/_history/"),
    ),
    rule(
      "bdl-9",
      "a document has an identifier with system and value",
      (value) =>
        value["type"] !== "document" || (has(value["identifier"], "system") && has(value["identifier"], "value")),
    ),
    rule(
      "bdl-10",
      "a document has a timestamp",
      (value) => value["type"] !== "document" || typeof value["timestamp"] === "string",
    ),
    rule(
      "bdl-11",
      "a document begins with a Composition",
      (value) => value["type"] !== "document" || firstIs(value, "Composition"),
    ),
    rule(
      "bdl-12",
      "a message begins with a MessageHeader",
      (value) => value["type"] !== "message" || firstIs(value, "MessageHeader"),
    ),
  ];
}

function rule(key: string, words: string, holds: NonNullable<Invariant["holds"]>): Invariant {
  return { key, rule: words, holds };
}

function walked(key: string, words: string): Invariant {
  return { key, rule: words, holds: undefined };
}

function contained(value: JsonObject): JsonObject[] {
  return objects(value["contained"]);
}

function isAfter(earlier: unknown, later: unknown): boolean {
  return typeof earlier === "string" && typeof later === "string" && comparePoints(earlier, later) > 0;
}

/** Quantities of different units are not compared. */
function isAbove(low: unknown, high: unknown): boolean {
  const [a, b] = [asObject(low), asObject(high)];
  if (a === undefined || b === undefined || (a["code"] ?? a["unit"]) !== (b["code"] ?? b["unit"])) return false;
  return typeof a["value"] === "number" && typeof b["value"] === "number" && a["value"] > b["value"];
}

function isCodedUcum(value: JsonObject): boolean {
  return (has(value, "code") || !has(value, "value")) && (!has(value, "system") || value["system"] === ucum);
}

function triggerHasItsData(value: JsonObject): boolean {
  if (value["type"] === "named-event") return has(value, "name");
  if (value["type"] === "periodic") return hasChoice(value, "timing");
  return typeof value["type"] !== "string" || !value["type"].startsWith("data-") || has(value, "data");
}

/** The specification's expression names the code system 'something'; no published code can break the rule. */
function consentHasPatient(value: JsonObject, code: string): boolean {
  return (
    has(value, "patient") ||
    !codings(value["scope"]).some((coding) => coding["system"] === "something" && coding["code"] === code)
  );
}

function isEnteredInError(allergy: JsonObject): boolean {
  const system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
  return codings(allergy["verificationStatus"]).some(
    (coding) => coding["system"] === system && coding["code"] === "entered-in-error",
  );
}

function codings(concept: unknown): JsonObject[] {
  return objects(asObject(concept)?.["coding"]);
}

function sharesCodeWithComponent(value: JsonObject): boolean {
  const own = new Set(codings(value["code"]).map((coding) => JSON.stringify(sorted(coding))));
  return objects(value["component"]).some((component) =>
    codings(component["code"]).some((coding) => own.has(JSON.stringify(sorted(coding)))),
  );
}

function sorted(value: JsonObject): [string, unknown][] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isDistinct(entries: JsonObject[]): boolean {
  const seen = new Set<string>();
  for (const entry of entries)
    seen.add(
      `${String(entry["fullUrl"])}\u0000${textOf(asObject(asObject(entry["resource"])?.["meta"])?.["versionId"])}`,
    );
  return seen.size === entries.length;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
