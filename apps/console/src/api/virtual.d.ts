declare module "virtual:hilum-operations" {
  /** Method, path and callers of every operation, by its id; made from the contract at build time. */
  export const table: Record<string, import("./operation-facts.ts").OperationFacts>;
}
