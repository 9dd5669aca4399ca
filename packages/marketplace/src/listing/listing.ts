import type { Manifest } from "@hilum/contract";

export const listingFormat = "hilum-listing/1";
export const severities = ["low", "moderate", "high", "critical"] as const;

export interface Advisory {
  id: string;
  severity: (typeof severities)[number];
  /** The part of the package that it is about, by name and version. */
  component: string;
  title: string;
  fixedIn?: string;
}

/** A run over the bytes with this digest; one over other bytes says nothing of them. */
export interface Run {
  /** SHA-256 of the package in hex. */
  digest: string;
  passed: number;
  failed: number;
  skipped: number;
}

/** What shows how good a package is. Its publisher signs it, and answers for it. */
export interface Evidence {
  conformance?: Run;
  smoke?: Run;
  /** The publisher's own tests. */
  tests?: Run;
  /** Accessibility of the plugin's pages (WCAG 2.2 AA): pages that were looked at, and violations that were found. */
  pages?: { digest: string; looked: number; violations: number };
  /** Scopes that were used while the runs above were made. */
  scopesUsed?: { digest: string; scopes: string[] };
}

/** What a publisher signs beside a package, as `<plugin>-<version>.listing.json`. */
export interface PluginListing {
  format: typeof listingFormat;
  manifest: Manifest;
  /** RFC 3339. */
  publishedAt: string;
  changelog: string;
  readme?: string;
  /** It mends a weakness and does not wait for the cooling-off. */
  security: boolean;
  /** Why it is offered no more; why it is advised against. */
  yanked?: string;
  deprecated?: string;
  /** Pictures that are signed beside it, by their names below the publisher's. */
  screenshots: { file: string; alt: string }[];
  sbom: SbomSummary;
  advisories: Advisory[];
  evidence?: Evidence;
}

export interface SbomSummary {
  components: number;
  licenses: { license: string; count: number }[];
}
