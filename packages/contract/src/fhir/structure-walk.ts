import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import type { CompiledDefinitions, ElementSpec, TypeSpec } from "./definitions.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { createIssue, isShowableName, type IssueCode } from "./issue.ts";
import { checkPrimitive } from "./primitive-check.ts";
import { checkReference, collectContained, unreferencedContained, type Container } from "./reference-check.ts";
import { closestName } from "./closest-name.ts";

/** After so many issues the rest of a resource is not looked at. */
export const issuesMax = 50;

/** A resource inside the one at hand whose type has no structure here. */
export interface ForeignResource {
  resourceType: string;
  trail: readonly (string | number)[];
}

export interface WalkResult {
  issues: OperationOutcomeIssue[];
  foreign: ForeignResource[];
}

export interface Walk {
  readonly definitions: CompiledDefinitions;
  readonly rootType: string;
  readonly trail: (string | number)[];
  readonly issues: OperationOutcomeIssue[];
  readonly foreign: ForeignResource[];
  container: Container;
}

/** Walks a resource once against the compiled definitions. Expects a value within `findBoundsFault`. */
export function walkResource(resource: JsonObject, spec: TypeSpec, definitions: CompiledDefinitions): WalkResult {
  const walk: Walk = {
    definitions,
    rootType: spec.name,
    trail: [],
    issues: [],
    foreign: [],
    container: collectContained(resource),
  };
  walkContainer(walk, resource, spec);
  return { issues: walk.issues, foreign: walk.foreign };
}

function walkContainer(walk: Walk, resource: JsonObject, spec: TypeSpec): void {
  walkObject(walk, resource, spec);
  for (const index of unreferencedContained(walk.container)) {
    report(
      walk,
      "invariant",
      "No reference leads to this contained resource (dom-3).",
      "Refer to it by # and its id, or remove it.",
      "contained",
      index,
    );
  }
}

function walkObject(walk: Walk, value: JsonObject, spec: TypeSpec): void {
  const issuesBefore = walk.issues.length;
  let known = 0;
  let choices: Map<string, string> | undefined;
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (child === undefined) continue;
    known += 1;
    if (key === "resourceType" && spec.isResource) continue;
    const isExtensionOfPrimitive = key.charCodeAt(0) === 95;
    const element = spec.elements.get(isExtensionOfPrimitive ? key.slice(1) : key);
    if (element === undefined || (isExtensionOfPrimitive && !element.isPrimitive)) {
      reportUnknown(walk, key, spec);
      continue;
    }
    if (element.choice !== undefined) {
      choices ??= new Map();
      const other = choices.get(element.choice);
      if (other !== undefined && other !== element.key)
        report(walk, "structure", `Only one of ${other} and ${element.key} may be given.`, "Keep one of them.", key);
      choices.set(element.choice, element.key);
    }
    if (isExtensionOfPrimitive) walkPrimitiveExtensions(walk, key, child, element, value[element.key]);
    else walkElement(walk, child, element, value);
    if (walk.issues.length >= issuesMax) return;
  }
  if (known === 0) report(walk, "structure", "The object is empty.", "Fill it, or leave the property out.");
  for (const required of spec.required) {
    if (!required.keys.some((key) => isGiven(value, key))) reportMissing(walk, required);
  }
  if (walk.issues.length > issuesBefore) return;
  for (const invariant of spec.invariants) {
    if (invariant.holds?.(value) === false)
      report(
        walk,
        "invariant",
        `This rule is broken: ${invariant.rule} (${invariant.key}).`,
        "Change the element so that the rule holds.",
      );
  }
}

function walkElement(walk: Walk, child: unknown, element: ElementSpec, owner: JsonObject): void {
  if (!element.isArray) {
    if (Array.isArray(child))
      return report(
        walk,
        "structure",
        `${element.key} takes one value, not a list.`,
        "Write the value without brackets.",
        element.key,
      );
    return walkValue(walk, child, element, element.key, undefined);
  }
  if (!Array.isArray(child))
    return report(
      walk,
      "structure",
      `${element.key} takes a list.`,
      "Write the value in brackets: [ ... ].",
      element.key,
    );
  if (child.length === 0)
    return report(walk, "structure", "The list is empty.", "Fill it, or leave the property out.", element.key);
  if (child.length > element.max)
    return report(
      walk,
      "structure",
      `${element.key} takes at most ${element.max} values.`,
      "Remove the others.",
      element.key,
    );
  for (let index = 0; index < child.length; index += 1) {
    const item: unknown = child[index];
    // Null holds the place of a primitive that has only an extension.
    if (item === null && element.isPrimitive && hasExtensionAt(owner, element.key, index)) continue;
    walkValue(walk, item, element, element.key, index);
    if (walk.issues.length >= issuesMax) return;
  }
}

function walkValue(walk: Walk, value: unknown, element: ElementSpec, key: string, index: number | undefined): void {
  if (element.isPrimitive) {
    const fault = checkPrimitive(value, element);
    if (fault !== undefined) report(walk, fault.code, fault.message, fault.fix, key, index);
    else if (addressTypes.has(element.type)) noteFragment(walk, value);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return report(
      walk,
      "structure",
      `${key} takes ${value === null ? "no null" : "an object"}.`,
      "Write an object: { ... }.",
      key,
      index,
    );
  }
  walk.trail.push(key);
  if (index !== undefined) walk.trail.push(index);
  if (element.spec === undefined) walkInnerResource(walk, value as JsonObject, key);
  else walkDatatype(walk, value as JsonObject, element, element.spec);
  walk.trail.length -= index === undefined ? 1 : 2;
}

