export { capabilityStatement, type CapabilityOptions } from "./capability-statement.ts";
export { narrowResource } from "./narrow-resource.ts";
export { parseSearch } from "./parse-search.ts";
export type { ParsedSearch, SearchInclude, SearchLimits, SearchSort } from "./parsed-search.ts";
export { patientsOf } from "./patients-of.ts";
export { referencesOf } from "./references-of.ts";
export { searchTable } from "./search-parameters.gen.ts";
export { sortKeyOf } from "./sort-key.ts";
export { termsOf } from "./terms-of.ts";
