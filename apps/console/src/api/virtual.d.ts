declare module "virtual:hilum-operations" {
  import type { OperationFacts } from "./operation-facts.ts";

  /** Method, path and callers of every operation, by its id; made from the contract at build time. */
  export const table: Record<string, OperationFacts>;
}

declare module "virtual:hilum-summaries" {
  /** What every operation does, in a sentence, by its id; made from the contract at build time. */
  export const summaries: Record<string, string>;
}
