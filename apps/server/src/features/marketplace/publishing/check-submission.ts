import { canonicalJson, HilumError } from "@hilum/contract";
import type { Submission } from "@hilum/contract/api";
import {
  isOf,
  namesOf,
  parseListing,
  parseRevocations,
  readPackageApart,
  summarizeSbom,
  type PluginListing,
} from "@hilum/marketplace";
import {
  checkPublication,
  filesOf,
  listingPath,
  revocationsPath,
  type Metadata,
  type Repository,
  type TargetFile,
  type Targets,
} from "@hilum/marketplace/sign";

export interface Offered extends Pick<Submission, "kind" | "publisher" | "plugin" | "version"> {
  reason?: string;
  publication: Metadata<Targets>;
}

export interface Checked {
  /** The plugin's name for people. */
  name: string;
  /** SHA-256 of the package that comes new. */
  digest?: string;
}

interface Files {
  find(digest: string): Promise<Buffer | undefined>;
}

interface Change {
  path: string;
  before: TargetFile | undefined;
  after: TargetFile;
}

const dayMs = 86_400_000;
/** A version that says it is older would escape the cooling-off. */
const daysBackMax = 7;
const minutesAheadMs = 600_000;

/**
 * Holds a publication to what it says that it does: signed by its publisher's keys, on top of what is published, changing what
 * the kind names and nothing else, with files that were uploaded and say the same as the package. Throws `publication.invalid`,
 * `publication.incomplete`, `package.invalid`, `listing.invalid`, `source.*`.
 */
export async function checkSubmission(
  repository: Repository,
  offered: Offered,
  files: Files,
  now: Date,
): Promise<Checked> {
  const { kind, publisher, plugin, publication } = offered;
  checkShape(publication);
  await checkPublication(repository, publisher, publication, now);
  if (!isOf(publisher, plugin)) throw invalid(`${plugin} is not a plugin of ${publisher}.`);
  const changes = changesOf(repository.publishers[publisher], publication);
  const read = async ({ path, after }: Change): Promise<Buffer> => await readFile(files, path, after);
  if (kind === "version") return await checkNewVersion(offered, changes, read, now);
  if ((offered.reason ?? "").trim() === "") throw invalid("Say why, in words for those who run it.");
  const [change, ...more] = changes;
  if (change === undefined || more.length > 0) throw invalid(`It changes ${changes.length} files; one is meant.`);
  return kind === "revoke"
    ? await checkRevocation(offered, change, { read, files })
    : await checkAmendment({ ...offered, kind }, change, { read, files });
}

function checkShape({ signed }: Metadata<Targets>): void {
  const rows: unknown[] = Object.values((signed as Partial<Targets>).targets ?? {});
  const whole = rows.every((row) => {
    const { length, hashes } = (row ?? {}) as Partial<TargetFile>;
    return Number.isSafeInteger(length) && /^[0-9a-f]{64}$/.test(hashes?.sha256 ?? "");
  });
  if (signed._type !== "targets" || typeof signed.targets !== "object" || signed.targets === null || !whole)
    throw invalid("It is no signed list of files.");
}

/** What is new or changed, by path. Throws where something is gone. */
function changesOf(before: Metadata<Targets> | undefined, after: Metadata<Targets>): Change[] {
  const [old, next] = [filesOf(before), after.signed.targets];
  const gone = Object.keys(old).find((path) => next[path] === undefined);
  if (gone !== undefined) throw invalid(`${gone} is gone from it. A version is yanked, and stays.`);
  return Object.entries(next)
    .filter(([path, file]) => canonicalJson(old[path] ?? null) !== canonicalJson(file))
    .map(([path, file]) => ({ path, before: old[path], after: file }));
}

async function readFile(files: Files, path: string, { hashes, length }: TargetFile): Promise<Buffer> {
  const bytes = await files.find(hashes.sha256);
  if (bytes === undefined || bytes.length !== length)
    throw new HilumError("publication.incomplete", { detail: `${path} was not uploaded.` });
  return bytes;
}

