import type { RecordRow } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { orderRows } from "./order-rows.ts";

const row = (type: string, id: string, content?: object): RecordRow => ({
  ...{ type, id, version: 1, at: "2026-03-02T08:00:00.000Z", by: "user:ana", patients: [], hold: false, seq: 0 },
  ...(content === undefined ? {} : { resource: JSON.stringify({ resourceType: type, id, ...content }) }),
});
const named = (rows: readonly RecordRow[]): string[][] =>
  orderRows(rows).map((group) => group.map(({ type, id }) => `${type}/${id}`));

describe("the order of a transaction's rows", () => {
  it("has what is named before what names it, and deletions last", () => {
    const rows = [
      row("Organization", "gone"),
      row("Observation", "o", { subject: { reference: "Patient/p" }, performer: [{ reference: "Organization/c" }] }),
      row("Patient", "p", { managingOrganization: { reference: "Organization/c" } }),
      row("Organization", "c", {}),
      row("Patient", "alone", { managingOrganization: { reference: "Organization/elsewhere" } }),
    ];
    expect(named(rows)).toEqual([
      ["Organization/c", "Patient/alone"],
      ["Patient/p"],
      ["Observation/o"],
      ["Organization/gone"],
    ]);
  });

  it("lets those that name each other, or themselves, go together", () => {
    const rows = [
      row("Organization", "self", { partOf: { reference: "Organization/self" } }),
      row("Task", "a", { partOf: [{ reference: "Task/b" }] }),
      row("Task", "b", { partOf: [{ reference: "Task/a" }] }),
    ];
    expect(named(rows)).toEqual([["Organization/self"], ["Task/a", "Task/b"]]);
  });
});
