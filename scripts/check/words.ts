import { basename, dirname } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import type { Check } from "./check.ts";
import { isGenerated, isTest, readFiles, type SourceFile } from "./source-files.ts";

/** Names that say nothing about what a file holds. */
const emptyNames = new Set(["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"]);

interface BannedText {
  pattern: RegExp;
  why: string;
}

// Each pattern is written so that this file does not match itself.
const machineTraces: BannedText[] = [
  { pattern: /(?<![\w.])\/(?:work|root|Users)\/[\w-]+/, why: "a path of one machine" },
  { pattern: /(?<![\w.])\/home\/(?!<)[\w-]+/, why: "a path of one machine" },
  {
    pattern: /registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|files\.pythonhosted\.\w+|proxy\.golang\.\w+/,
    why: "the host of a package registry",
  },
  { pattern: /"resolved": "https?:/, why: "the address of one registry, in the lockfile" },
];

const consoleWords: BannedText[] = [
  { pattern: /\bCLI\b/, why: "everything can be done in the console" },
  { pattern: /\bterminal\b/i, why: "the operator has no terminal" },
  { pattern: /\benv(?:ironment)? var(?:iable)?s?\b/i, why: "the operator sets no variables" },
  { pattern: /contact your administrator/i, why: "say who can do it and where" },
];

export const words: Check = {
  name: "words",
  promise: "names say what they hold, and no text speaks of one machine or sends the operator away",
  run: async (root) => {
    const files = readFiles(root, /\.(ts|tsx|js|mjs|css|html|json|jsonc|py|md|sh|toml|yaml|yml|sql)$|(^|\/)\.ci\/run$/);
    const faults = files.flatMap((file) => [...nameFaults(file), ...traceFaults(file), ...consoleFaults(file)]);
    return { faults, notes: [] };
  },
};

function nameFaults({ path }: SourceFile): string[] {
  const stem = basename(path).split(".")[0] ?? "";
  const names = [...dirname(path).split("/"), stem];
  const empty = names.find((name) => emptyNames.has(name) || emptyNames.has(name.split("-").at(-1) ?? ""));
  return empty === undefined ? [] : [`${path}: "${empty}" says nothing about what it holds`];
}

function traceFaults({ path, text }: SourceFile): string[] {
  return lineFaults(path, text, 1, machineTraces);
}

/** Only what a person can read: string literals, templates and JSX text; identifiers and comments may say what they like. */
function consoleFaults(file: SourceFile): string[] {
  if (!/^apps\/console\/src\/.*\.tsx?$/.test(file.path) || isTest(file.path) || isGenerated(file)) return [];
  return readableTexts(file).flatMap(({ text, line }) => lineFaults(file.path, text, line, consoleWords));
}

function readableTexts({ path, text }: SourceFile): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  const take = (value: string, start: number): void => {
    found.push({ text: value, line: text.slice(0, start).split("\n").length });
  };
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === "string") take(node.value, node.start);
    },
    TemplateElement: (node) => take(node.value.cooked ?? node.value.raw, node.start),
    JSXText: (node) => take(node.value, node.start),
  }).visit(parseSync(path, text).program);
  return found;
}

function lineFaults(path: string, text: string, firstLine: number, banned: readonly BannedText[]): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      banned
        .filter(({ pattern }) => pattern.test(line))
        .map(({ pattern, why }) => `${path}:${firstLine + index}: "${pattern.exec(line)?.[0]}" is ${why}`),
    );
}
