import { nodesOfValue } from "./date-terms.ts";
import { foldedWords, prefixCharsMax, prefixMinOf } from "./folded-words.ts";
import { parametersOf, type Route, type SearchParameterPlan } from "./search-plan.ts";
import type { SearchKind } from "./search-table.ts";
import { asObject } from "../json-object.ts";
import { piecesOf, rangeOf, referenceOf, tokensOf, type TokenValue } from "./search-values.ts";

/** Takes the terms of one value into the set. */
type Take = (value: unknown, terms: Set<string>) => void;

/** The paths of all parameters of a type, grown together, so that a resource is walked once. */
interface Branch {
  children: Map<string, Branch>;
  takes: Take[];
}

const trees = new Map<string, Branch | undefined>();

/**
 * The index terms of a valid resource, each once: `identifier|http://x|12`, `identifier||12`, `name^smi`,
 * `birthdate@1970-03`, `subject>Patient/1`. They are plain text and hold PHI; a store keeps keyed hashes of them. No terms
 * for a type that is not carried.
 */
export function termsOf(resource: unknown): string[] {
  const type = asObject(resource)?.["resourceType"];
  if (typeof type !== "string") return [];
  if (!trees.has(type)) trees.set(type, treeOf(type));
  const tree = trees.get(type);
  const terms = new Set<string>();
  if (tree !== undefined) walk(resource, tree, terms);
  return [...terms];
}

function walk(value: unknown, branch: Branch, terms: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) walk(item, branch, terms);
    return;
  }
  if (value === undefined || value === null) return;
  for (const take of branch.takes) take(value, terms);
  if (branch.children.size === 0 || typeof value !== "object") return;
  for (const [key, child] of branch.children) {
    const next = (value as Record<string, unknown>)[key];
    if (next !== undefined) walk(next, child, terms);
  }
}

function treeOf(type: string): Branch | undefined {
  const parameters = parametersOf(type);
  if (parameters === undefined) return undefined;
  const tree = createBranch();
  for (const parameter of parameters.values()) {
    if (parameter.within !== undefined) continue;
    for (const route of parameter.routes) growTo(tree, route.steps).takes.push(takeOf(parameter, route));
  }
  return tree;
}

function growTo(tree: Branch, steps: readonly string[]): Branch {
  let branch = tree;
  for (const step of steps) {
    const child = branch.children.get(step) ?? createBranch();
    branch.children.set(step, child);
    branch = child;
  }
  return branch;
}

function createBranch(): Branch {
  return { children: new Map(), takes: [] };
}

function takeOf({ family, kind }: SearchParameterPlan, route: Route): Take {
  return takes[kind](family, route);
}

const takes: Readonly<Record<SearchKind, (family: string, route: Route) => Take>> = {
  token:
    (family, { of }) =>
    (value, terms) => {
      for (const token of tokensOf(value, of)) addToken(`${family}|`, token, terms);
    },
  string:
    (family, { of }) =>
    (value, terms) => {
      for (const piece of piecesOf(value, of)) addWords(family, piece, terms);
    },
  date: (family) => (value, terms) => {
    const range = rangeOf(value);
    if (range !== undefined) for (const node of nodesOfValue(range)) terms.add(`${family}@${node}`);
  },
  reference: (family) => (value, terms) => {
    if (typeof value === "string") return addAddress(family, value, terms);
    const object = asObject(value);
    const target = referenceOf(object?.["reference"]);
    if (target !== undefined) terms.add(`${family}>${target}`);
    for (const token of tokensOf(object?.["identifier"], "Identifier")) addToken(`${family}>|`, token, terms);
  },
  uri: (family) => (value, terms) => {
    if (typeof value === "string") addAddress(family, value, terms);
  },
  quantity: (family) => (value, terms) => {
    const quantity = asObject(value);
    if (quantity === undefined) return;
    terms.add(`${family}*`);
    const { system, code, unit } = quantity;
    if (typeof code === "string")
      addToken(`${family}|`, typeof system === "string" ? { system, code } : { code }, terms);
    if (typeof unit === "string") terms.add(`${family}||${unit}`);
  },
};

function addToken(stem: string, { system, code }: TokenValue, terms: Set<string>): void {
  terms.add(`${stem}|${code}`);
  if (system !== undefined) terms.add(`${stem}${system}|${code}`);
}

/** A canonical address stands there with its version and without. */
function addAddress(family: string, address: string, terms: Set<string>): void {
  terms.add(`${family}>${address}`);
  const bar = address.indexOf("|");
  if (bar > 0) terms.add(`${family}>${address.slice(0, bar)}`);
}

function addWords(family: string, text: string, terms: Set<string>): void {
  for (const word of foldedWords(text)) {
    const min = prefixMinOf(word);
    if (word.length < min) terms.add(`${family}=${word}`);
    for (let length = min; length <= Math.min(word.length, prefixCharsMax); length += 1)
      terms.add(`${family}^${word.slice(0, length)}`);
  }
}
