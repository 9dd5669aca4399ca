import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix } from "node:path";
import { allows, arrowOf, type Arrow } from "./arrows.ts";
import type { Check } from "./check.ts";
import { readImports, type Import } from "./imports.ts";
import { isTest, listFiles, readFiles, type SourceFile } from "./source-files.ts";

const scope = "@hilum/";

/** Built-in modules of Node that neither read nor write anything outside the process. */
const computing = new Set(["assert", "assert/strict", "buffer", "crypto", "util"]);

interface Workspace {
  /** Folder from the root. */
  folder: string;
  name: string;
  exports: readonly string[];
  dependencies: readonly string[];
  devDependencies: readonly string[];
}

/** One file in its workspace, with what it imports. */
interface Member {
  path: string;
  imports: readonly Import[];
  arrow: Arrow;
  home: Workspace | undefined;
  test: boolean;
}

export const boundaries: Check = {
  name: "boundaries",
  promise: "imports and dependencies follow the arrows, through each package's entries alone",
  run: async (root) => {
    const workspaces = readWorkspaces(root);
    const files = readFiles(root, /^(packages|apps|plugins|examples|bench|conformance|scripts|e2e)\/.*\.tsx?$/);
    const faults = files.flatMap((file) => judgeFile(file, workspaces));
    return { faults: [...workspaces.flatMap(judgeManifest), ...faults], notes: [] };
  },
};

function judgeFile(file: SourceFile, workspaces: readonly Workspace[]): string[] {
  const arrow = arrowOf(file.path);
  if (arrow === undefined) return [`${file.path}: no arrow is drawn for this folder`];
  const imports = readImports(file);
  const home = workspaces.find(({ folder }) => file.path.startsWith(`${folder}/`));
  const test = isTest(file.path) || imports.some(({ specifier }) => specifier === "vitest");
  const member: Member = { path: file.path, imports, arrow, home, test };
  return imports.flatMap(({ specifier, line }) =>
    judgeImport(member, specifier, workspaces).map((fault) => `${file.path}:${line}: ${fault}`),
  );
}

function judgeImport(member: Member, specifier: string, workspaces: readonly Workspace[]): string[] {
  if (specifier.startsWith(".")) return judgeRelative(member, specifier);
  if (specifier.startsWith(scope)) return judgePackage(member, specifier.slice(scope.length), workspaces);
  if (isBuiltin(specifier)) return judgeBuiltin(member, specifier);
  return [];
}

function judgeRelative({ path }: Member, specifier: string): string[] {
  const target = posix.join(dirname(path), specifier);
  if (homeOf(target) === homeOf(path)) return [];
  return [`${specifier} leaves ${homeOf(path)}; import ${homeOf(target)} by its name`];
}

function judgePackage({ arrow, home, test }: Member, specifier: string, workspaces: readonly Workspace[]): string[] {
  const [name = ""] = specifier.split("/");
  const target = workspaces.find((workspace) => workspace.name === scope + name);
  if (target === undefined) return [`there is no ${scope}${name}`];
  if (target === home) return test ? [] : [`${scope}${specifier} is this package itself; import the file`];
  const faults: string[] = [];
  if (/^(apps|plugins)\//.test(target.folder)) faults.push(`nobody imports ${target.folder}`);
  else if (!allows([...arrow.imports, ...(test ? (arrow.testImports ?? []) : [])], specifier))
    faults.push(`${arrow.place} may not import ${scope}${specifier}${test ? " even in a test" : ""}`);
  if (!target.exports.includes(entryOf(specifier))) faults.push(`${scope}${specifier} is no entry of ${target.folder}`);
  if (home !== undefined && !isDeclared(home, arrow, target.name, test))
    faults.push(`${home.folder}/package.json does not declare ${target.name}${test ? "" : " as a dependency"}`);
  return faults;
}

function judgeBuiltin({ arrow, path, test }: Member, specifier: string): string[] {
  if (test || !path.startsWith(`${arrow.place}/src/`)) return [];
  if (arrow.node === "nothing") return [`${arrow.place} runs in a browser, so it cannot import ${specifier}`];
  const computes = computing.has(specifier.replace(/^node:/, ""));
  if (arrow.node === "computing" && !computes)
    return [`${arrow.place} only computes, so it cannot import ${specifier}`];
  return [];
}

/** A package may not declare what its files may not import, or the arrow is only waiting to be broken. */
function judgeManifest({ folder, dependencies, devDependencies }: Workspace): string[] {
  const arrow = arrowOf(folder);
  if (arrow === undefined) return [`${folder}: no arrow is drawn for this folder`];
  // A folder inside the package may have wider arrows than the package.
  const inside = arrowOf(`${folder}/src/testing`);
  const forCode = [...arrow.imports, ...(inside?.imports ?? [])];
  const forTests = [...forCode, ...(arrow.testImports ?? [])];
  const judge = (names: readonly string[], allowed: readonly string[]): string[] =>
    names
      .filter((name) => name.startsWith(scope))
      .filter((name) => !allowed.some((entry) => entry.split("/")[0] === name.slice(scope.length)))
      .map((name) => `${folder}/package.json: ${arrow.place} may not depend on ${name}`);
  return [...judge(dependencies, forCode), ...judge(devDependencies, forTests)];
}

function isDeclared(home: Workspace, arrow: Arrow, name: string, test: boolean): boolean {
  if (home.dependencies.includes(name)) return true;
  return (test || arrow.unpublished === true) && home.devDependencies.includes(name);
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

function entryOf(specifier: string): string {
  const [, ...subpath] = specifier.split("/");
  return [".", ...subpath].join("/");
}

/** `packages/store`, `apps/server`, `bench`, ...: the workspace folder of a path. */
function homeOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return ["packages", "apps", "plugins", "examples"].includes(first) ? `${first}/${second}` : first;
}

function readWorkspaces(root: string): Workspace[] {
  return listFiles(root)
    .filter((path) => path.endsWith("/package.json") && homeOf(path) === dirname(path))
    .filter((path) => existsSync(join(root, path)))
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, unknown>;
      return {
        folder: dirname(path),
        name: String(manifest["name"]),
        exports: keysOf(manifest["exports"]),
        dependencies: [...keysOf(manifest["dependencies"]), ...keysOf(manifest["peerDependencies"])],
        devDependencies: keysOf(manifest["devDependencies"]),
      };
    });
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
