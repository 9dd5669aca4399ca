import { HilumError, type Problem } from "@hilum/contract";
import type { RecordRef } from "@hilum/store";
import { isCarried } from "./carried-types.ts";
import type { Resource } from "./records-service.ts";

/** A literal reference inside a resource, with the JSON pointer to it. */
export interface FoundReference extends RecordRef {
  pointer: string;
}

/** A record that may be referred to: stored, or written by the same transaction. */
export interface Target {
  patients: readonly string[];
}

const literal = /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const condition = /^([A-Z][A-Za-z]{1,63})\?(.+)$/;

/** `Patient/1` or `Patient/1/_history/2`; undefined for what leads elsewhere. */
export function parseReference(text: string): RecordRef | undefined {
  const [, type, id] = literal.exec(text) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id };
}

/** `Practitioner?identifier=...`, as a transaction may have it (R4 section 3.1.0.11.2). */
export function parseConditional(text: string): { type: string; query: string } | undefined {
  const [, type, query] = condition.exec(text) ?? [];
  return type === undefined || query === undefined ? undefined : { type, query };
}

/** Relative references to records of types that are carried; each once, with the first place that holds it. */
export function referencesIn(resource: unknown): FoundReference[] {
  const found = new Map<string, FoundReference>();
  visitReferences(resource, "", (text, pointer) => {
    const ref = parseReference(text);
    if (ref === undefined || !isCarried(ref.type)) return;
    const name = `${ref.type}/${ref.id}`;
    if (!found.has(name)) found.set(name, { ...ref, pointer });
  });
  return [...found.values()];
}

/** References that are searches for records of types that are carried: nobody has resolved them. */
export function conditionsIn(resource: unknown): { text: string; pointer: string }[] {
  const found: { text: string; pointer: string }[] = [];
  visitReferences(resource, "", (text, pointer) => {
    const type = parseConditional(text)?.type;
    if (type !== undefined && isCarried(type)) found.push({ text, pointer });
  });
  return found;
}

/** Calls `visit` with each `Reference.reference`, and each address of an attachment. */
export function visitReferences(value: unknown, pointer: string, visit: (text: string, pointer: string) => void): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visitReferences(item, `${pointer}/${index}`, visit);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member !== "string") visitReferences(member, `${pointer}/${key}`, visit);
    else if (key === "reference" || (key === "url" && member.startsWith("Binary/"))) visit(member, `${pointer}/${key}`);
  }
}

export interface ReferenceRules {
  /** The targets that are there. */
  known: ReadonlyMap<string, Target>;
  /** References that the version before had already: they are not judged again. */
  before: ReadonlySet<string>;
  /** Ids of the patients that the resource is about. */
  own: readonly string[];
  /** Where the resource stands in the request. */
  at: string;
}

/**
 * Refuses references that lead nowhere, and those to a record that is about other patients than the resource is: what is
 * filed under one patient must not lead to another's data. Throws `record.invalid`.
 */
export function judgeReferences(resource: Resource, { known, before, own, at }: ReferenceRules): void {
  const problems = conditionsIn(resource)
    .filter(({ text }) => !before.has(text))
    .map(({ pointer }) => unresolved(at + pointer));
  const leading = referencesIn(resource).flatMap(({ type, id, pointer }): Problem[] => {
    const name = `${type}/${id}`;
    if (before.has(name)) return [];
    const target = known.get(name);
    if (target === undefined) return [nowhere(at + pointer, type)];
    const foreign = own.length > 0 && target.patients.length > 0 && !target.patients.some((one) => own.includes(one));
    return foreign ? [elsewhere(at + pointer, type)] : [];
  });
  const all = [...problems, ...leading];
  if (all.length > 0) throw referencesInvalid(all);
}

/** What is found by a condition is resolved before it is written; else the record would be about nobody, and open to whom its patient is not. */
const unresolved = (pointer: string): Problem => ({
  pointer,
  message: "A reference by a search is resolved within a transaction alone.",
  fix: "Write it as Type/id, or send the record in a transaction.",
});

const nowhere = (pointer: string, type: string): Problem => ({
  pointer,
  message: `There is no such ${type} here.`,
  fix: `Store the ${type} first, or send both in one transaction.`,
});

const elsewhere = (pointer: string, type: string): Problem => ({
  pointer,
  message: `This ${type} is about another patient than the resource.`,
  fix: "Refer to a record of the same patient, or correct whom the resource is about.",
});

const referencesInvalid = (problems: readonly Problem[]): HilumError =>
  new HilumError("record.invalid", {
    detail: `${problems.length === 1 ? "A reference does" : `${problems.length} references do`} not hold.`,
    problems,
  });
