export { ApiProblem, isApiProblem, type ApiProblemFields, type ClientFailure } from "./api-problem.ts";
export type { components, operations, paths } from "./api.gen.ts";
export { createHilumClient, type HilumClient, type HilumClientOptions } from "./hilum-client.ts";
