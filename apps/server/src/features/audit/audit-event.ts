import type { AuditEntry } from "@hilum/audit";

const dicom = "http://dicom.nema.org/resources/ontology/DCM";
const terminology = "http://terminology.hl7.org/CodeSystem";
const own = "https://hilum.dev/fhir";

interface Coding {
  system: string;
  code: string;
  display?: string;
}

const rest: Coding = { system: `${terminology}/audit-event-type`, code: "rest", display: "RESTful Operation" };
const alert: Coding = { system: dicom, code: "110113", display: "Security Alert" };
const exported: Coding = { system: dicom, code: "110106", display: "Export" };
const disclose: Coding = { system: `${terminology}/iso-21089-lifecycle`, code: "disclose" };

/** DICOM PS3.16 of the start and the end of a broken glass. */
const emergencies: Readonly<Record<string, Coding>> = {
  emergency_override_started: { system: dicom, code: "110127", display: "Emergency Override Started" },
  emergency_override_stopped: { system: dicom, code: "110138", display: "Emergency Override Stopped" },
};

/**
 * An entry as a FHIR R4 AuditEvent (IHE BALP as far as an entry tells). Undefined for an intent, whose outcome says the same and more.
 * Records are named by their keyed hash, as in the log.
 */
export function toAuditEvent(index: number, entry: AuditEntry): object | undefined {
  if (entry.kind === "intent") return undefined;
  const { type, subtype } = kindOf(entry);
  return {
    resourceType: "AuditEvent",
    id: `${index}`,
    type,
    subtype,
    action: actionOf(entry.action),
    recorded: entry.at,
    ...outcomeOf(entry),
    ...(entry.purpose === undefined
      ? {}
      : { purposeOfEvent: [{ coding: [{ system: `${terminology}/v3-ActReason`, code: entry.purpose }] }] }),
    agent: agentsOf(entry),
    source: { observer: { display: "Hilum" } },
    ...(entry.resource === undefined ? {} : { entity: [entityOf(entry.resource, entry.ref)] }),
  };
}

function kindOf({ action, detail }: AuditEntry): { type: Coding; subtype: Coding[] } {
  const named: Coding = { system: `${own}/CodeSystem/audit-action`, code: action };
  const emergency = emergencies[String(detail?.["event"])];
  if (emergency !== undefined) return { type: alert, subtype: [emergency, named] };
  if (action === "messages.send" || action === "downloadExport") return { type: exported, subtype: [disclose, named] };
  return { type: rest, subtype: [named] };
}

const verbs: readonly (readonly ["C" | "R" | "U" | "D", RegExp])[] = [
  ["R", /^(?:get|list|read|search|browse|download|export|preview|check)(?=[A-Z])|\.(?:read|search|get)$/],
  ["C", /^(?:create|add|invite|register|upload)(?=[A-Z])|\.create$/],
  ["U", /^(?:change|save|set|update|patch|restore)(?=[A-Z])|\.update$/],
  ["D", /^(?:delete|remove|purge)(?=[A-Z])|\.delete$/],
];

/** What is none of reading, creating, updating and deleting is carried out. */
const actionOf = (action: string): string => verbs.find(([, pattern]) => pattern.test(action))?.[0] ?? "E";

/** 0 success, 4 refused, 8 failed (AuditEvent.outcome). */
function outcomeOf({ decision, outcome, reason }: AuditEntry): { outcome: string; outcomeDesc?: string } {
  if (decision === "deny") return { outcome: "4", ...(reason === undefined ? {} : { outcomeDesc: reason }) };
  return outcome === undefined || outcome === "ok" ? { outcome: "0" } : { outcome: "8", outcomeDesc: outcome };
}

function agentsOf({ actor, via, plugin, instance }: AuditEntry): object[] {
  const agent = (name: string, requestor: boolean): object => ({
    who: { identifier: { system: `${own}/sid/actor`, value: name } },
    requestor,
  });
  const asked = plugin === undefined ? undefined : `plugin:${plugin}/${instance ?? "default"}`;
  return [
    agent(actor, true),
    ...(via === undefined ? [] : [agent(via, false)]),
    ...(asked === undefined || asked === actor ? [] : [agent(asked, false)]),
  ];
}

function entityOf(resource: string, ref: string | undefined): object {
  const what = ref === undefined ? {} : { what: { identifier: { system: `${own}/sid/record-ref`, value: ref } } };
  return { ...what, type: { system: "http://hl7.org/fhir/resource-types", code: resource } };
}
