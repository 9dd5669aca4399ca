import { describe, expect, it } from "vitest";
import type { PluginListing } from "../listing/listing.ts";
import type { QualityFacts } from "./criteria.ts";
import { judgeQuality } from "./judge-quality.ts";

const digest = "a".repeat(64);
const run = { digest, passed: 12, failed: 0, skipped: 1 };
const manifest: PluginListing["manifest"] = {
  ...{ id: "com.example.sms", name: "SMS", version: "1.2.0", capabilities: ["send_messages"], license: "MIT" },
  smokeTests: [{ id: "reach", title: "Reach" }],
  scopes: [{ scope: "net:https://api.example.com:443", reason: "to send" }],
};
const best: QualityFacts = {
  digest,
  publisher: "com.example",
  firstPublishedAt: "2026-01-01T00:00:00Z",
  now: new Date("2026-11-01T00:00:00Z"),
  listing: {
    manifest,
    readme: "x".repeat(400),
    changelog: "1.2.0: better",
    screenshots: [{ file: "a.png", alt: "The page" }],
    sbom: { components: 2, licenses: [{ license: "MIT", count: 2 }] },
    advisories: [],
    evidence: {
      ...{ conformance: run, smoke: run, tests: run },
      scopesUsed: { digest, scopes: ["net:https://api.example.com:443"] },
    },
  },
};

const withListing = (change: Partial<QualityFacts["listing"]>): QualityFacts => ({
  ...best,
  listing: { ...best.listing, ...change },
});
const withManifest = (change: Partial<PluginListing["manifest"]>) =>
  withListing({ manifest: { ...manifest, ...change } });
const withEvidence = (change: Partial<PluginListing["evidence"]>) =>
  withListing({ evidence: { ...best.listing.evidence, ...change } });
const moderate = { id: "A-1", severity: "moderate", component: "left-pad@1", title: "x" } as const;
const page = { entry: "ui/a.js", title: "A", id: "a" };

describe("judgeQuality", () => {
  it("gives the best level to what shows everything, each with what shows it", () => {
    const { level, criteria } = judgeQuality(best);
    expect(level).toBe("platinum");
    expect(criteria.every(({ met, evidence }) => met && evidence.length > 3)).toBe(true);
  });

  it.each<[string, QualityFacts, string, string, RegExp]>([
    ["is not signed", { ...best, publisher: undefined }, "none", "signed", /Nobody/],
    ["names no licence", withManifest({ license: "" }), "none", "license", /no licence/],
    [
      "has a part without a licence",
      withListing({ sbom: { components: 3, licenses: [{ license: "not named", count: 1 }] } }),
      ...(["none", "parts", /1 parts/] as const),
    ],
    ["has a short README", withListing({ readme: "short" }), "none", "described", /400/],
    [
      "has evidence of other bytes",
      withEvidence({ conformance: { ...run, digest: "b".repeat(64) } }),
      ...(["bronze", "conformance", /other bytes/] as const),
    ],
    ["fails a case", withEvidence({ conformance: { ...run, failed: 1 } }), "bronze", "conformance", /1 failed/],
    ["passes nothing", withEvidence({ smoke: { ...run, passed: 0 } }), "bronze", "smoke", /0 passed/],
    ["declares no smoke test", withManifest({ smokeTests: [] }), "bronze", "smoke", /declares no/],
    ["does not say what changed", withListing({ changelog: "1.1.0: old" }), "bronze", "changelog", /1\.2\.0/],
    [
      "asks for what it does not use",
      withEvidence({ scopesUsed: { digest, scopes: [] } }),
      ...(["silver", "least-rights", /api\.example\.com/] as const),
    ],
    [
      "has pages that nobody looked at",
      withManifest({ ui: { pages: [page] } as never }),
      ...(["silver", "accessible", /Nobody/] as const),
    ],
    ["has settings and no setup", withManifest({ config: { type: "object" } as never }), "silver", "setup", /no setup/],
    [
      "has a part with a serious weakness",
      withListing({ advisories: [{ ...moderate, severity: "critical" }] }),
      ...(["silver", "weaknesses", /A-1 in left-pad@1/] as const),
    ],
    ["has a part with a small weakness", withListing({ advisories: [moderate] }), "gold", "no-weakness", /A-1/],
    ["is new", { ...best, firstPublishedAt: "2026-10-01T00:00:00Z" }, "gold", "age", /31 days/],
    ["has no picture", withListing({ screenshots: [] }), "gold", "pictures", /no picture/],
  ])("what %s", (_what, facts, level, criterion, evidence) => {
    const judged = judgeQuality(facts);
    expect(judged.level).toBe(level);
    expect(judged.criteria.find(({ id }) => id === criterion)).toMatchObject({
      met: false,
      evidence: expect.stringMatching(evidence),
    });
  });

  it("looks at the pages of a plugin that has some", () => {
    const facts = withManifest({ ui: { pages: [page] } as never });
    const looked = (looks: { looked: number; violations: number }) =>
      judgeQuality({
        ...facts,
        listing: { ...facts.listing, evidence: { ...facts.listing.evidence, pages: { digest, ...looks } } },
      }).criteria.find(({ id }) => id === "accessible");
    expect(looked({ looked: 1, violations: 0 })).toMatchObject({ met: true });
    expect(looked({ looked: 1, violations: 2 })).toMatchObject({ met: false, evidence: "2 violations." });
    expect(looked({ looked: 0, violations: 0 })).toMatchObject({ met: false });
  });
});
