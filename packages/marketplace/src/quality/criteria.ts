import type { Manifest } from "@hilum/contract";
import type { Advisory, Evidence, PluginListing, Run } from "../listing/listing.ts";

export const qualityLevels = ["bronze", "silver", "gold", "platinum"] as const;
export type QualityLevel = (typeof qualityLevels)[number];

/** All that a version is judged by. The same facts give the same level everywhere. */
export interface QualityFacts {
  listing: Pick<PluginListing, "manifest" | "changelog" | "screenshots" | "sbom" | "advisories"> &
    Partial<Pick<PluginListing, "readme" | "evidence">>;
  /** SHA-256 of the package that is offered. */
  digest: string;
  /** Who signed it; undefined where nobody did. */
  publisher: string | undefined;
  /** When any version of the plugin was offered first, RFC 3339. */
  firstPublishedAt: string;
  now: Date;
}

export interface Verdict {
  met: boolean;
  /** What shows it, or what is missing. */
  evidence: string;
}

export interface Criterion {
  id: string;
  title: string;
  level: QualityLevel;
  judge(facts: QualityFacts): Verdict;
}

const readmeLettersMin = 400;
const daysMin = 180;
const dayMs = 86_400_000;
const met = (evidence: string): Verdict => ({ met: true, evidence });
const missed = (evidence: string): Verdict => ({ met: false, evidence });
const judge = (good: boolean, shown: string, otherwise: string): Verdict => (good ? met(shown) : missed(otherwise));

/** In the order in which they are shown. Each looks at facts alone; nobody gives a star. */
export const criteria: readonly Criterion[] = [
  {
    ...{ id: "signed", title: "Signed by its publisher", level: "bronze" },
    judge: ({ publisher }) => judge(publisher !== undefined, `Signed by ${publisher}.`, "Nobody has signed it."),
  },
  {
    ...{ id: "license", title: "Names its licence", level: "bronze" },
    judge: ({ listing: { manifest } }) =>
      judge(Boolean(manifest.license), `${manifest.license}.`, "The manifest names no licence."),
  },
  {
    ...{ id: "parts", title: "Lists what it is made of, with licences", level: "bronze" },
    judge: ({ listing: { sbom } }) => {
      const unnamed = sbom.licenses.find(({ license }) => license === "not named")?.count ?? 0;
      return judge(unnamed === 0, `${sbom.components} parts are listed.`, `${unnamed} parts name no licence.`);
    },
  },
  {
    ...{ id: "described", title: "Is described", level: "bronze" },
    judge: ({ listing: { readme = "" } }) =>
      judge(
        readme.length >= readmeLettersMin,
        `Its README has ${readme.length} letters.`,
        `Its README has ${readme.length} letters; ${readmeLettersMin} are the least.`,
      ),
  },
  {
    ...{ id: "conformance", title: "Keeps the contract of its capabilities", level: "silver" },
    judge: (facts) => judgeRun("conformance", facts),
  },
  {
    ...{ id: "smoke", title: "Has smoke tests, and passes them", level: "silver" },
    judge: (facts) =>
      (facts.listing.manifest.smokeTests ?? []).length === 0
        ? missed("It declares no smoke test.")
        : judgeRun("smoke", facts),
  },
  {
    ...{ id: "changelog", title: "Says what changed", level: "silver" },
    judge: ({ listing: { changelog, manifest } }) => {
      const { version = "" } = manifest;
      return judge(
        changelog.includes(version) && version !== "",
        `Its changelog speaks of ${version}.`,
        `Its changelog does not speak of ${version}.`,
      );
    },
  },
  {
    ...{ id: "tests", title: "Has tests of its own, and passes them", level: "gold" },
    judge: (facts) => judgeRun("tests", facts),
  },
  {
    ...{ id: "least-rights", title: "Asks for no right that it does not use", level: "gold" },
    judge: judgeScopes,
  },
  {
    ...{ id: "accessible", title: "Its pages can be used by everybody", level: "gold" },
    judge: judgePages,
  },
  {
    ...{ id: "weaknesses", title: "No part with a known serious weakness", level: "gold" },
    judge: ({ listing: { advisories } }) =>
      judgeAdvisories(advisories.filter(({ severity }) => severity === "high" || severity === "critical")),
  },
  {
    ...{ id: "setup", title: "Leads through its setup", level: "gold" },
    judge: ({ listing: { manifest } }) =>
      manifest.config === undefined
        ? met("It has no settings.")
        : judge(manifest.setup !== undefined, "It has a setup.", "It has settings and no setup."),
  },
  {
    ...{ id: "no-weakness", title: "No part with any known weakness", level: "platinum" },
    judge: ({ listing: { advisories } }) => judgeAdvisories(advisories),
  },
  {
    ...{ id: "age", title: "Offered for half a year", level: "platinum" },
    judge: ({ firstPublishedAt, now }) => {
      const days = Math.floor((now.getTime() - Date.parse(firstPublishedAt)) / dayMs);
      return judge(
        days >= daysMin,
        `First offered ${days} days ago.`,
        `First offered ${days} days ago, not ${daysMin}.`,
      );
    },
  },
  {
    ...{ id: "pictures", title: "Shows itself", level: "platinum" },
    judge: ({ listing: { screenshots } }) =>
      judge(screenshots.length > 0, `${screenshots.length} pictures, each described.`, "It has no picture."),
  },
];

