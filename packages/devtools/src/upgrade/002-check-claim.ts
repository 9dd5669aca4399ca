import { renameImport } from "./javascript/rename-import.ts";
import { findPythonEdits } from "./python/find-python-edits.ts";
import type { Upgrade } from "./upgrade.ts";

export const checkClaim: Upgrade = {
  number: 2,
  version: "0.2.0",
  title: "Call one checked claim a claim",
  why: "A step is one of the setup: checkStep, which fills a row of any check, is called checkClaim, in Python check_claim.",
  languages: ["node", "python"],
  find: async (files, language) =>
    language === "python"
      ? await findPythonEdits(files, { import: { from: "check_step", to: "check_claim" } })
      : await renameImport(files, { module: "@hilum/sdk", from: "checkStep", to: "checkClaim" }),
};