/** An address may lead to a contained resource too (dom-3). */
const addressTypes: ReadonlySet<string> = new Set(["uri", "url", "canonical"]);

function noteFragment(walk: Walk, address: unknown): void {
  if (typeof address === "string" && address.startsWith("#")) walk.container.referenced.add(address.slice(1));
}

function walkDatatype(walk: Walk, value: JsonObject, element: ElementSpec, spec: TypeSpec): void {
  const issuesBefore = walk.issues.length;
  walkObject(walk, value, spec);
  if (walk.issues.length > issuesBefore) return;
  if (spec.name === "Reference") {
    const fault = checkReference(value, element.targets, walk.container, walk.definitions.resourceTypes);
    if (fault !== undefined) report(walk, fault.code, fault.message, fault.fix, "reference");
  }
  for (const invariant of element.invariants) {
    if (!spec.invariants.includes(invariant) && invariant.holds?.(value) === false) {
      report(
        walk,
        "invariant",
        `This rule is broken: ${invariant.rule} (${invariant.key}).`,
        "Change the element so that the rule holds.",
      );
    }
  }
}

/** `contained` shares the scope of its container; an entry of a Bundle has its own. */
function walkInnerResource(walk: Walk, resource: JsonObject, key: string): void {
  const resourceType = resource["resourceType"];
  if (typeof resourceType !== "string" || !walk.definitions.resourceTypes.has(resourceType)) {
    return report(
      walk,
      "structure",
      "resourceType is missing or no FHIR R4 resource type.",
      "Name the resource's type, for instance Patient.",
      "resourceType",
    );
  }
  const spec = walk.definitions.types.get(resourceType);
  if (spec === undefined) {
    walk.foreign.push({ resourceType, trail: [...walk.trail] });
    if (key === "contained") walk.container.holdsForeign = true;
    return;
  }
  if (key === "contained") return walkObject(walk, resource, spec);
  const outer = walk.container;
  walk.container = collectContained(resource);
  walkContainer(walk, resource, spec);
  walk.container = outer;
}

function walkPrimitiveExtensions(walk: Walk, key: string, child: unknown, element: ElementSpec, value: unknown): void {
  const spec = walk.definitions.types.get("Element");
  if (spec === undefined) throw new Error("the definitions lack Element");
  if (!element.isArray) {
    if (!isObject(child))
      return report(
        walk,
        "structure",
        `${key} takes an object with id or extension.`,
        "Write an object, or leave it out.",
        key,
      );
    return walkAt(walk, child, spec, key, undefined);
  }
  if (!Array.isArray(child) || child.length === 0)
    return report(walk, "structure", `${key} takes a list.`, "Write a list as long as that of the values.", key);
  if (Array.isArray(value) && value.length !== child.length)
    return report(
      walk,
      "structure",
      `${key} and ${element.key} must be of one length.`,
      "Fill the shorter list with null.",
      key,
    );
  child.forEach((item: unknown, index) => {
    if (item === null) {
      if (!Array.isArray(value))
        report(walk, "structure", "Neither a value nor an extension stands here.", "Remove the null.", key, index);
    } else if (isObject(item)) walkAt(walk, item, spec, key, index);
    else
      report(walk, "structure", `${key} takes objects with id or extension.`, "Write an object or null.", key, index);
  });
}

function walkAt(walk: Walk, value: JsonObject, spec: TypeSpec, key: string, index: number | undefined): void {
  walk.trail.push(key);
  if (index !== undefined) walk.trail.push(index);
  walkObject(walk, value, spec);
  walk.trail.length -= index === undefined ? 1 : 2;
}

function hasExtensionAt(owner: JsonObject, key: string, index: number): boolean {
  const extensions = Object.hasOwn(owner, `_${key}`) ? owner[`_${key}`] : undefined;
  return Array.isArray(extensions) && isObject(extensions[index]);
}

function isGiven(value: JsonObject, key: string): boolean {
  return (Object.hasOwn(value, key) && value[key] !== undefined) || Object.hasOwn(value, `_${key}`);
}

function reportMissing(walk: Walk, required: { name: string; keys: readonly string[] }): void {
  const alternatives = required.keys.length > 1 ? `one of ${required.keys.slice(0, 6).join(", ")}` : required.name;
  report(
    walk,
    "required",
    `${required.name} is missing.`,
    `Add ${alternatives}.`,
    required.keys.length > 1 ? undefined : required.name,
  );
}

function reportUnknown(walk: Walk, key: string, spec: TypeSpec): void {
  if (!isShowableName(key))
    return report(walk, "structure", `${spec.name} has a property whose name FHIR does not know.`, "Remove it.");
  const near = closestName(key, spec.elements.keys());
  report(
    walk,
    "structure",
    `${spec.name} has no property ${key}.`,
    near === undefined ? "Remove it." : `Did you mean ${near}?`,
    key,
  );
}

function report(walk: Walk, code: IssueCode, message: string, fix: string, key?: string, index?: number): void {
  if (walk.issues.length >= issuesMax) return;
  const trail = [...walk.trail, ...(key === undefined ? [] : [key]), ...(index === undefined ? [] : [index])];
  walk.issues.push(createIssue(code, walk.rootType, trail, message, fix));
}
