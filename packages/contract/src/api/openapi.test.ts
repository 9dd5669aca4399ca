import { expect, it } from "vitest";
import { buildOpenApi, operations } from "./index.ts";

interface Described {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  security: unknown[];
}
const document = JSON.parse(JSON.stringify(buildOpenApi())) as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, unknown> };
};
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, at: `${method.toUpperCase()} ${path}` })),
);

it("describes every operation once, under its own id, method and path", () => {
  const seen = described.map(({ operationId, at }) => `${operationId} ${at}`).toSorted();
  expect(seen).toEqual(operations.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted());
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

it("names exactly the parameters that a path has, as required", () => {
  for (const { at, parameters = [] } of described) {
    const inPath = [...at.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    const named = parameters.filter((parameter) => parameter.in === "path");
    expect(named.map(({ name }) => name).toSorted(), at).toEqual(inPath.toSorted());
    expect(
      named.every(({ required }) => required),
      at,
    ).toBe(true);
  }
});

it("refers only to schemas that it has, and has none that nothing refers to", () => {
  const refs = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    (match) => match[1] ?? "",
  );
  expect([...new Set(refs)].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
});

it("asks for a credential wherever the operation is not public", () => {
  const open = described.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
  const byDesign = operations.filter(({ access }) => access === "public").map(({ id }) => id);
  expect(open.toSorted()).toEqual(byDesign.toSorted());
});
