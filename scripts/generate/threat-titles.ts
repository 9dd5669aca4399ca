import { parseSync, Visitor } from "oxc-parser";
import { isTest, readFiles, type SourceFile } from "../check/source-files.ts";

/** Which test files cover which cases of the threat catalogue: case number -> paths. */
export type Coverage = Map<number, string[]>;

const title = /^threat (\d+(?:, \d+)*): /;

/**
 * Reads the titles of all tests. A test covers the cases that its title begins with: `threat 22, 23: ...`; in Python it
 * is the docstring of the test that begins so.
 */
export function readCoverage(root: string): Coverage {
  const coverage: Coverage = new Map();
  for (const file of readFiles(root, /\.(ts|tsx|py)$/)) {
    for (const number of new Set(readNumbers(file))) coverage.set(number, [...(coverage.get(number) ?? []), file.path]);
  }
  return coverage;
}

function readNumbers(file: SourceFile): number[] {
  const titles = file.path.endsWith(".py") ? pythonTitles(file) : isTest(file.path) ? typescriptTitles(file) : [];
  return titles.flatMap((text) => title.exec(text)?.[1]?.split(", ").map(Number) ?? []);
}

function typescriptTitles({ path, text }: SourceFile): string[] {
  const titles: string[] = [];
  new Visitor({
    CallExpression: (node) => {
      const [first] = node.arguments;
      if (first?.type === "Literal" && typeof first.value === "string") titles.push(first.value);
      if (first?.type === "TemplateLiteral") titles.push(first.quasis[0]?.value.raw ?? "");
    },
  }).visit(parseSync(path, text).program);
  return titles;
}

function pythonTitles({ path, text }: SourceFile): string[] {
  if (!/(^|\/)test_[^/]*\.py$|_test\.py$/.test(path)) return [];
  return [...text.matchAll(/"""(threat .*)/g)].map((match) => match[1] ?? "");
}
