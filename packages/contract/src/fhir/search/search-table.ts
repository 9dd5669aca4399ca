/** How a search parameter compares (FHIR R4 search.html). */
export type SearchKind = "token" | "string" | "date" | "reference" | "uri" | "quantity";

/** One place of a resource that a parameter looks at. */
export interface SearchPath {
  /** JSON properties from the resource down, with dots; lists are gone through. */
  at: string;
  /** FHIR type of what stands there. */
  of: string;
  /** ContactPoint.system that it must have, or the type that a Reference must lead to. */
  only?: string;
  /** Systems that a `code` there is bound to. */
  systems?: readonly string[];
}

export interface SearchParameterSpec {
  kind: SearchKind;
  paths: readonly SearchPath[];
  /** The parameter whose index terms hold those of this one too; absent where it has its own. */
  within?: string;
  /** Types that its references may lead to; absent where any may stand, or there are none. */
  targets?: readonly string[];
  /** At most one value stands there. */
  single?: true;
  /** Canonical address of the official SearchParameter. */
  url: string;
}

export interface SearchTypeSpec {
  parameters: Readonly<Record<string, SearchParameterSpec>>;
  /** Parameters that put a resource of this type into a patient's compartment. */
  compartment: readonly string[];
  /** Properties that `_summary=true` keeps. */
  summary: readonly string[];
  /** Properties that every resource of this type has. */
  mandatory: readonly string[];
}

export interface SearchTable {
  /** Parameters of every type: those that begin with `_` and are indexed. */
  common: Readonly<Record<string, SearchParameterSpec>>;
  types: Readonly<Record<string, SearchTypeSpec>>;
}
