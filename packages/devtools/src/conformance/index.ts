export type { Case, Knowledge } from "./case.ts";
export { cases, judge, skipOf, type Verdict } from "./cases.ts";
export { startPlugin, type PluginProcess, type Subject } from "./plugin-process.ts";
export { startCommand, type Program } from "./program.ts";
export { knowledgeOf, readDestinations, readManifest } from "./read-manifest.ts";
export { runCases, type RunCasesOptions } from "./run-cases.ts";
export { FetchFailure } from "./stand-in-host.ts";
export { standInFetch } from "./stand-in-fetch.ts";
