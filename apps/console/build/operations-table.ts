import { operations } from "@hilum/contract/api";
import type { Plugin } from "vite";

const tableName = "virtual:hilum-operations";
const summariesName = "virtual:hilum-summaries";

/**
 * Gives the console what it needs to know about each operation (where it is, who may call it) as plain data, without
 * the schemas and the library that builds them: those would take a quarter of the first route's budget. What each does
 * in words is a module of its own, for those who show it.
 */
export function operationsTable(): Plugin {
  return {
    name: "hilum-operations",
    resolveId: (id) => (id === tableName || id === summariesName ? `\0${id}` : null),
    load(id) {
      if (id === `\0${tableName}`) return `export const table = ${JSON.stringify(operationFacts())};`;
      if (id === `\0${summariesName}`) return `export const summaries = ${JSON.stringify(summaries())};`;
      return null;
    },
  };
}

const summaries = (): Record<string, string> => Object.fromEntries(operations.map(({ id, summary }) => [id, summary]));

function operationFacts(): Record<string, unknown> {
  return Object.fromEntries(
    operations.map((operation) => [
      operation.id,
      {
        method: operation.method,
        path: operation.path,
        access: operation.access,
        ...("bodyType" in operation && { bytes: true }),
        ...("produces" in operation && { produces: operation.produces }),
      },
    ]),
  );
}
