import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PluginLanguage } from "@hilum/contract/api";
import { requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { applyEdits, type FolderFiles } from "./upgrade.ts";
import { upgrades } from "./upgrades.ts";

const fixtures = join(import.meta.dirname, "fixtures");

/** Files of a fixture; each has `.txt` behind its name, so that nothing takes it for code of this package. */
function readFixture(folder: string): FolderFiles {
  return new Map(
    readdirSync(folder).map((name) => [name.replace(/\.txt$/, ""), readFileSync(join(folder, name), "utf8")]),
  );
}

it("numbers the upgrades from 1 without a gap, and has a fixture for each in each of its languages", () => {
  expect(upgrades.map(({ number }) => number)).toEqual(upgrades.map((_, at) => at + 1));
  const wanted = upgrades.flatMap(({ number, languages }) =>
    languages.map((language) => `${String(number).padStart(3, "0")}-${language}`),
  );
  expect(readdirSync(fixtures).toSorted()).toEqual(wanted.toSorted());
});

describe.each(readdirSync(fixtures))("upgrade %s", (name) => {
  const [number, language] = name.split("-") as [string, PluginLanguage];
  const upgrade = upgrades.find((one) => one.number === Number(number));
  const before = readFixture(join(fixtures, name, "before"));
  const after = readFixture(join(fixtures, name, "after"));
  const byHand = JSON.parse(readFileSync(join(fixtures, name, "by-hand.json"), "utf8")) as string[];
  const runs = language !== "python" || requires("python3").available;

  it.skipIf(!runs)("turns what was into what is to be, and leaves to a person what is unclear", async () => {
    const found = await upgrade?.find(before, language);
    expect(applyEdits(before, found?.edits ?? [])).toEqual(after);
    expect(found?.byHand.map(({ path, line }) => `${path}:${line}`).toSorted()).toEqual(byHand);
  });

  it.skipIf(!runs)("does nothing the second time, and leaves the same to a person", async () => {
    const again = await upgrade?.find(after, language);
    expect(again?.edits).toEqual([]);
    expect(again?.byHand.map(({ path, line }) => `${path}:${line}`).toSorted()).toEqual(byHand);
  });
});
