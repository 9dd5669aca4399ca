export type { Case, Knowledge } from "./case.ts";
export { cases, judge, skipOf, type Verdict } from "./cases.ts";
export { FetchFailure, startPlugin, type PluginProcess, type Subject } from "./plugin-process.ts";
export { startCommand, type Program } from "./program.ts";
export { readDestinations } from "./read-destinations.ts";
export { runCases, type RunCasesOptions } from "./run-cases.ts";
export { standInFetch } from "./stand-in-fetch.ts";
