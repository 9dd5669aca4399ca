/** A search as a caller wrote it, read and ready to be asked of a store. */
export interface ParsedSearch {
  type: string;
  /**
   * An AND of ORs of index terms (`termsOf`). Whoever matches the search has a term of each group; not everybody who has
   * them matches it, so `matches` decides on the opened resource. Empty: the index narrows nothing.
   */
  groups: readonly (readonly string[])[];
  /** From `_id`; an empty list matches nothing. */
  ids?: readonly string[];
  /** From `_lastUpdated`, RFC 3339 in UTC: from this moment on. */
  updatedFrom?: string;
  /** Before this moment. */
  updatedBefore?: string;
  /** At most so many to a page. 0 asks for the total alone. */
  count: number;
  sort: SearchSort;
  includes: readonly SearchInclude[];
  revincludes: readonly SearchInclude[];
  summary: "false" | "true" | "text" | "data" | "count";
  /** From `_elements`: names of top-level elements. */
  elements?: readonly string[];
  total: "none" | "estimate" | "accurate";
  /** True where the resource itself is what was searched for: exact, and never wider than `groups`. */
  matches(resource: unknown): boolean;
}

/** `_lastUpdated` and `_id` are orders of a store; by a date of the content a caller sorts with `sortKeyOf`. */
export interface SearchSort {
  parameter: string;
  descending: boolean;
}

/** `Source:parameter:Target` of `_include` and `_revinclude`. */
export interface SearchInclude {
  source: string;
  parameter: string;
  target?: string;
}

export interface SearchLimits {
  /** Default 20. */
  criteriaMax?: number;
  /** Values after each other with commas in one criterion. Default 50. */
  valuesMax?: number;
  /** Default 50. */
  countDefault?: number;
  /** A larger `_count` is cut to it. Default 500. */
  countMax?: number;
  /** Address that the records have here, for instance `https://clinic.example/fhir/R4`: such absolute references are read as relative ones. */
  baseUrl?: string;
}
