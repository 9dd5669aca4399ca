import { createHash } from "node:crypto";
import { HilumError, parseManifest, type Manifest, type Problem } from "@hilum/contract";
import { readArchive } from "../archive/read-archive.ts";
import type { ArchiveFile } from "../archive/write-archive.ts";
import { findHiddenText } from "./hidden-text.ts";

/** Where a package lists its files, and where it lists what its code is made of (CycloneDX 1.6). */
export const listName = "META/files.json";
export const sbomName = "META/sbom.cdx.json";
export const packageFormat = "hilum-package/1";

export interface ListedFile {
  path: string;
  bytes: number;
  /** SHA-256 in hex. */
  digest: string;
}

/** A package whose every file is the one that it lists. Who made it is not said by the package but by who signs its digest. */
export interface ReadPackage {
  manifest: Manifest;
  /** SHA-256 of the whole archive in hex: what is signed, and what the installed folder is called by. */
  digest: string;
  files: readonly ArchiveFile[];
  /** SHA-256 of the list of files in hex: by it an installed folder is held to what was taken. */
  listDigest: string;
  list: readonly ListedFile[];
  sbom: Readonly<Record<string, unknown>>;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Throws `package.invalid`, `manifest.invalid`. Nothing of the package is run, and nothing is written. */
export function readPackage(archive: Buffer): ReadPackage {
  const files = readArchive(archive);
  const list = readList(files);
  refuse(checkList(files, list));
  refuse(files.flatMap(findForbidden));
  refuse(files.flatMap(findHiddenText));
  const manifest = readManifest(files);
  refuse(checkEntry(manifest, files));
  const listFile = files.find(({ path }) => path === listName);
  return {
    manifest,
    digest: sha256(archive),
    files,
    listDigest: sha256(listFile?.bytes ?? new Uint8Array()),
    list,
    sbom: readJson(files, sbomName),
  };
}

function readList(files: readonly ArchiveFile[]): ListedFile[] {
  const { format, files: listed } = readJson(files, listName);
  if (format !== packageFormat) throw invalid([problem(`/${listName}`, `its format is not ${packageFormat}`)]);
  if (!Array.isArray(listed) || !listed.every(isListed))
    throw invalid([problem(`/${listName}`, "it does not list path, bytes and digest of each file")]);
  return listed;
}

const isListed = (row: unknown): row is ListedFile => {
  const { path, bytes, digest } = (row ?? {}) as Partial<Record<keyof ListedFile, unknown>>;
  return typeof path === "string" && Number.isSafeInteger(bytes) && typeof digest === "string";
};

/** Every file but the list itself is in the list, with its digest, and nothing else is (threat 117). */
function checkList(files: readonly ArchiveFile[], list: readonly ListedFile[]): Problem[] {
  const listed = new Map(list.map((row) => [row.path, row]));
  const own = files.filter(({ path }) => path !== listName);
  return [
    ...own.flatMap(({ path, bytes }) => {
      const row = listed.get(path);
      if (row === undefined) return [problem(`/${path}`, `${path} is not in the list of files`)];
      if (row.bytes !== bytes.length || row.digest !== sha256(bytes))
        return [problem(`/${path}`, `${path} is not the file that is listed`)];
      return [];
    }),
    ...list
      .filter(({ path }) => !own.some((file) => file.path === path))
      .map(({ path }) => problem(`/${listName}`, `${path} is listed and missing`)),
    ...(listed.size === list.length ? [] : [problem(`/${listName}`, "a file is listed twice")]),
  ];
}

/** What a package manager or a version control would act on (threat 116). */
const forbidden =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|setup\.py|setup\.cfg|makefile)$/i;
const scripts = ["preinstall", "install", "postinstall", "prepare", "prepublish"];

function findForbidden({ path, bytes }: ArchiveFile): Problem[] {
  if (forbidden.test(path)) return [problem(`/${path}`, `${path} is for a package manager, which is never run`)];
  if (!/(^|\/)package\.json$/.test(path)) return [];
  const found = JSON.stringify(parseJson(bytes)?.["scripts"] ?? {});
  return scripts.some((name) => found.includes(`"${name}":`))
    ? [problem(`/${path}`, `${path} names an install script, which is never run`)]
    : [];
}

function readManifest(files: readonly ArchiveFile[]): Manifest {
  const file = files.find(({ path }) => path === "hilum.json");
  if (file === undefined) throw invalid([problem("/hilum.json", "the package holds no hilum.json")]);
  // Whose an id is says who signed the package: a reserved one is refused where that is known.
  const parsed = parseManifest(Buffer.from(file.bytes).toString("utf8"), { included: true });
  if (!parsed.ok) throw new HilumError("manifest.invalid", { problems: parsed.problems });
  return parsed.manifest;
}

function checkEntry({ version, runtime }: Manifest, files: readonly ArchiveFile[]): Problem[] {
  const entry = runtime?.entry;
  return [
    ...(version === undefined ? [problem("/hilum.json", "the manifest names no version")] : []),
    ...(runtime?.kind === "remote" || entry === undefined || !files.some(({ path }) => path === entry)
      ? [problem("/hilum.json", "the manifest names no entry that is in the package")]
      : []),
  ];
}

function readJson(files: readonly ArchiveFile[], name: string): Record<string, unknown> {
  const file = files.find(({ path }) => path === name);
  if (file === undefined) throw invalid([problem(`/${name}`, `the package holds no ${name}`)]);
  const parsed = parseJson(file.bytes);
  if (parsed === undefined) throw invalid([problem(`/${name}`, `${name} is not a JSON object`)]);
  return parsed;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const problem = (pointer: string, message: string): Problem => ({
  pointer,
  message,
  fix: "Correct it and pack again with Hilum's own tools.",
});

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly Problem[]): HilumError {
  return new HilumError("package.invalid", {
    detail: `The package is not taken: ${problems[0]?.message ?? "it is not valid"}.`,
    problems: problems.slice(0, 50),
  });
}
