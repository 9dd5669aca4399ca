import { asObject, type JsonObject } from "../json-object.ts";
import { maskRules } from "./mask-rules.ts";
import { code, list, meta, object, recordId, type Mask } from "./mask-values.ts";

/** A resource of which nobody can tell whose it is; it says so by the label MASKED. */
export interface MaskedResource {
  readonly resourceType: string;
  readonly id?: string;
  readonly [element: string]: unknown;
}

const maskedLabel = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "MASKED" };
const absent = {
  coding: [{ system: "http://terminology.hl7.org/CodeSystem/data-absent-reason", code: "masked" }],
};

/** Deeper than these a Bundle shows no entries. */
const bundlesMax = 3;

/**
 * What the Storage Browser shows of a record while the glass is closed: only the elements that `maskRules` names, each as
 * far as its mask lets it. Narrative, extensions, contained resources and whatever is not known are left out. Takes
 * anything and throws nothing; of what is no resource of a carried type only type and id are shown.
 */
export function maskResource(resource: unknown): MaskedResource {
  return maskAt(resource, bundlesMax);
}

function maskAt(resource: unknown, depth: number): MaskedResource {
  const given = asObject(resource) ?? {};
  const type = code(given["resourceType"]);
  const rules =
    typeof type === "string" && Object.hasOwn(maskRules, type) ? maskRules[type as keyof typeof maskRules] : {};
  const shown = object({ id: recordId, ...rules })(given) as JsonObject | undefined;
  return {
    ...shown,
    ...(type === "Observation" && hasValue(given) ? { dataAbsentReason: absent } : {}),
    ...(type === "Bundle" && depth > 0 ? entriesOf(given, depth - 1) : {}),
    resourceType: typeof type === "string" ? type : "Resource",
    meta: labelled(meta(given["meta"])),
  };
}

function labelled(shown: unknown): JsonObject {
  const labels = asObject(shown)?.["security"];
  const others = (Array.isArray(labels) ? labels : []).filter(
    (one: unknown) => asObject(one)?.["code"] !== maskedLabel.code,
  );
  return { ...asObject(shown), security: [...others, maskedLabel] };
}

function hasValue(observation: JsonObject): boolean {
  return Object.keys(observation).some((key) => key.startsWith("value"));
}

function entriesOf(bundle: JsonObject, depth: number): JsonObject {
  const resourceOf: Mask = (entry) => {
    const resource = asObject(asObject(entry)?.["resource"]);
    return resource === undefined ? undefined : { resource: maskAt(resource, depth) };
  };
  const entry = list(resourceOf)(bundle["entry"]);
  return entry === undefined ? {} : { entry };
}