async function checkNewVersion(
  { publisher, plugin, version }: Offered,
  changes: readonly Change[],
  read: (change: Change) => Promise<Buffer>,
  now: Date,
): Promise<Checked> {
  const replaced = changes.find(({ before }) => before !== undefined);
  if (replaced !== undefined) throw invalid(`${replaced.path} is published already; a new version has a new number.`);
  const names = namesOf(publisher, { id: plugin, version });
  const [archive, listed] = [names.package, names.listing].map((path) => changes.find((one) => one.path === path));
  if (archive === undefined || listed === undefined)
    throw invalid(`It does not list ${names.package} and ${names.listing}.`);
  checkAbout(archive, "package", plugin, version);
  checkAbout(listed, "listing", plugin, version);
  const taken = await readPackageApart(await read(archive));
  if (taken.manifest.id !== plugin || taken.manifest.version !== version)
    throw invalid(`The package is ${taken.manifest.id} ${taken.manifest.version ?? "without a version"}.`);
  const listing = parseListing(await read(listed));
  if (canonicalJson(listing.manifest) !== canonicalJson(taken.manifest))
    throw invalid("The listing's manifest is not that of the package.");
  // Recomputed here: who reads the listing decides by it (threat 135).
  if (canonicalJson(listing.sbom) !== canonicalJson(summarizeSbom(taken.sbom)))
    throw invalid("The listing's parts and licences are not those of the package.");
  checkTime(listing, now);
  if (listing.yanked !== undefined) throw invalid("A version that is yanked is not published.");
  await checkPictures(
    publisher,
    changes.filter((one) => one !== archive && one !== listed),
    listing,
    read,
  );
  return { name: listing.manifest.name, digest: taken.digest };
}

function checkAbout({ path, after }: Change, kind: string, plugin: string, version: string): void {
  if (canonicalJson(after.custom ?? null) !== canonicalJson({ kind, plugin, version }))
    throw invalid(`${path} is not described as ${kind} of ${plugin} ${version}.`);
}

function checkTime({ publishedAt }: PluginListing, now: Date): void {
  const age = now.getTime() - Date.parse(publishedAt);
  if (age > daysBackMax * dayMs || age < -minutesAheadMs)
    throw invalid(`The listing says that it was published at ${publishedAt}. Make it anew: it counts from now.`);
}

async function checkPictures(
  publisher: string,
  others: readonly Change[],
  { screenshots }: PluginListing,
  read: (change: Change) => Promise<Buffer>,
): Promise<void> {
  const shown = new Set(screenshots.map(({ file }) => `${publisher}/${file}`));
  const stray = others.find(({ path }) => !shown.has(path));
  if (stray !== undefined) throw invalid(`${stray.path} is neither the package nor shown by its listing.`);
  for (const picture of others) {
    const bytes = await read(picture);
    if (bytes.subarray(0, 8).toString("hex") !== "89504e470d0a1a0a") throw invalid(`${picture.path} is no PNG.`);
    shown.delete(picture.path);
  }
  const [missing] = shown;
  if (missing !== undefined) throw invalid(`It does not list ${missing}, which its listing shows.`);
}

interface Reading {
  read(change: Change): Promise<Buffer>;
  files: Files;
}

/** A listing that says why its version is offered no more or advised against, and else what it said before. */
async function checkAmendment(
  { kind, publisher, plugin, version, reason }: Offered & { kind: "yank" | "deprecate" },
  change: Change,
  { read, files }: Reading,
): Promise<Checked> {
  if (change.path !== listingPath(publisher, plugin, version) || change.before === undefined)
    throw invalid(`It changes ${change.path}, not the listing of ${plugin} ${version}.`);
  checkAbout(change, "listing", plugin, version);
  const before = parseListing(await readFile(files, change.path, change.before));
  const after = parseListing(await read(change));
  const field = kind === "yank" ? "yanked" : "deprecated";
  if (canonicalJson(after) !== canonicalJson({ ...before, [field]: reason }))
    throw invalid(`The listing changes more than "${field}", or gives another reason.`);
  return { name: after.manifest.name };
}

async function checkRevocation(
  { publisher, plugin, version, reason }: Offered,
  change: Change,
  { read, files }: Reading,
): Promise<Checked> {
  if (change.path !== revocationsPath(publisher))
    throw invalid(`It changes ${change.path}, not the list of revocations.`);
  const before =
    change.before === undefined ? [] : parseRevocations(await readFile(files, change.path, change.before), publisher);
  const after = parseRevocations(await read(change), publisher);
  const added = after.find((row) => row.plugin === plugin && row.version === version);
  const rest = after.filter((row) => row !== added);
  const old = before.filter((row) => row.plugin !== plugin || row.version !== version);
  if (added?.reason !== reason || canonicalJson(rest) !== canonicalJson(old))
    throw invalid(`It takes back something else than ${plugin} ${version}, or gives another reason.`);
  return { name: plugin };
}

const invalid = (detail: string): HilumError => new HilumError("publication.invalid", { detail });
