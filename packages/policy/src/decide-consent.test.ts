import { purposeCodes } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consentTermsOf, isPart2, type ConsentTerms } from "./consent-terms.ts";
import { decideConsent, isInForce, type ConsentQuestion } from "./decide-consent.ts";

const now = Date.parse("2026-03-02T12:00:00.000Z");
const sending: ConsentQuestion = {
  ...{ crossing: "send", purpose: "TREAT", toPatient: false, recipients: ["Organization/lab"] },
  ...{ type: "DocumentReference", labels: [], part2: false, consents: [], now },
};
const coding = (code: string) => ({ coding: [{ code }] });
const consent = (provision: object, more: object = {}): ConsentTerms => {
  const terms = consentTermsOf({ resourceType: "Consent", id: "c1", status: "active", provision, ...more });
  if (terms === undefined) throw new Error("the consent says nothing");
  return terms;
};
const permitPart2 = consent({ type: "permit" }, { policyRule: coding("42CFRPart2") });

describe("decideConsent", () => {
  it("lets treatment, payment and operations go without a consent, and research not", () => {
    expect(decideConsent(sending)).toEqual({ allow: true, because: "treatment", notice: false });
    expect(decideConsent({ ...sending, purpose: "HPAYMT" })).toMatchObject({ allow: true, because: "no_rule" });
    expect(decideConsent({ ...sending, purpose: "HRESCH" })).toEqual({ allow: false, reason: "consent.denied" });
    const research = consent({ type: "permit", purpose: [{ code: "HRESCH" }] });
    expect(decideConsent({ ...sending, purpose: "HRESCH", consents: [research] })).toEqual({
      ...{ allow: true, because: "consent", consent: "c1", notice: false },
    });
  });

  it("refuses what the patient refuses, by purpose, recipient, type, label and time, and nothing else", () => {
    const denies = (provision: object, question: Partial<ConsentQuestion> = {}) =>
      !decideConsent({ ...sending, ...question, consents: [consent({ type: "deny", ...provision })] }).allow;
    expect(denies({})).toBe(true);
    expect(denies({ purpose: [{ code: "TREAT" }] })).toBe(true);
    expect(denies({ purpose: [{ code: "HPAYMT" }] })).toBe(false);
    expect(denies({ purpose: [{ code: "HOPERAT" }] }, { purpose: "HCOMPL" })).toBe(true);
    const lab = { actor: [{ role: coding("PRCP"), reference: { reference: "Organization/lab" } }] };
    expect(denies(lab)).toBe(true);
    expect(denies(lab, { recipients: ["Organization/other"] })).toBe(false);
    expect(denies(lab, { recipients: [] })).toBe(true);
    expect(denies({ class: [{ code: "Observation" }] })).toBe(false);
    expect(denies({ class: [{ code: "http://hl7.org/fhir/StructureDefinition/DocumentReference" }] })).toBe(true);
    expect(denies({ securityLabel: [{ code: "PSY" }] })).toBe(false);
    expect(denies({ securityLabel: [{ code: "PSY" }] }, { labels: ["PSY"] })).toBe(true);
    expect(denies({ period: { end: "2026-03-01" } })).toBe(false);
    expect(denies({ period: { start: "2026-03-02", end: "2026-03-02" } })).toBe(true);
    expect(denies({ action: [coding("disclose")] })).toBe(true);
    expect(denies({ action: [coding("collect")] })).toBe(false);
    expect(denies({ action: [coding("disclose")] }, { crossing: "read" })).toBe(false);
    expect(denies({ code: [coding("34133-9")] })).toBe(true);
  });

  it("follows the exceptions of a provision, and takes the refusal where they contradict each other", () => {
    const lab = { actor: [{ reference: { reference: "Organization/lab" } }] };
    const except = consent({ type: "permit", provision: [{ type: "deny", ...lab }] });
    expect(decideConsent({ ...sending, consents: [except] }).allow).toBe(false);
    expect(decideConsent({ ...sending, recipients: ["Organization/x"], consents: [except] })).toMatchObject({
      because: "consent",
    });
    const torn = consent({ type: "deny", provision: [{ type: "permit" }, { type: "deny", ...lab }] });
    expect(decideConsent({ ...sending, consents: [torn] }).allow).toBe(false);
    const optOut = consent({ provision: [{ type: "permit", ...lab }] }, { policyRule: coding("OPTOUT") });
    expect(decideConsent({ ...sending, consents: [optOut] })).toMatchObject({ because: "consent" });
    expect(decideConsent({ ...sending, recipients: ["Organization/x"], consents: [optOut] }).allow).toBe(false);
    const partly = consent({ type: "permit", dataPeriod: {}, provision: [{ type: "deny", ...lab }] });
    expect(decideConsent({ ...sending, consents: [partly] }).allow).toBe(false);
  });

  it("threat 69: refuses records under 42 CFR part 2 without a consent that speaks of them, at reads too", () => {
    const protectedRecord = { ...sending, part2: true };
    expect(decideConsent(protectedRecord)).toEqual({ allow: false, reason: "consent.part2" });
    expect(decideConsent({ ...protectedRecord, crossing: "read" })).toMatchObject({ reason: "consent.part2" });
    expect(decideConsent({ ...protectedRecord, consents: [consent({ type: "permit" })] }).allow).toBe(false);
    expect(decideConsent({ ...protectedRecord, consents: [permitPart2] })).toEqual({
      ...{ allow: true, because: "consent", consent: "c1", notice: true },
    });
    expect(decideConsent({ ...protectedRecord, crossing: "read", consents: [permitPart2] })).toMatchObject({
      notice: false,
    });
    const withdrawn = { resourceType: "Consent", id: "c1", status: "inactive", provision: { type: "permit" } };
    expect(consentTermsOf(withdrawn)).toBeUndefined();
  });

  it("gives nothing under part 2 to proceedings, whatever was consented to", () => {
    for (const crossing of ["read", "send"] as const)
      expect(
        decideConsent({
          ...sending,
          crossing,
          part2: true,
          purpose: "HLEGAL",
          toPatient: true,
          consents: [permitPart2],
        }),
      ).toEqual({ allow: false, reason: "consent.proceedings" });
  });

  it("lets an emergency and the patients themselves pass", () => {
    const no = consent({ type: "deny" });
    expect(decideConsent({ ...sending, part2: true, purpose: "ETREAT", consents: [no] })).toEqual({
      ...{ allow: true, because: "emergency", notice: true },
    });
    expect(decideConsent({ ...sending, part2: true, toPatient: true, consents: [no] })).toEqual({
      ...{ allow: true, because: "own_request", notice: false },
    });
  });

  it("threat 61: denies when deciding fails", () => {
    const failed = { allow: false, reason: "decision.failed" };
    expect(decideConsent({ ...sending, now: Number.NaN })).toEqual(failed);
    expect(decideConsent({ ...sending, consents: undefined as never })).toEqual(failed);
    const never = consent({ type: "permit", period: { start: "not a time" } });
    expect(decideConsent({ ...sending, consents: [never] })).toEqual(failed);
    expect(decideConsent({ ...sending, part2: undefined as never }).allow).toBe(false);
  });

  it("never lets a protected record go without a permission, an emergency or the patient", () => {
    const provision = fc.letrec((tie) => ({
      any: fc.record(
        {
          type: fc.constantFrom("permit", "deny"),
          purpose: fc.array(fc.record({ code: fc.constantFrom(...purposeCodes) }), { maxLength: 2 }),
          class: fc.array(fc.record({ code: fc.constantFrom("Observation", "DocumentReference") }), { maxLength: 2 }),
          period: fc.record({ end: fc.constantFrom("2026-01-01", "2026-12-31") }),
          dataPeriod: fc.constant({}),
          provision: fc.array(tie("any"), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    })).any;
    const anyConsent = fc
      .record({ provision, policy: fc.constantFrom("OPTIN", "OPTOUT", "42CFRPart2", "x") })
      .map(({ provision: given, policy }) =>
        consentTermsOf({
          ...{ resourceType: "Consent", id: "c", status: "active", provision: given, policyRule: coding(policy) },
        }),
      );
    fc.assert(
      fc.property(
        fc.array(anyConsent, { maxLength: 3 }),
        fc.constantFrom(...purposeCodes),
        fc.constantFrom("read" as const, "send" as const),
        fc.boolean(),
        (given, purpose, crossing, toPatient) => {
          const consents = given.filter((terms) => terms !== undefined);
          const decision = decideConsent({ ...sending, part2: true, purpose, crossing, toPatient, consents });
          if (!decision.allow) return true;
          if (purpose === "HLEGAL") return false;
          if (decision.because === "own_request") return toPatient;
          if (decision.because === "emergency") return purpose === "ETREAT";
          return decision.because === "consent" && consents.some(({ part2 }) => part2);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("consentTermsOf", () => {
  it("reads nothing from what is no active consent or says neither yes nor no", () => {
    for (const none of [undefined, null, [], "x", {}, { resourceType: "Consent", id: "c", status: "active" }])
      expect(consentTermsOf(none)).toBeUndefined();
    const silent = { resourceType: "Consent", id: "c", status: "active", provision: { period: {} } };
    expect(consentTermsOf(silent)).toBeUndefined();
  });

  it("never throws, and ends with provisions that go on for ever", () => {
    let deep: object = { type: "deny" };
    for (let depth = 0; depth < 500; depth++) deep = { type: "permit", provision: [deep] };
    expect(() => consent(deep)).not.toThrow();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        consentTermsOf({ resourceType: "Consent", id: "c", status: "active", provision: value, policyRule: value });
        isPart2({ meta: { security: value } });
        return true;
      }),
    );
  });
});

describe("isInForce", () => {
  it("counts years, months and days whole", () => {
    const at = (text: string) => Date.parse(text);
    expect(isInForce({ from: "2026", until: "2026" }, at("2026-12-31T23:59:59.999Z"))).toBe(true);
    expect(isInForce({ until: "2026-02" }, at("2026-02-28T23:59:59.999Z"))).toBe(true);
    expect(isInForce({ until: "2026-02" }, at("2026-03-01T00:00:00.000Z"))).toBe(false);
    expect(isInForce({ from: "2026-03-02T12:00:00.001Z" }, now)).toBe(false);
  });
});
