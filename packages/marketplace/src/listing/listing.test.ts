import { describe, expect, it } from "vitest";
import { readPackage } from "../package/read-package.ts";
import { aPackage } from "../test-support/a-package.ts";
import { parseListing } from "./check-listing.ts";
import { listingOf, namesOf } from "./listing-of.ts";
import { parseRevocations, writeRevocations } from "./revocations.ts";

const publishedAt = "2026-11-01T12:00:00Z";
const components = [
  { type: "library", name: "a", version: "1", licenses: [{ license: { id: "MIT" } }] },
  { type: "library", name: "b", version: "1", licenses: [{ license: { id: "MIT" } }] },
  { type: "library", name: "c", version: "1" },
];
const taken = readPackage(
  aPackage({
    "README.md": "What it does \u2764\uFE0F",
    "CHANGELOG.md": "1.0.0: begins",
    "META/sbom.cdx.json": JSON.stringify({ bomFormat: "CycloneDX", components }),
  }),
);
const written = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("a listing", () => {
  it("says of a package what it says of itself, and what was added", () => {
    const run = { digest: taken.digest, passed: 1, failed: 0, skipped: 0 };
    const evidence = { conformance: run, tests: { ...run, digest: "0".repeat(64) } };
    const listing = listingOf(taken, { publishedAt, security: true, evidence });
    expect(listing).toMatchObject({
      ...{ format: "hilum-listing/1", publishedAt, security: true, changelog: "1.0.0: begins", screenshots: [] },
      manifest: { id: "com.example.plugin", version: "1.0.0" },
      readme: "What it does \u2764\uFE0F",
      sbom: {
        components: 3,
        licenses: [
          { license: "MIT", count: 2 },
          { license: "not named", count: 1 },
        ],
      },
    });
    // What was run over other bytes says nothing of these.
    expect(listing.evidence).toEqual({ conformance: run });
    expect(parseListing(written(listing))).toEqual(listing);
  });

  it("lies beside its package, by names that a marketplace finds", () =>
    expect({
      ...namesOf("com.example", taken.manifest),
      picture: namesOf("com.example", taken.manifest).picture(2),
    }).toEqual({
      package: "com.example/com.example.plugin-1.0.0.hilum",
      listing: "com.example/com.example.plugin-1.0.0.listing.json",
      picture: "com.example/com.example.plugin-1.0.0-2.png",
    }));

  it.each<[string, object, string]>([
    ["another format", { format: "x" }, "/format"],
    ["a manifest that is not valid", { manifest: { id: "x" } }, "/manifest"],
    ["a manifest without a version", { manifest: { ...taken.manifest, version: undefined } }, "/manifest/version"],
    ["no moment", { publishedAt: "yesterday" }, "/publishedAt"],
    ["a picture that nobody hears", { screenshots: [{ file: "a.png", alt: " " }] }, "/screenshots/0/alt"],
    ["a picture elsewhere", { screenshots: [{ file: "../a.png", alt: "A" }] }, "/screenshots/0/file"],
    ["too long a changelog", { changelog: "x".repeat(20_001) }, "/changelog"],
    ["a reason that says nothing", { yanked: "" }, "/yanked"],
    [
      "an unknown severity",
      { advisories: [{ id: "A", severity: "huge", component: "c", title: "t" }] },
      "/advisories/0",
    ],
    ["evidence of nothing", { evidence: { tests: { digest: "x", passed: 1 } } }, "/evidence/tests"],
  ])("is refused with %s", (_what, change, pointer) => {
    const listing = { ...listingOf(taken, { publishedAt }), ...change };
    expect(() => parseListing(written(listing))).toThrow(
      expect.objectContaining({
        code: "listing.invalid",
        problems: expect.arrayContaining([
          expect.objectContaining({ pointer: expect.stringMatching(new RegExp(`^${pointer}`)) }),
        ]),
      }) as Error,
    );
  });

  it.each([
    ["a letter that nobody sees", "a\u200bb"],
    ["a letter that turns text around", "a\u202eb"],
    ["Cyrillic letters among Latin ones", "p\u0430ypal"],
  ])("threat 129: is refused with %s", (_what, deprecated) =>
    expect(() => listingOf(taken, { publishedAt, deprecated })).toThrow(
      expect.objectContaining({ code: "listing.invalid" }) as Error,
    ),
  );

  it.each([Buffer.from("nonsense"), Buffer.from("null"), Buffer.alloc(1_048_577, " ")])(
    "is refused where it is none",
    (bytes) => expect(() => parseListing(bytes)).toThrow(expect.objectContaining({ code: "listing.invalid" }) as Error),
  );
});

describe("revocations", () => {
  const row = { plugin: "com.example.plugin", version: "1.0.0", reason: "leaks", since: publishedAt };

  it("threat 128: say which versions a publisher takes back, the same bytes for the same rows", () => {
    const other = { ...row, version: "0.9.0" };
    const bytes = writeRevocations("com.example", [row, other]);
    expect(parseRevocations(bytes, "com.example")).toEqual([other, row]);
    expect(writeRevocations("com.example", [other, row])).toEqual(bytes);
  });

  it("threat 126: are the publisher's own", () =>
    expect(() => writeRevocations("org.other", [row])).toThrow(
      expect.objectContaining({ code: "listing.invalid" }) as Error,
    ));

  it.each<unknown>([
    "",
    { revoked: [] },
    { format: "hilum-revocations/1", revoked: [{}] },
    { format: "hilum-revocations/1", revoked: [{ ...row, since: "x" }] },
  ])("are refused as %j", (value) =>
    expect(() => parseRevocations(written(value), "com.example")).toThrow(
      expect.objectContaining({ code: "listing.invalid" }) as Error,
    ),
  );
});
