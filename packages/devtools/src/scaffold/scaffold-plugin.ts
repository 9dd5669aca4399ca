import { HilumError, parseManifest, type CapabilityName, type Problem } from "@hilum/contract";
import type { PluginLanguage, Scaffold, ScaffoldChoice } from "@hilum/contract/api";
import { nodeFiles } from "./node-files.ts";
import { pythonFiles } from "./python-files.ts";
import { scaffoldManifest } from "./scaffold-manifest.ts";

/** A language that a plugin can begin in. `test` is run in its folder and passes at once. */
export interface ScaffoldLanguage {
  id: PluginLanguage;
  title: string;
  /** Whether it can bring pages of its own: they are written in React. */
  pages: boolean;
  test: string;
}

export const scaffoldLanguages: readonly ScaffoldLanguage[] = [
  { id: "node", title: "TypeScript", pages: true, test: "node --test" },
  { id: "python", title: "Python", pages: false, test: "python3 -m pytest" },
];

/** Capabilities that a plugin can begin with: those that there are files for. */
export const scaffoldCapabilities: readonly CapabilityName[] = ["send_messages"];

/** The files of a new plugin; nothing is written. Throws `request.invalid` with the places that are wrong. */
export function scaffoldPlugin(choice: ScaffoldChoice): Scaffold {
  const language = scaffoldLanguages.find(({ id }) => id === choice.language);
  const problems = findProblems(choice, language);
  if (problems.length > 0 || language === undefined)
    throw new HilumError("request.invalid", { detail: "The plugin cannot be made like this.", problems });
  const files = choice.language === "node" ? nodeFiles(choice) : pythonFiles(choice);
  return { folder: choice.id, files, test: language.test };
}

function findProblems(choice: ScaffoldChoice, language: ScaffoldLanguage | undefined): Problem[] {
  const problems: Problem[] = [];
  choice.capabilities.forEach((name, index) => {
    if (!scaffoldCapabilities.includes(name))
      problems.push({
        pointer: `/capabilities/${index}`,
        message: `There are no files to begin \`${name}\` with.`,
        fix: `Choose among ${scaffoldCapabilities.join(", ")}.`,
      });
  });
  if (choice.pages && language?.pages !== true)
    problems.push({
      pointer: "/pages",
      message: "Pages are written in React, beside code in TypeScript.",
      fix: "Leave pages out, or choose TypeScript.",
    });
  // Id and name are judged by the parser that will judge the manifest: its pointers are those of the choice.
  const parsed = parseManifest(scaffoldManifest(choice));
  if (!parsed.ok)
    problems.push(
      ...parsed.problems.map(({ pointer, message, fix }) => ({
        pointer,
        message,
        ...(fix === undefined ? {} : { fix }),
      })),
    );
  return problems;
}
