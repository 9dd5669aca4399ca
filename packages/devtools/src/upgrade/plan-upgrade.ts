import { compareVersions, sdkVersions } from "@hilum/contract";
import type { PluginLanguage, UpgradePreview } from "@hilum/contract/api";
import { createTwoFilesPatch } from "diff";
import { sha256 } from "../package/read-folder.ts";
import { declaredVersion, declareVersion } from "./declared-version.ts";
import { applyEdits, type ByHand, type FolderFiles, type Upgrade } from "./upgrade.ts";
import { upgrades } from "./upgrades.ts";

export interface UpgradePlan extends Omit<UpgradePreview, "plugin" | "skipped"> {
  /** Changed files alone, as they would be. */
  changed: ReadonlyMap<string, string>;
}

export interface PlanOptions {
  language: PluginLanguage;
  /** Default: all there are. */
  known?: readonly Upgrade[];
  /** SDK version to go to; default the newest. */
  to?: string;
}

/**
 * What bringing a folder to the newest SDK would change; nothing is written. Without a declared version every upgrade is asked:
 * what is done already is not done again. The declared version moves once nothing is left to do by hand.
 */
export async function planUpgrade(
  files: FolderFiles,
  { language, known = upgrades, to = sdkVersions.current }: PlanOptions,
): Promise<UpgradePlan> {
  const declared = await declaredVersion(files, language);
  const steps: UpgradePreview["steps"] = [];
  let now: FolderFiles = files;
  for (const upgrade of known.filter((one) => isDue(one, declared?.version, to) && one.languages.includes(language))) {
    const { edits, byHand } = await upgrade.find(now, language);
    now = applyEdits(now, edits);
    const { number, version, title, why } = upgrade;
    steps.push({ number, version, title, why, files: pathsOf(edits), byHand: byHand.map(bounded) });
  }
  const last = steps.some(({ byHand }) => byHand.length > 0)
    ? { edits: [], byHand: [] }
    : await declareVersion(now, language, to);
  now = applyEdits(now, last.edits);
  const changed = new Map([...now].filter(([path, text]) => files.get(path) !== text));
  return {
    ...{ language, to, steps, changed, basis: basisOf(files, to) },
    ...(declared === undefined ? {} : { from: declared.version, declaredIn: declared.path }),
    declares: { files: pathsOf(last.edits), byHand: last.byHand },
    files: [...changed].map(([path, text]) => ({ path, diff: diffOf(path, files.get(path) ?? "", text) })),
  };
}

const isDue = ({ version }: Upgrade, from: string | undefined, to: string): boolean =>
  compareVersions(version, to) <= 0 && (from === undefined || compareVersions(version, from) > 0);

const pathsOf = (edits: readonly { path: string }[]): string[] => [...new Set(edits.map(({ path }) => path))];

const bounded = ({ path, line, todo }: ByHand): ByHand => ({ path, line, todo: todo.slice(0, 500) });

/** The same as long as no file that was looked at has changed. */
const basisOf = (files: FolderFiles, to: string): string =>
  sha256(
    [to, ...[...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => `${sha256(text)} ${path}`)].join(
      "\n",
    ),
  );

/** Unified, as `patch -p1` and `git apply` take it. */
const diffOf = (path: string, before: string, after: string): string =>
  createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
