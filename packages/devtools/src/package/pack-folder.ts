import { HilumError, parseManifest, type Manifest } from "@hilum/contract";
import type { PackagePreview } from "@hilum/contract/api";
import { bundleApart } from "./bundle-apart.ts";
import { readFolder, sha256 } from "./read-folder.ts";
import { findComponents, pythonSdkOf, readSbom, sbomFile } from "./sbom.ts";
import { listName, packageFormat, writeArchive, type ArchiveFile } from "@hilum/marketplace";

/** Where what a linked folder imports comes from on this server. */
export interface PackSources {
  /** Folders that code may be bundled from, besides the plugin's own: the SDK and what it stands on. */
  moduleRoots: readonly string[];
  /** Folder that holds the Python package `hilum`; absent where it is not installed. */
  pythonSdk?: string;
}

export interface Package extends PackagePreview {
  content: Buffer;
}

/** Entry of a packed Node plugin. */
const bundledEntry = "main.mjs";

/**
 * A linked folder as a package: manifest, code in one file or with its dependencies beside it, pages, and a list of all
 * files with their SHA-256. The same folder gives the same bytes. Throws `package.invalid`, `package.symlink`.
 */
export async function packFolder(folder: string, sources: PackSources): Promise<Package> {
  const files = await readFolder(folder);
  const manifest = readManifest(files);
  const packed = await chooseFiles(folder, files, manifest, sources);
  const list = listOf(packed);
  const content = writeArchive([
    ...packed,
    { path: listName, bytes: Buffer.from(`${JSON.stringify(list, undefined, 2)}\n`) },
  ]);
  return {
    name: `${manifest.id}-${manifest.version ?? "0.0.0"}.hilum`,
    digest: sha256(content),
    bytes: content.length,
    files: list.files,
    content,
  };
}

const listOf = (files: readonly ArchiveFile[]) => ({
  format: packageFormat,
  files: files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => ({ path, bytes: bytes.length, digest: sha256(bytes) })),
});

function readManifest(files: readonly ArchiveFile[]): Manifest {
  const file = files.find(({ path }) => path === "hilum.json");
  if (file === undefined) throw invalid("The folder holds no hilum.json.", "/hilum.json");
  // Whose an id is says who signs the package, not who packs it.
  const parsed = parseManifest(Buffer.from(file.bytes).toString("utf8"), { included: true });
  if (!parsed.ok)
    throw new HilumError("package.invalid", { detail: "hilum.json is not valid.", problems: parsed.problems });
  return parsed.manifest;
}

async function chooseFiles(
  folder: string,
  files: readonly ArchiveFile[],
  manifest: Manifest,
  sources: PackSources,
): Promise<ArchiveFile[]> {
  const { kind, entry } = manifest.runtime ?? {};
  if (kind === "remote" || kind === undefined || entry === undefined)
    throw invalid("The manifest names no code that runs here.", "/runtime");
  if (!files.some(({ path }) => path === entry)) throw invalid(`${entry} is not in the folder.`, "/runtime/entry");
  const shown = pageFilesOf(manifest);
  const missing = shown.find((path) => !files.some((file) => file.path === path));
  if (missing !== undefined) throw invalid(`${missing} is not in the folder.`, "/ui");
  const beside = files.filter(({ path }) => isDocument(path) || shown.includes(path));
  if (kind === "node") {
    const { code, foreign } = await bundleApart(folder, entry, { roots: sources.moduleRoots, platform: "node" });
    return [
      withEntry(manifest),
      { path: bundledEntry, bytes: Buffer.from(code) },
      sbomFile(manifest, [...(await findComponents(foreign)), ...readSbom(files)]),
      ...beside,
    ];
  }
  const own = files.filter(({ path }) => !beside.some((file) => file.path === path) && isRun(path, entry));
  const sdk = kind === "python" ? await vendorSdk(files, entry, sources) : [];
  return [...own, ...sdk, sbomFile(manifest, [...readSbom(files), ...pythonSdkOf([...own, ...sdk])]), ...beside];
}

/** What only tests, registration and plugins outside of a sandbox need of the SDK. */
const sdkLeftOut = /^(testing|rules|remote)\/|^(registration|https_json|pack|package)\.py$/;

/** The Python SDK beside the code, unless the folder brings it. Other dependencies have to be there: pip is not run here. */
async function vendorSdk(
  files: readonly ArchiveFile[],
  entry: string,
  { pythonSdk }: PackSources,
): Promise<ArchiveFile[]> {
  if (files.some(({ path }) => /(^|\/)hilum\/__init__\.py$/.test(path))) return [];
  const requirements = files.find(({ path }) => path === "requirements.txt");
  if (requirements !== undefined && /^\s*[^#\s]/m.test(Buffer.from(requirements.bytes).toString("utf8")))
    throw invalid("requirements.txt names packages that are not beside the code.", "/requirements.txt");
  const sdk = pythonSdk === undefined ? [] : await readFolder(pythonSdk);
  const place = entry.includes("/") ? `${entry.slice(0, entry.lastIndexOf("/"))}/hilum` : "hilum";
  return sdk
    .filter(({ path }) => path.endsWith(".py") && !sdkLeftOut.test(path))
    .map(({ path, bytes }) => ({ path: `${place}/${path}`, bytes }));
}

/** A page's files lie below `ui`. */
function pageFilesOf({ ui }: Manifest): string[] {
  const pages = [ui?.settings, ui?.health, ...(ui?.pages ?? [])].filter((page) => page !== undefined);
  return [...new Set(pages.flatMap(({ entry, style }) => (style === undefined ? [entry] : [entry, style])))];
}

const isDocument = (path: string): boolean => /^(readme(\.md)?|licen[cs]e(\.md|\.txt)?|changelog(\.md)?)$/i.test(path);
const forWriters =
  /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$|\.pyc$|^tests?\/|^conformance\.json$|^pyproject\.toml$|^requirements[^/]*\.txt$/;

/** What is for who runs it, and not for who writes it. Where the entry was packed into `dist`, all that runs is there. */
const isRun = (path: string, entry: string): boolean =>
  path === "hilum.json" || (!forWriters.test(path) && (!entry.startsWith("dist/") || path.startsWith("dist/")));

/** The manifest with the entry that the package has; everything else as it stands. */
function withEntry(manifest: Manifest): ArchiveFile {
  const packed = { ...manifest, runtime: { ...manifest.runtime, entry: bundledEntry } };
  return { path: "hilum.json", bytes: Buffer.from(`${JSON.stringify(packed, undefined, 2)}\n`) };
}

const invalid = (detail: string, pointer: string): HilumError =>
  new HilumError("package.invalid", {
    detail,
    problems: [{ pointer, message: detail, fix: "Correct it and pack again." }],
  });
