import type { ConfigSchema } from "@hilum/contract";
import type { Settings } from "@hilum/contract/api";
import { useState } from "react";
import type { AnswerById } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { changedNames, draftBody, emptyDraft, type Draft } from "@hilum/sdk/ui";
import { instanceQuery } from "./plugin-page.tsx";

export type SettingsEditor = ReturnType<typeof useSettingsEditor>;

/** The settings of an instance while they are edited: what changed, testing it, saving it. */
export function useSettingsEditor(settings: Settings, plugin: string, instance: string) {
  const schema = settings.schema as ConfigSchema | null;
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [testMode, setTestMode] = useState<boolean>();
  const [checked, setChecked] = useState<AnswerById<"testSettings">>();
  const save = useAct("saveSettings", "Settings saved");
  const test = useAct("testSettings");
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const names = changedNames(draft);

  const { values, secrets } = schema === null ? emptyDraft : draftBody(schema, settings.values, draft);
  const body = { values, ...(Object.keys(secrets).length > 0 && { secrets }) };
  const forget = (): void => {
    setDraft(emptyDraft);
    setTestMode(undefined);
  };
  return {
    schema,
    draft,
    setDraft,
    testMode,
    setTestMode: (next: boolean): void => setTestMode(next === settings.testMode ? undefined : next),
    names,
    changes: names.length + (testMode === undefined ? 0 : 1),
    checked,
    save,
    test,
    forget,
    runTest: async (): Promise<void> => setChecked(await test.run({ ...input, body })),
    /** True when it was saved. */
    runSave: async (): Promise<boolean> => {
      const mode = testMode === undefined ? {} : { testMode };
      const saved = await save.run({ ...input, body: { ...body, revision: settings.revision, ...mode } });
      if (saved !== undefined) forget();
      return saved !== undefined;
    },
  };
}
