import { validResources } from "./valid-resources.ts";

export type Json = Record<string, unknown>;

export type Break = (resource: Json) => void;

/** Changes one place of a valid resource; `path` is written as a pointer, and `undefined` removes. */
export function set(path: string, value: unknown): Break {
  return (resource) => {
    const steps = path.split("/").slice(1);
    const last = steps.pop() ?? "";
    let owner = resource;
    for (const step of steps) owner = owner[step] as Json;
    if (value === undefined) delete owner[last];
    else owner[last] = value;
  };
}

export function valid(type: string, id?: string): Json {
  const found = validResources.find(
    (resource) => resource["resourceType"] === type && (id === undefined || resource["id"] === id),
  );
  if (found === undefined) throw new Error(`no valid ${type}`);
  return structuredClone(found) as Json;
}

export const full = (): Json => valid("Communication", "with-everything");
export const mail = (): Json => valid("Communication");

/** For tests: what is broken, in which resource, how, and the pointer that must be named. */
export const broken: readonly (readonly [string, () => Json, Break, string])[] = [
  ["a missing status", mail, set("/status", undefined), "/status"],
  ["a status of no code", mail, set("/status", "sent"), "/status"],
  ["a status in capitals", mail, set("/status", "Preparation"), "/status"],
  ["a status as a number", mail, set("/status", 1), "/status"],
  ["a status as a list", mail, set("/status", ["preparation"]), "/status"],
  ["an empty status", mail, set("/status", ""), "/status"],
  ["a null status", mail, set("/status", null), "/status"],
  ["a priority of no code", full, set("/priority", "high"), "/priority"],
  ["a misspelt property", mail, set("/recipent", []), "/recipent"],
  ["a property of R5", mail, set("/inResponseTo2", []), "/inResponseTo2"],
  ["an underscore before a complex property", mail, set("/_topic", { id: "x" }), "/_topic"],
  ["recipient as an object", mail, set("/recipient", { reference: "Patient/1" }), "/recipient"],
  ["an empty recipient list", mail, set("/recipient", []), "/recipient"],
  ["an empty recipient", mail, set("/recipient/0", {}), "/recipient/0"],
  ["a null recipient", mail, set("/recipient/0", null), "/recipient/0"],
  [
    "a recipient of a type that cannot stand there",
    mail,
    set("/recipient/0/reference", "Location/1"),
    "/recipient/0/reference",
  ],
  ["a sender of a type that cannot stand there", full, set("/sender", { reference: "Group/1" }), "/sender/reference"],
  [
    "a subject of a type that cannot stand there",
    full,
    set("/subject", { reference: "Practitioner/1" }),
    "/subject/reference",
  ],
  ["a reference to an unknown type", full, set("/subject", { reference: "Patiant/1" }), "/subject/reference"],
  ["a reference that is only an id", full, set("/subject", { reference: "1" }), "/subject/reference"],
  ["a reference with a bad id", full, set("/subject", { reference: "Patient/a_b" }), "/subject/reference"],
  ["a reference to nothing contained", full, set("/encounter", { reference: "#none" }), "/encounter/reference"],
  ["a contained target of a wrong type", full, set("/encounter", { reference: "#pat" }), "/encounter/reference"],
  ["a contained resource that nothing refers to", full, set("/subject", { reference: "Patient/1" }), "/contained/0"],
  ["a contained resource with a version", full, set("/contained/0/meta", { versionId: "1" }), "/"],
  [
    "a contained resource in a contained one",
    full,
    set("/contained/0/contained", [{ resourceType: "Patient", id: "x" }]),
    "/",
  ],
  [
    "a contained resource without a type",
    full,
    set("/contained/0/resourceType", undefined),
    "/contained/0/resourceType",
  ],
  ["a null without its extension", full, set("/contained/0/name/0/_given", undefined), "/contained/0/name/0/given/1"],
  [
    "primitive extensions of another length",
    full,
    set("/contained/0/name/0/_given", [null]),
    "/contained/0/name/0/_given",
  ],
  ["a primitive extension that is a text", full, set("/_status", "x"), "/_status"],
  ["two choices of one element", full, set("/payload/0/contentString", "two"), "/payload/0/contentString"],
  [
    "two choices in an annotation",
    full,
    set("/note/0/authorReference", { reference: "Practitioner/1" }),
    "/note/0/authorReference",
  ],
  ["a payload without content", full, set("/payload/0", { id: "p" }), "/payload/0"],
  ["an annotation without text", full, set("/note/0/text", undefined), "/note/0/text"],
  ["an instant without a zone", full, set("/meta/lastUpdated", "2026-03-01T10:00:00"), "/meta/lastUpdated"],
  ["a dateTime without a zone", full, set("/sent", "2026-03-01T09:00:00"), "/sent"],
  ["a dateTime without seconds", full, set("/sent", "2026-03-01T09:00Z"), "/sent"],
  ["a year with a zone", full, set("/sent", "2026Z"), "/sent"],
  ["a day that does not exist", full, set("/sent", "2026-02-30"), "/sent"],
  ["a month that does not exist", full, set("/sent", "2026-13"), "/sent"],
  ["a date in words", full, set("/sent", "1 March 2026"), "/sent"],
  [
    "a period that ends before it starts",
    full,
    set("/identifier/0/period", { start: "2026-02-01", end: "2026-01-31" }),
    "/identifier/0/period",
  ],
  [
    "a period reversed only by its zones",
    full,
    set("/identifier/0/period", { start: "2026-01-01T00:30:00Z", end: "2026-01-01T01:00:00+01:00" }),
    "/identifier/0/period",
  ],
  ["an id with an underscore", full, set("/id", "a_b"), "/id"],
  ["an id of 65 characters", full, set("/id", "x".repeat(65)), "/id"],
  ["an id as a number", full, set("/id", 7), "/id"],
  ["a language with spaces around", full, set("/language", " en"), "/language"],
  ["a text of white space", mail, set("/payload/0/contentString", " \n"), "/payload/0/contentString"],
  ["a control character", mail, set("/payload/0/contentString", "bell \u0007"), "/payload/0/contentString"],
  ["half a surrogate pair", mail, set("/payload/0/contentString", "x\ud800"), "/payload/0/contentString"],
  [
    "inline data without a contentType",
    full,
    set("/payload/1/contentAttachment/contentType", undefined),
    "/payload/1/contentAttachment",
  ],
  [
    "a contentType of no MIME form",
    full,
    set("/payload/1/contentAttachment/contentType", "pdf"),
    "/payload/1/contentAttachment/contentType",
  ],
  [
    "data that is no base64",
    full,
    set("/payload/1/contentAttachment/data", "***"),
    "/payload/1/contentAttachment/data",
  ],
  ["a negative size", full, set("/payload/1/contentAttachment/size", -1), "/payload/1/contentAttachment/size"],
  ["a size with a fraction", full, set("/payload/1/contentAttachment/size", 1.5), "/payload/1/contentAttachment/size"],
  ["a size as a text", full, set("/payload/1/contentAttachment/size", "5"), "/payload/1/contentAttachment/size"],
  ["a boolean as a text", full, set("/category/0/coding/0/userSelected", "true"), "/category/0/coding/0/userSelected"],
  ["a system with a space", mail, set("/medium/0/coding/0/system", "http://x y"), "/medium/0/coding/0/system"],
  [
    "a contact point of no system",
    mail,
    set("/recipient/0/extension/0/valueContactPoint/system", undefined),
    "/recipient/0/extension/0/valueContactPoint",
  ],
  [
    "a contact point of an unknown system",
    mail,
    set("/recipient/0/extension/0/valueContactPoint/system", "pigeon"),
    "/recipient/0/extension/0/valueContactPoint/system",
  ],
  ["an extension without a url", mail, set("/recipient/0/extension/0/url", undefined), "/recipient/0/extension/0/url"],
  ["an extension with nothing", mail, set("/extension", [{ url: "https://clinic.example/x" }]), "/extension/0"],
  ["an extension with a value and extensions", full, set("/extension/0/valueString", "x"), "/extension/0"],
  [
    "an extension value of an unknown type",
    mail,
    set("/extension", [{ url: "https://clinic.example/x", valueNumber: 1 }]),
    "/extension/0/valueNumber",
  ],
  [
    "a quantity's code without a system",
    full,
    set("/extension/0/extension/1/valueQuantity/system", undefined),
    "/extension/0/extension/1/valueQuantity",
  ],
  [
    "a script in the narrative",
    full,
    set("/text/div", '<div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div>'),
    "/text/div",
  ],
  ["a narrative without status", full, set("/text/status", undefined), "/text/status"],
  [
    "a Patient whose contact is empty of meaning",
    () => valid("Patient"),
    set("/contact/0", { relationship: [{ text: "x" }] }),
    "/contact/0",
  ],
  ["a gender of no code", () => valid("Patient"), set("/gender", "f"), "/gender"],
  ["a birth date with a time", () => valid("Patient"), set("/birthDate", "1980-02-28T10:00:00Z"), "/birthDate"],
  ["a contact rank of zero", () => valid("Patient"), set("/telecom/0/rank", 0), "/telecom/0/rank"],
  ["a dead and undead Patient", () => valid("Patient"), set("/deceasedDateTime", "2026-01-01"), "/deceasedDateTime"],
  ["an Organization without name and identifier", () => valid("Organization"), set("/name", undefined), "/"],
  ["an Organization at home", () => valid("Organization"), set("/address/0/use", "home"), "/address/0"],
  [
    "an Observation with value and dataAbsentReason",
    () => valid("Observation"),
    set("/dataAbsentReason", { text: "x" }),
    "/",
  ],
  ["a range from high to low", () => valid("Observation"), set("/valueRange/low/value", 9), "/valueRange"],
  ["an Appointment with a start alone", () => valid("Appointment"), set("/end", undefined), "/"],
  ["a Task changed before it was written", () => valid("Task"), set("/lastModified", "2026-03-01T08:00:00Z"), "/"],
  ["a Consent without policy", () => valid("Consent"), set("/policyRule", undefined), "/"],
  ["an AuditEvent of no outcome code", () => valid("AuditEvent"), set("/outcome", "1"), "/outcome"],
  ["a DocumentReference without content", () => valid("DocumentReference"), set("/content", undefined), "/content"],
  [
    "a Bundle entry with a broken resource",
    () => valid("Bundle"),
    set("/entry/0/resource/gender", "f"),
    "/entry/0/resource/gender",
  ],
  ["a transaction entry without request", () => valid("Bundle"), set("/entry/0/request", undefined), "/"],
];
