import type { RecordRow, Records } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { createConsents } from "./consents.ts";

const now = new Date("2026-03-02T08:00:00.000Z");
const permit = {
  ...{ resourceType: "Consent", status: "active", patient: { reference: "Patient/p1" } },
  scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
  category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
  provision: { type: "permit" },
};

function consentsOf(count: number, more: boolean) {
  const row = (at: number) => ({ type: "Consent", id: `c${at}`, resource: JSON.stringify(permit) }) as RecordRow;
  const page = { rows: Array.from({ length: count }, (_, at) => row(at)), ...(more ? { next: "there is more" } : {}) };
  const records: Pick<Records, "search"> = { search: () => Promise.resolve(page) };
  return createConsents({ records });
}
const asked = [{ type: "Observation", patients: ["p1"], resource: {} }];

describe("consents of a patient", () => {
  it("let go what they permit", async () => {
    const [decision] = await consentsOf(200, false).decide({ crossing: "read", purpose: "TREAT" }, asked, now);
    expect(decision).toMatchObject({ allow: true });
  });

  it("threat 61: let nothing go where they are too many to be looked at: one that refuses may be among the others", async () => {
    const [decision] = await consentsOf(200, true).decide({ crossing: "read", purpose: "TREAT" }, asked, now);
    expect(decision).toEqual({ allow: false, reason: "decision.failed" });
  });
});
