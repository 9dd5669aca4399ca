import { buildOpenApi } from "@hilum/contract/api";
import type { Generator } from "./generate-files.ts";

export const apiDescription: Generator = {
  name: "API description",
  generate: async () => [{ path: "docs/reference/openapi.json", content: renderApiDescription() }],
};

export function renderApiDescription(): string {
  return `${JSON.stringify(buildOpenApi(), undefined, 2)}\n`;
}
