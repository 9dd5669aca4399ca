import { renameMember } from "./javascript/rename-member.ts";
import { findPythonEdits } from "./python/find-python-edits.ts";
import type { Upgrade } from "./upgrade.ts";

export const checkSettings: Upgrade = {
  number: 1,
  version: "0.2.0",
  title: "Call the check of settings by their name",
  why: "What it judges are settings, as everywhere else: checkConfig is called checkSettings, in Python check_settings.",
  languages: ["node", "python"],
  find: async (files, language) =>
    language === "python"
      ? await findPythonEdits(files, {
          keyword: { takes: "define_plugin", makes: "create_test_host", from: "check_config", to: "check_settings" },
        })
      : await renameMember(files, {
          ...{ takes: "definePlugin", makes: "createTestHost" },
          ...{ from: "checkConfig", to: "checkSettings" },
        }),
};
