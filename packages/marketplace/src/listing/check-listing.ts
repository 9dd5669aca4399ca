import { findInvisible, findLookAlike, HilumError, parseManifest, type Problem } from "@hilum/contract";
import { listingFormat, severities, type PluginListing } from "./listing.ts";

/** Letters at most. A listing is at most 1 MiB; who reads it fetches no more. */
export const listingLimits = {
  bytes: 1_048_576,
  changelog: 20_000,
  readme: 100_000,
  reason: 500,
  alt: 300,
  screenshots: 12,
  advisories: 200,
  pictureBytes: 5 * 1_048_576,
} as const;

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
const pictureName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.png$/;

/** Reads a listing and throws `listing.invalid` with every place that is wrong, and what to write there. */
export function parseListing(bytes: Uint8Array): PluginListing {
  if (bytes.length > listingLimits.bytes) throw invalid([{ pointer: "", message: "the listing is longer than 1 MiB" }]);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid([{ pointer: "", message: "the listing is not JSON" }]);
  }
  checkListing(value);
  return value;
}

/** Throws `listing.invalid`. */
export function checkListing(value: unknown): asserts value is PluginListing {
  if (typeof value !== "object" || value === null)
    throw invalid([{ pointer: "", message: "the listing is not an object" }]);
  const listing = value as Partial<PluginListing>;
  const problems = [
    ...checkHead(listing),
    ...checkTexts(listing),
    ...checkScreenshots(listing.screenshots),
    ...checkAdvisories(listing.advisories),
    ...checkEvidence(listing.evidence),
  ];
  if (problems.length > 0) throw invalid(problems);
}

function checkHead({ format, manifest, publishedAt, security, sbom }: Partial<PluginListing>): Problem[] {
  const parsed = parseManifest(JSON.stringify(manifest ?? null), { included: true });
  return [
    ...wrong(format === listingFormat, "/format", `must be ${listingFormat}`),
    ...(parsed.ok ? [] : parsed.problems.map((one) => ({ ...one, pointer: `/manifest${one.pointer}` }))),
    ...wrong(!parsed.ok || parsed.manifest.version !== undefined, "/manifest/version", "must name the version"),
    ...wrong(moment.test(publishedAt ?? ""), "/publishedAt", "must be a moment such as 2026-01-31T12:00:00Z"),
    ...wrong(typeof security === "boolean", "/security", "must be true or false"),
    ...wrong(
      Number.isSafeInteger(sbom?.components) && Array.isArray(sbom?.licenses),
      "/sbom",
      "must count parts and licences",
    ),
  ];
}

/** What is shown to people: of the length that there is room for, and with no letter that hides (threat 129). */
function checkTexts({ changelog, readme = "", yanked, deprecated }: Partial<PluginListing>): Problem[] {
  return [
    ...checkText("/changelog", changelog, listingLimits.changelog),
    ...checkText("/readme", readme, listingLimits.readme),
    ...(yanked === undefined ? [] : checkReason("/yanked", yanked)),
    ...(deprecated === undefined ? [] : checkReason("/deprecated", deprecated)),
  ];
}

const checkReason = (pointer: string, reason: unknown): Problem[] => [
  ...checkText(pointer, reason, listingLimits.reason),
  ...wrong(reason !== "", pointer, "must say why"),
];

function checkText(pointer: string, text: unknown, lengthMax: number): Problem[] {
  if (typeof text !== "string") return wrong(false, pointer, "must be a text");
  // Emoji carry a selector that nobody sees, and a mark at the very beginning says how the text is written.
  const plain = text.replace(/^\uFEFF|\uFE0F/g, "");
  const [hidden, alike] = [findInvisible(plain), findLookAlike(plain)];
  return [
    ...wrong(text.length <= lengthMax, pointer, `must have at most ${lengthMax} letters; it has ${text.length}`),
    ...wrong(hidden === undefined, pointer, `holds a letter that nobody sees (${hidden ?? ""})`),
    ...wrong(alike === undefined, pointer, "holds a word whose letters look like others"),
  ];
}

function checkScreenshots(screenshots: unknown): Problem[] {
  if (!Array.isArray(screenshots) || screenshots.length > listingLimits.screenshots)
    return wrong(false, "/screenshots", `must be a list of at most ${listingLimits.screenshots} pictures`);
  return screenshots.flatMap((one: Partial<PluginListing["screenshots"][number]> | null, index) => [
    ...wrong(pictureName.test(one?.file ?? ""), `/screenshots/${index}/file`, "must be the name of a PNG"),
    ...checkText(`/screenshots/${index}/alt`, one?.alt, listingLimits.alt),
    ...wrong(one?.alt?.trim() !== "", `/screenshots/${index}/alt`, "must say what the picture shows"),
  ]);
}

function checkAdvisories(advisories: unknown): Problem[] {
  if (!Array.isArray(advisories) || advisories.length > listingLimits.advisories)
    return wrong(false, "/advisories", `must be a list of at most ${listingLimits.advisories} advisories`);
  return advisories.flatMap((one: Partial<PluginListing["advisories"][number]> | null, index) => [
    ...wrong(
      severities.some((name) => name === one?.severity),
      `/advisories/${index}/severity`,
      "is not known",
    ),
    ...checkText(`/advisories/${index}/id`, one?.id, 60),
    ...checkText(`/advisories/${index}/component`, one?.component, 200),
    ...checkText(`/advisories/${index}/title`, one?.title, 300),
  ]);
}

function checkEvidence(evidence: PluginListing["evidence"]): Problem[] {
  if (evidence === undefined) return [];
  const { conformance, smoke, tests, pages, scopesUsed } = evidence;
  const counted = Object.entries({ conformance, smoke, tests, pages }).flatMap(([name, run]) => {
    if (run === undefined) return [];
    const { digest, ...counts } = run;
    const whole = isDigest(digest) && Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0);
    return wrong(whole, `/evidence/${name}`, "must name the package's digest and whole numbers");
  });
  const listed = scopesUsed === undefined || (isDigest(scopesUsed.digest) && Array.isArray(scopesUsed.scopes));
  return [...counted, ...wrong(listed, "/evidence/scopesUsed", "must name the package's digest and scopes")];
}

const isDigest = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

const wrong = (good: boolean, pointer: string, message: string): Problem[] => (good ? [] : [{ pointer, message }]);

function invalid(problems: readonly Problem[]): HilumError {
  const [first] = problems;
  return new HilumError("listing.invalid", {
    detail: `The listing cannot be published: ${first?.pointer ?? ""} ${first?.message ?? ""}.`,
    problems: problems.slice(0, 50),
  });
}
