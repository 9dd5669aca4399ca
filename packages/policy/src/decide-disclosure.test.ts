import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coversHost, decideDisclosure, vendorOf, type Disclosure, type VendorTerms } from "./decide-disclosure.ts";

const now = Date.parse("2026-03-02T12:00:00.000Z");
const agreement = { id: "a1", validFrom: "2026-01-01", validUntil: "2026-12-31" };
const vendor: VendorTerms = {
  id: "v1",
  kind: "business_associate",
  hosts: ["api.example.org", ".gateway.example"],
  agreements: [agreement],
};
const sending: Disclosure = {
  phi: true,
  testMode: false,
  host: "api.example.org",
  inOwnRange: false,
  vendors: [vendor],
  now,
};
const withAgreement = (change: object): Disclosure => ({
  ...sending,
  vendors: [{ ...vendor, agreements: [{ ...agreement, ...change }] }],
});

describe("decideDisclosure", () => {
  it("lets patient data go to a host under an agreement in force, and names it", () => {
    expect(decideDisclosure(sending)).toEqual({ allow: true, because: "agreement", agreement });
    expect(decideDisclosure({ ...sending, host: "eu.gateway.example" })).toMatchObject({ because: "agreement" });
  });

  it("asks for no agreement where no patient data goes, in the organisation's own network and hosts, and in test mode", () => {
    const bare = { ...sending, vendors: [] };
    expect(decideDisclosure({ ...bare, phi: false })).toEqual({ allow: true, because: "no_phi" });
    expect(decideDisclosure({ ...bare, inOwnRange: true })).toEqual({ allow: true, because: "own_range" });
    expect(decideDisclosure({ ...bare, testMode: true })).toEqual({ allow: true, because: "test_mode" });
    const own = { ...vendor, kind: "own_organisation" as const, agreements: [] };
    expect(decideDisclosure({ ...bare, vendors: [own] })).toEqual({ allow: true, because: "own_organisation" });
  });

  it("tells an agreement that is missing from one that has ended", () => {
    expect(decideDisclosure({ ...sending, host: "api.example.org.evil.example" })).toEqual({
      allow: false,
      reason: "agreement.missing",
    });
    expect(decideDisclosure({ ...sending, vendors: [{ ...vendor, agreements: [] }] })).toEqual({
      allow: false,
      reason: "agreement.missing",
    });
    expect(decideDisclosure(withAgreement({ validFrom: "2026-03-03" }))).toEqual({
      allow: false,
      reason: "agreement.missing",
    });
    for (const change of [{ validUntil: "2026-03-01" }, { endedAt: "2026-03-02T11:00:00.000Z" }])
      expect(decideDisclosure(withAgreement(change))).toEqual({ allow: false, reason: "agreement.expired" });
  });

  it("counts the first and the last day, and one without an end", () => {
    expect(decideDisclosure(withAgreement({ validFrom: "2026-03-02", validUntil: "2026-03-02" })).allow).toBe(true);
    const { validUntil: _, ...open } = agreement;
    expect(decideDisclosure({ ...sending, vendors: [{ ...vendor, agreements: [open] }] }).allow).toBe(true);
  });

  it("takes the vendor of the exact host before that of a suffix, and the longest suffix before a shorter", () => {
    const named = (id: string, ...hosts: string[]): VendorTerms => ({ ...vendor, id, hosts });
    const vendors = [
      named("wide", ".example.org"),
      named("exact", "api.example.org"),
      named("deep", ".eu.example.org"),
    ];
    expect(vendorOf("api.example.org", vendors)?.id).toBe("exact");
    expect(vendorOf("x.example.org", vendors)?.id).toBe("wide");
    expect(vendorOf("x.eu.example.org", vendors)?.id).toBe("deep");
    expect(vendorOf("example.org", vendors)).toBeUndefined();
    expect(vendorOf("notexample.org", vendors)).toBeUndefined();
  });

  it("threat 61: denies when deciding fails, and when a day is none", () => {
    expect(decideDisclosure({ ...sending, vendors: undefined as never })).toEqual({
      allow: false,
      reason: "decision.failed",
    });
    expect(decideDisclosure({ ...sending, now: Number.NaN })).toEqual({ allow: false, reason: "decision.failed" });
    expect(decideDisclosure(withAgreement({ validFrom: "", validUntil: "9" })).allow).toBe(false);
    expect(decideDisclosure({ ...sending, vendors: [], phi: undefined as never }).allow).toBe(false);
  });

  it("allows patient data out only for a reason that holds", () => {
    const day = fc
      .date({ min: new Date("2025-01-01"), max: new Date("2027-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    const terms = fc.record(
      { id: fc.constant("a"), validFrom: day, validUntil: day, endedAt: fc.constant("2026-01-01T00:00:00.000Z") },
      { requiredKeys: ["id", "validFrom"] },
    );
    const anyVendor = fc.record({
      id: fc.string(),
      kind: fc.constantFrom("business_associate" as const, "own_organisation" as const),
      hosts: fc.array(fc.constantFrom("api.example.org", ".example.org", ".org", "other.example")),
      agreements: fc.array(terms),
    });
    fc.assert(
      fc.property(
        fc.record({
          phi: fc.constant(true),
          testMode: fc.boolean(),
          host: fc.constantFrom("api.example.org", "b.example.org", "other.example"),
          inOwnRange: fc.boolean(),
          vendors: fc.array(anyVendor),
          now: fc.constant(now),
        }),
        (disclosure) => {
          const decision = decideDisclosure(disclosure);
          if (!decision.allow) return !disclosure.inOwnRange && !disclosure.testMode;
          if (decision.because === "own_range") return disclosure.inOwnRange;
          if (decision.because === "test_mode") return disclosure.testMode;
          const covering = disclosure.vendors.filter(({ hosts }) =>
            hosts.some((pattern) => coversHost(pattern, disclosure.host)),
          );
          if (decision.because === "own_organisation") return covering.some(({ kind }) => kind === "own_organisation");
          return covering.some(({ agreements }) =>
            agreements.some(
              ({ validFrom, validUntil = "9999", endedAt }) =>
                endedAt === undefined && validFrom <= "2026-03-02" && validUntil >= "2026-03-02",
            ),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
