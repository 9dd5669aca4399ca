import type { AuditEntry } from "@hilum/audit";
import { loadValidator } from "@hilum/contract/fhir";
import { describe, expect, it } from "vitest";
import { toAuditEvent } from "./audit-event.ts";

const entry: AuditEntry = {
  ...{ v: 1, at: "2026-03-02T08:00:00.000Z", mono: 1, boot: "b", kind: "outcome", call: "c1" },
  ...{ actor: "user:ana", action: "readUnderGlass", purpose: "ETREAT", outcome: "ok" },
  ...{ resource: "Observation", ref: "k3yed-hash" },
};
const event = (change: Partial<AuditEntry> = {}) => toAuditEvent(7, { ...entry, ...change });

describe("toAuditEvent", () => {
  it.each([
    {},
    { action: "openGlass", detail: { event: "emergency_override_started" } },
    { action: "messages.send", actor: "system:dispatcher", plugin: "org.example.sms", instance: "default" },
    { kind: "note" as const, decision: "deny" as const, reason: "request.forbidden", purpose: "HOPERAT" },
    { actor: "plugin:a.b/default", via: "user:ana", outcome: "timeout" },
  ])("is an AuditEvent that a validator accepts: %j", async (change) => {
    const validator = await loadValidator("layered");
    expect(validator.validateResource(event(change))).toEqual([]);
  });

  it("says of a broken glass that it is an emergency override, in DICOM's codes", () => {
    for (const [name, code] of [
      ["emergency_override_started", "110127"],
      ["emergency_override_stopped", "110138"],
    ])
      expect(event({ action: "openGlass", detail: { event: name ?? "" } })).toMatchObject({
        ...{ type: { code: "110113" }, subtype: [{ code }, { code: "openGlass" }] },
        purposeOfEvent: [{ coding: [{ code: "ETREAT" }] }],
      });
  });

  it("says of a message and an export that something was disclosed", () => {
    for (const action of ["messages.send", "downloadExport"])
      expect(event({ action })).toMatchObject({
        type: { code: "110106" },
        subtype: [{ code: "disclose" }, { code: action }],
      });
  });

  it("tells reading, creating, changing and deleting apart, and success, refusal and failure", () => {
    const letters = ["getMessage", "records.search", "createVendor", "saveSettings", "removePlugin", "sendMessage"];
    expect(letters.map((action) => event({ action })).map((one) => (one as { action: string }).action)).toEqual([
      ...["R", "R", "C", "U", "D", "E"],
    ]);
    expect(event({ decision: "deny", reason: "consent.denied" })).toMatchObject({
      outcome: "4",
      outcomeDesc: "consent.denied",
    });
    expect(event({ outcome: "timeout" })).toMatchObject({ outcome: "8", outcomeDesc: "timeout" });
  });

  it("leaves an intent to its outcome", () => {
    expect(event({ kind: "intent" })).toBeUndefined();
  });
});
