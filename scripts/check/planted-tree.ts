import { createTempDir, type TempDir } from "@hilum/testkit";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository } from "../process.ts";

/** Path -> content. */
export type Tree = Readonly<Record<string, string>>;

const settings = [".gitignore", "tsconfig.json", ".oxlintrc.json", ".oxfmtrc.json"];

/** A package manifest of the tree. */
export const manifest = (
  name: string,
  dependencies: readonly string[] = [],
  exports: readonly string[] = ["."],
): string =>
  JSON.stringify({
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    exports: Object.fromEntries(exports.map((entry) => [entry, "./src/index.ts"])),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "*"])),
  });

/** A small house in which every checker is green. */
const cleanTree: Tree = {
  "package.json": JSON.stringify({
    name: "planted",
    private: true,
    type: "module",
    workspaces: ["packages/*", "apps/*", "plugins/*"],
  }),
  "knip.json": `{ "workspaces": { "packages/*": {}, "apps/*": { "entry": ["src/main.{ts,tsx}"] } } }\n`,
  "packages/contract/package.json": manifest("@hilum/contract"),
  "packages/contract/src/index.ts": `export const word = "plugin";\n`,
  "packages/policy/package.json": manifest("@hilum/policy", ["@hilum/contract"]),
  "packages/policy/src/index.ts": `import { word } from "@hilum/contract";\n\nexport const decided = word;\n`,
  "packages/testkit/package.json": manifest("@hilum/testkit"),
  "packages/testkit/src/index.ts": `export const clock = 0;\n`,
};

/** Makes the clean tree with `planted` written over it. The tools come from the repository's own `node_modules`. */
export function plantTree(planted: Tree = {}): TempDir {
  const tree = createTempDir("planted");
  for (const name of settings) cpSync(join(repository, name), tree.join(name));
  for (const [path, content] of Object.entries({ ...cleanTree, ...planted })) {
    mkdirSync(dirname(tree.join(path)), { recursive: true });
    writeFileSync(tree.join(path), content);
  }
  linkModules(tree);
  return tree;
}

/** Tools and types as they are installed, but the packages of this tree under their names. */
function linkModules(tree: TempDir): void {
  mkdirSync(tree.join("node_modules/@hilum"), { recursive: true });
  for (const name of ["@types", "oxlint", "oxlint-tsgolint", "oxfmt", "vitest"])
    symlinkSync(join(repository, "node_modules", name), tree.join("node_modules", name));
  for (const name of ["contract", "policy", "testkit"])
    symlinkSync(tree.join("packages", name), tree.join("node_modules/@hilum", name));
}
