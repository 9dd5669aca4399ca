import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), "utf8");
const page = read("developer-tools.md");
const known = new Set(
  read("../../apps/cli/commands.jsonl")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { command: string }).command),
);

/** The words after `hilum` in shell blocks and in running text, as far as they name a command. */
const commands = [...page.matchAll(/(?:npx )?\bhilum ([a-z]+(?: [a-z][a-z-]*)?)/g)].map(([, words = ""]) => words);
const isGroup = (words: string): boolean => [...known].some((command) => command.startsWith(`${words} `));

it("names only commands that there are", () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(
    commands.filter((words) => !known.has(words) && !known.has(words.split(" ")[0] ?? "") && !isGroup(words)),
  ).toEqual([]);
});

it("tells beside each shell block how the console does it", () => {
  const parts = page.split(/^```sh$/m).slice(1);
  const after = parts.map((part) => part.split(/^```$/m)[1] ?? "");
  const alone = after.filter((text) => !text.includes("*Console:*"));
  expect(alone).toEqual([]);
});
