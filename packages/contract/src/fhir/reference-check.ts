import type { JsonObject } from "./json-object.ts";
import type { ElementFault } from "./primitive-check.ts";

/** A resource and what it contains, while it is walked. */
export interface Container {
  readonly resource: JsonObject;
  /** Type of each contained resource by its id. */
  readonly contained: ReadonlyMap<string, string>;
  /** Fragments that something refers to, without the `#`. */
  readonly referenced: Set<string>;
  /** Set when a contained resource was not walked, so that references in it are not known. */
  holdsForeign: boolean;
}

const none: ReadonlyMap<string, string> = new Map();
const relative = /^([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const conditional = /^([A-Z][A-Za-z]{1,63})\?\S+$/;

export function collectContained(resource: JsonObject): Container {
  const list = resource["contained"];
  const contained = Array.isArray(list) ? new Map(list.flatMap((one: unknown) => entryOf(one))) : none;
  return { resource, contained, referenced: new Set(), holdsForeign: false };
}

function entryOf(one: unknown): [string, string][] {
  if (typeof one !== "object" || one === null) return [];
  const { id, resourceType } = one as { id?: unknown; resourceType?: unknown };
  return typeof id === "string" && typeof resourceType === "string" ? [[id, resourceType]] : [];
}

/** Indexes of contained resources that nothing refers to (dom-3). One that points back by `#` counts as referred to. */
export function unreferencedContained(container: Container): number[] {
  const list = container.resource["contained"];
  if (!Array.isArray(list) || container.holdsForeign || container.referenced.has("")) return [];
  return list.flatMap((one: unknown, index) => {
    const id = typeof one === "object" && one !== null ? (one as { id?: unknown }).id : undefined;
    return typeof id === "string" && container.referenced.has(id) ? [] : [index];
  });
}

/**
 * Checks a Reference against the types that its element allows (R4 references.html#literal). Absolute URLs and URNs are
 * not judged: what they lead to cannot be told from their text.
 */
export function checkReference(
  value: JsonObject,
  targets: ReadonlySet<string> | undefined,
  container: Container,
  resourceTypes: ReadonlySet<string>,
): ElementFault | undefined {
  const reference = value["reference"];
  if (typeof reference !== "string") return undefined;
  if (reference.startsWith("#")) return checkFragment(reference.slice(1), targets, container);
  if (/^[a-z][a-z0-9+.-]*:/.test(reference)) return undefined;
  const type = (relative.exec(reference) ?? conditional.exec(reference))?.[1];
  if (type === undefined || !resourceTypes.has(type)) {
    return {
      code: "value",
      message: "The reference is neither Type/id, nor #id, nor an absolute address.",
      fix: "Write for instance Patient/123.",
    };
  }
  return targets !== undefined && !targets.has(type) ? wrongTarget(type, targets) : undefined;
}

function checkFragment(
  id: string,
  targets: ReadonlySet<string> | undefined,
  container: Container,
): ElementFault | undefined {
  container.referenced.add(id);
  if (id === "") return undefined;
  const type = container.contained.get(id);
  if (type === undefined)
    return {
      code: "invariant",
      message: "No contained resource has this id (ref-1).",
      fix: "Add it to contained, or refer to a stored resource.",
    };
  return targets !== undefined && !targets.has(type) ? wrongTarget(type, targets) : undefined;
}

function wrongTarget(type: string, targets: ReadonlySet<string>): ElementFault {
  return { code: "value", message: `${type} cannot stand here.`, fix: `Refer to one of: ${[...targets].join(", ")}.` };
}
