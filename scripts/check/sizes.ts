import type { Check } from "./check.ts";
import { isGenerated, readFiles } from "./source-files.ts";

const linesNoted = 300;
const linesMax = 500;

/** A file past 300 lines usually has two things in it; past 500 it certainly has. */
export const sizes: Check = {
  name: "sizes",
  promise: `no file is longer than ${linesMax} lines`,
  run: async (root) => {
    const long = readFiles(root, /\.(ts|tsx|py|css)$/)
      .filter((file) => !isGenerated(file))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > linesNoted)
      .toSorted((a, b) => b.lines - a.lines);
    return {
      faults: long
        .filter(({ lines }) => lines > linesMax)
        .map(({ path, lines }) => `${path} has ${lines} lines; at most ${linesMax}`),
      notes: long
        .filter(({ lines }) => lines <= linesMax)
        .map(({ path, lines }) => `${path} has ${lines} lines; look again above ${linesNoted}`),
    };
  },
};