const runNames = { conformance: "conformance run", smoke: "run of its smoke tests", tests: "run of its own tests" };

/** A run counts for the bytes that it was made of, and where something passed and nothing failed. */
function judgeRun(name: keyof typeof runNames, { listing: { evidence }, digest }: QualityFacts): Verdict {
  const run: Run | undefined = evidence?.[name];
  if (run === undefined) return missed(`No ${runNames[name]} is signed.`);
  if (run.digest !== digest) return missed(`The ${runNames[name]} that is signed was made of other bytes.`);
  const counts = `${run.passed} passed, ${run.failed} failed, ${run.skipped} skipped.`;
  return { met: run.failed === 0 && run.passed > 0, evidence: counts };
}

function judgeScopes({ listing: { manifest, evidence }, digest }: QualityFacts): Verdict {
  const asked = (manifest.scopes ?? []).map(({ scope }) => scope);
  if (asked.length === 0) return met("It asks for no right.");
  const used = ofThese(evidence?.scopesUsed, digest);
  if (used === undefined) return missed("No run says which rights it uses.");
  const unused = asked.filter((scope) => !used.scopes.includes(scope));
  return judge(unused.length === 0, `It uses all ${asked.length}.`, `It never used ${unused.join(", ")}.`);
}

function judgePages({ listing: { manifest, evidence }, digest }: QualityFacts): Verdict {
  const count = pagesOf(manifest);
  if (count === 0) return met("It has no pages.");
  const run = ofThese(evidence?.pages, digest);
  if (run === undefined) return missed("Nobody looked at its pages.");
  if (run.looked < count) return missed(`${run.looked} of ${count} pages were looked at.`);
  return judge(run.violations === 0, `${run.looked} pages, no violation.`, `${run.violations} violations.`);
}

const pagesOf = ({ ui }: Manifest): number =>
  [ui?.settings, ui?.health, ...(ui?.pages ?? [])].filter((page) => page !== undefined).length;

const ofThese = <T extends Evidence["pages"] | Evidence["scopesUsed"]>(run: T, digest: string): T | undefined =>
  run?.digest === digest ? run : undefined;

const judgeAdvisories = (advisories: readonly Advisory[]): Verdict =>
  judge(
    advisories.length === 0,
    "None is known.",
    advisories.map(({ id, component }) => `${id} in ${component}`).join(", "),
  );
