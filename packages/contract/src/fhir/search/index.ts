export { parseSearch } from "./parse-search.ts";
export type { ParsedSearch, SearchInclude, SearchLimits, SearchSort } from "./parsed-search.ts";
export { patientsOf } from "./patients-of.ts";
export { termsOf } from "./terms-of.ts";
