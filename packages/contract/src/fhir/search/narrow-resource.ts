import type { ParsedSearch } from "./parsed-search.ts";
import { searchTable } from "./search-parameters.gen.ts";
import { asObject, type JsonObject } from "../json-object.ts";

const subsetted = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };
const always = ["resourceType", "id", "meta"];

/**
 * The part of a resource that `_summary` or `_elements` asks for, labelled SUBSETTED; the resource itself where neither
 * does (search.html#summary, search.html#elements). Elements that the type must have stay.
 */
export function narrowResource<T extends object>(
  resource: T,
  { summary, elements }: Pick<ParsedSearch, "summary"> & Partial<Pick<ParsedSearch, "elements">>,
): T {
  const object = resource as unknown as JsonObject;
  const type = String(object["resourceType"]);
  const spec = Object.hasOwn(searchTable.types, type) ? searchTable.types[type] : undefined;
  const mandatory = spec?.mandatory ?? [];
  if (elements !== undefined) return keep(object, [...elements, ...mandatory]) as T;
  if (summary === "true") return keep(object, [...(spec?.summary ?? []), ...mandatory]) as T;
  if (summary === "text") return keep(object, ["text", ...mandatory]) as T;
  if (summary === "data")
    return keep(
      object,
      Object.keys(object).filter((key) => key !== "text" && key !== "_text"),
    ) as T;
  return resource;
}

function keep(resource: JsonObject, names: readonly string[]): JsonObject {
  const kept = new Set([...always, ...names]);
  const entries = Object.entries(resource).filter(([key]) => kept.has(key.startsWith("_") ? key.slice(1) : key));
  const meta = asObject(resource["meta"]);
  const tags = Array.isArray(meta?.["tag"]) ? (meta["tag"] as unknown[]) : [];
  return { ...Object.fromEntries(entries), meta: { ...meta, tag: [...tags, subsetted] } };
}
