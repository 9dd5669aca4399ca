import type { CanonicalType } from "../fhir/canonical-types.ts";
import { settingOf, type DataAction, type Scope } from "./scope.ts";

/** What the scope lets the plugin do, as one sentence in an operator's words. */
export function describeScope(scope: Scope): string {
  switch (scope.kind) {
    case "data":
      return describeData(scope);
    case "net":
      return describeNet(scope);
    case "events":
      return scope.verb === "publish"
        ? `Announce events of the type ${scope.type}. Not served yet.`
        : `Be told of events of the type ${scope.type}. Not served yet.`;
    case "operation":
      return `Ask the plugin ${scope.plugin} to run its operation "${scope.name}". Not served yet.`;
    case "jobs":
      return "Run by itself on a schedule. Not served yet.";
  }
}

/** True when this version honours the scope; one that is not served is accepted in a manifest and refused at Enable. */
export function isServedScope(scope: Scope): boolean {
  return scope.kind === "net" || (scope.kind === "data" && scope.level === "system");
}

const plural: Record<CanonicalType, string> = {
  AllergyIntolerance: "allergies",
  Appointment: "appointments",
  AuditEvent: "audit events",
  Binary: "files",
  Bundle: "bundles",
  Communication: "messages",
  Consent: "consents",
  DiagnosticReport: "diagnostic reports",
  DocumentReference: "documents",
  Immunization: "immunizations",
  Observation: "observations",
  OperationOutcome: "outcomes of operations",
  Organization: "organizations",
  Patient: "patients",
  Practitioner: "practitioners",
  Provenance: "provenance records",
  RelatedPerson: "related persons",
  ServiceRequest: "service requests",
  Task: "tasks",
};

const verbs: Record<DataAction, string> = { c: "create", r: "read", u: "change", d: "delete", s: "search and list" };
const whose = { patient: "of one patient", user: "that the signed-in user may see", system: "of the whole clinic" };

function describeData({ level, resource, actions, filters }: Extract<Scope, { kind: "data" }>): string {
  const does = join(actions.map((action) => verbs[action]));
  const only =
    filters.length === 0 ? "" : `, only where ${filters.map(([name, value]) => `${name} is ${value}`).join(" and ")}`;
  return `${does.charAt(0).toUpperCase()}${does.slice(1)} ${plural[resource]} ${whose[level]}${only}.${level === "system" ? "" : " Not served yet."}`;
}

function join(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function describeNet({ protocol, host, port }: Extract<Scope, { kind: "net" }>): string {
  const place = settingOf(host) === undefined ? host : `the host in the setting "${settingOf(host)}"`;
  const door = settingOf(port) === undefined ? `port ${port}` : `the port in the setting "${settingOf(port)}"`;
  if (protocol === "https")
    return `Make HTTPS requests to ${place}, ${door}, which Hilum sends and records: the plugin never holds the secret for it.`;
  return `Connect to ${place}, ${door}, and nowhere else. What goes through the connection is not inspected.`;
}
