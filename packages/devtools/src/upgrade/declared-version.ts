import type { PluginLanguage } from "@hilum/contract/api";
import { join } from "node:path";
import { readJson, objectOf } from "./json-members.ts";
import { nameOf } from "./javascript/syntax.ts";
import { readText } from "./read-sources.ts";
import { lineOf, type Changes, type FolderFiles } from "./upgrade.ts";

/** Where a folder says for which SDK its code is written. */
export interface DeclaredVersion {
  path: string;
  version: string;
  start: number;
  end: number;
}

const requirement = /(?<quote>["'])hilum\s*(?:==|~=|>=)\s*(?<version>\d+\.\d+\.\d+)\s*\k<quote>/g;
const exact = /^[\^~=v]*(?<version>\d+\.\d+\.\d+)$/;

/**
 * The SDK version that a folder declares: of `@hilum/sdk` in package.json, of `hilum` in pyproject.toml. Undefined where it
 * declares none, or more than one version could be meant.
 */
export async function declaredVersion(
  files: FolderFiles,
  language: PluginLanguage,
): Promise<DeclaredVersion | undefined> {
  return language === "python" ? inProject(files.get("pyproject.toml")) : await inPackage(files.get("package.json"));
}

/** What `declaredVersion` says of a folder; no other file is read. */
export async function readDeclaredVersion(folder: string, language: PluginLanguage): Promise<string | undefined> {
  const name = language === "python" ? "pyproject.toml" : "package.json";
  const text = await readText(join(folder, name));
  return typeof text === "string" ? (await declaredVersion(new Map([[name, text]]), language))?.version : undefined;
}

async function inPackage(text: string | undefined): Promise<DeclaredVersion | undefined> {
  const document = text === undefined ? undefined : await readJson(text);
  for (const list of ["dependencies", "devDependencies", "peerDependencies"]) {
    const value = document?.members.find(({ name }) => name === list)?.value;
    const members = value === undefined ? [] : (objectOf(value)?.members ?? []);
    const member = members.find(({ name }) => name === "@hilum/sdk");
    const version = exact.exec(nameOf(member?.value) ?? "")?.groups?.["version"];
    if (member === undefined || version === undefined) continue;
    // The digits alone: a range's sign and the quotes stay.
    const end = member.end - 1;
    return { path: "package.json", version, start: end - version.length, end };
  }
  return undefined;
}

/** A dependency is a text of its own (PEP 621, PEP 508), so one that stands there exactly once is it. */
function inProject(text: string | undefined): DeclaredVersion | undefined {
  const [only, ...others] = [...(text ?? "").matchAll(requirement)];
  const version = only?.groups?.["version"];
  if (only === undefined || version === undefined || others.length > 0) return undefined;
  const start = only.index + only[0].lastIndexOf(version);
  return { path: "pyproject.toml", version, start, end: start + version.length };
}

/** Moves the declared version; what declares none is left to a person. */
export async function declareVersion(files: FolderFiles, language: PluginLanguage, version: string): Promise<Changes> {
  const declared = await declaredVersion(files, language);
  if (declared?.version === version) return { edits: [], byHand: [] };
  if (declared !== undefined) {
    const { path, start, end } = declared;
    return { edits: [{ path, start, end, text: version }], byHand: [] };
  }
  const [path, how] =
    language === "python"
      ? ["pyproject.toml", `write "hilum==${version}" among the project's dependencies`]
      : ["package.json", `write "@hilum/sdk": "${version}" among the dependencies`];
  const text = files.get(path) ?? "";
  const line = lineOf(text, Math.max(0, text.search(/"@hilum\/sdk"|["']hilum/)));
  return { edits: [], byHand: [{ path, line, todo: `It does not say for which SDK the code is written: ${how}.` }] };
}
