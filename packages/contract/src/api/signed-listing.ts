/** What a publisher signs beside each package: what a marketplace shows of it. */
import type { Static } from "typebox";
import { Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

export const listingFormat = "hilum-listing/1";
const Text = (maxLength: number) => Type.String({ maxLength });

/** What a publisher signs beside a package, as `<plugin>-<version>.listing.json`. */
export const SignedListing = Strict({
  format: Type.Literal(listingFormat),
  manifest: Type.Object({}, { additionalProperties: true }),
  publishedAt: Time,
  changelog: Text(20_000),
  readme: Type.Optional(Text(100_000)),
  security: Type.Boolean(),
  /** Why it is offered no more; why it is advised against. */
  yanked: Type.Optional(Text(500)),
  deprecated: Type.Optional(Text(500)),
  screenshots: Type.Array(Strict({ file: Text(300), alt: Type.String({ minLength: 1, maxLength: 300 }) }), {
    maxItems: 12,
  }),
  sbom: Strict({
    components: Type.Integer({ minimum: 0 }),
    licenses: Type.Array(Strict({ license: Text(120), count: Type.Integer({ minimum: 1 }) }), { maxItems: 200 }),
  }),
  advisories: Type.Array(
    Strict({
      id: Text(60),
      severity: Type.Enum(["low", "moderate", "high", "critical"]),
      component: Text(200),
      title: Text(300),
      fixedIn: Type.Optional(Text(60)),
    }),
    { maxItems: 200 },
  ),
  /** Runs that the publisher made of these very bytes. */
  evidence: Type.Optional(
    Strict({
      conformance: Type.Optional(
        Strict({ passed: Type.Integer(), failed: Type.Integer(), skipped: Type.Integer(), digest: Text(64) }),
      ),
    }),
  ),
});
export type SignedListing = Static<typeof SignedListing>;
