import type { ListingDetail } from "@hilum/contract/api";
import type { KeptListing } from "./kept-listing.ts";

type Criterion = ListingDetail["qualityCriteria"][number];
type Level = Criterion["level"];
type Judged = Pick<Criterion, "met" | "evidence">;

const dayMs = 86_400_000;
const levels = ["bronze", "silver", "gold", "platinum"] as const;

/** What one version is judged by: what was signed, and when its plugin was first offered. */
export interface JudgedListing {
  listing: KeptListing;
  digest: string;
  firstPublishedAt: string;
  now: Date;
}

const criteria: readonly { id: string; title: string; level: Level; judge(of: JudgedListing): Judged }[] = [
  {
    id: "signed",
    title: "Signed by its publisher",
    level: "bronze",
    // Nothing that is not signed becomes a listing.
    judge: ({ listing }) => ({ met: true, evidence: `Signed by ${listing.publisher}.` }),
  },
  {
    id: "license",
    title: "Names its licence",
    level: "bronze",
    judge: ({ listing: { manifest } }) => said(manifest.license, "The manifest names no licence."),
  },
  {
    id: "parts",
    title: "Lists what it is made of",
    level: "bronze",
    judge: ({ listing: { sbom } }) => ({ met: true, evidence: `${sbom.components} parts are listed.` }),
  },
  {
    id: "readme",
    title: "Is described",
    level: "bronze",
    judge: ({ listing: { readme = "" } }) =>
      readme.length >= 400
        ? { met: true, evidence: `${readme.length} letters.` }
        : { met: false, evidence: "Its description has fewer than 400 letters." },
  },
  {
    id: "conformance",
    title: "Keeps the contract of its capabilities",
    level: "silver",
    judge: ({ listing: { evidence }, digest }) => {
      const run = evidence?.conformance;
      if (run === undefined || run.digest !== digest)
        return { met: false, evidence: "No conformance run of this package is signed." };
      return { met: run.failed === 0 && run.passed > 0, evidence: `${run.passed} passed, ${run.failed} failed.` };
    },
  },
  {
    id: "smoke",
    title: "Has smoke tests",
    level: "silver",
    judge: ({ listing: { manifest } }) => {
      const count = manifest.smokeTests?.length ?? 0;
      return { met: count > 0, evidence: count === 0 ? "It has none." : `It has ${count}.` };
    },
  },
  {
    id: "changelog",
    title: "Says what changed",
    level: "silver",
    judge: ({ listing }) => said(listing.changelog.trim(), "Its changelog is empty."),
  },
  {
    id: "advisories",
    title: "No part with a known serious weakness",
    level: "gold",
    judge: ({ listing: { advisories } }) => {
      const serious = advisories.filter(({ severity }) => severity === "high" || severity === "critical");
      return { met: serious.length === 0, evidence: serious.map(({ id }) => id).join(", ") || "None is known." };
    },
  },
  {
    id: "setup",
    title: "Leads through its setup",
    level: "gold",
    judge: ({ listing: { manifest } }) =>
      manifest.config === undefined
        ? { met: true, evidence: "It has no settings." }
        : { met: manifest.setup !== undefined, evidence: manifest.setup ? "It has a setup." : "It has no setup." },
  },
  {
    id: "age",
    title: "Offered for half a year",
    level: "platinum",
    judge: ({ firstPublishedAt, now }) => {
      const days = Math.floor((now.getTime() - Date.parse(firstPublishedAt)) / dayMs);
      return { met: days >= 180, evidence: `First offered ${days} days ago.` };
    },
  },
  {
    id: "pictures",
    title: "Shows itself",
    level: "platinum",
    judge: ({ listing: { screenshots } }) => ({
      met: screenshots.length > 0,
      evidence: screenshots.length === 0 ? "It has no picture." : `${screenshots.length} pictures, each described.`,
    }),
  },
];

/** The level whose criteria, and those of all levels below, are met; nobody gives it by hand. */
export function judgeQuality(of: JudgedListing): Pick<ListingDetail, "quality" | "qualityCriteria"> {
  const qualityCriteria = criteria.map(({ id, title, level, judge }) => ({ id, title, level, ...judge(of) }));
  const missed = levels.findIndex((level) => qualityCriteria.some((one) => one.level === level && !one.met));
  const reached = missed === -1 ? levels.length : missed;
  return { quality: levels[reached - 1] ?? "none", qualityCriteria };
}

const said = (text: string | undefined, otherwise: string): Judged =>
  text === undefined || text === "" ? { met: false, evidence: otherwise } : { met: true, evidence: text.slice(0, 120) };
