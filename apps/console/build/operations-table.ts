import { operations } from "@hilum/contract/api";
import type { Plugin } from "vite";

const name = "virtual:hilum-operations";

/**
 * Gives the console what it needs to know about each operation (where it is, who may call it) as plain data, without
 * the schemas and the library that builds them: those would take a quarter of the first route's budget.
 */
export function operationsTable(): Plugin {
  return {
    name: "hilum-operations",
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) => (id === `\0${name}` ? `export const table = ${JSON.stringify(operationFacts())};` : null),
  };
}

function operationFacts(): Record<string, unknown> {
  return Object.fromEntries(
    operations.map((operation) => [
      operation.id,
      {
        method: operation.method,
        path: operation.path,
        summary: operation.summary,
        access: operation.access,
        ...("bodyType" in operation && { bytes: true }),
        ...("produces" in operation && { produces: operation.produces }),
      },
    ]),
  );
}
