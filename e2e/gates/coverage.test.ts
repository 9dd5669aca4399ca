import { defineOperation, type OperationSpec } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { judgeCoverage, measureCoverage } from "./coverage.ts";

const operation = (id: string, console: OperationSpec["console"]): OperationSpec =>
  defineOperation({
    id,
    method: "GET",
    path: `/api/v1/${id}`,
    tag: "test",
    summary: id,
    access: "public",
    console,
    audit: "denials",
    responses: { 200: null },
  });
const screen = operation("listThings", { screen: "/things" });
const probe = operation("getProbe", { exempt: "asked by machines alone" });
const planted = operation("unreachableThing", { screen: "/nowhere" });

const kept = measureCoverage([screen, probe], new Set(["listThings"]));

it("is content when every operation is reached or exempt", () => {
  expect(judgeCoverage([screen, probe], kept, kept)).toEqual([]);
});

it("finds a planted operation that no screen reaches", () => {
  const operations = [screen, probe, planted];
  const now = measureCoverage(operations, new Set(["listThings"]));
  expect(judgeCoverage(operations, now, kept)).toEqual([
    "unreachableThing has no screen that reaches it and no exemption",
  ]);
});

it("lets what the ledger lists as missing pass, but never something that was covered", () => {
  const operations = [screen, probe, planted];
  const now = measureCoverage(operations, new Set());
  expect(judgeCoverage(operations, now, { ...kept, missing: ["unreachableThing", "listThings"] })).toContain(
    "listThings was reached from the console before and is not now",
  );
});

it("finds an exemption that the ledger does not know", () => {
  const operations = [
    screen,
    operation("getProbe", { exempt: "asked by machines alone" }),
    operation("other", { exempt: "nobody needs this one" }),
  ];
  expect(judgeCoverage(operations, measureCoverage(operations, new Set(["listThings"])), kept)).toHaveLength(1);
});

it("fails closed when no operation is loaded", () => {
  expect(judgeCoverage([], measureCoverage([], new Set()), kept)).toEqual([
    "no operation was loaded, so nothing can be said",
  ]);
});
