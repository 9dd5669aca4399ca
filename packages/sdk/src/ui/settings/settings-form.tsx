import type { ConfigSchema } from "@hilum/contract";
import type { PageChecked, PageConfig } from "@hilum/contract/bridge";
import { useEffect, useState, type ReactNode } from "react";
import { usePage } from "../bridge/page-context.ts";
import type { PageError } from "../bridge/page-error.ts";
import { Button } from "../parts/button.tsx";
import { EvidenceList } from "../parts/evidence.tsx";
import { Form } from "../parts/form.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ConfigFields, focusSetting } from "./config-fields.tsx";
import {
  changedNames,
  changeValue,
  draftBody,
  emptyDraft,
  labelOf,
  nameOfPointer,
  shownNames,
  effectiveValues,
  type Draft,
} from "./draft.ts";
import { useConfig, type Config } from "./use-config.ts";

export interface SettingsFormProps {
  title?: string;
  /** Only these settings; all where absent. */
  only?: readonly string[];
  /** Above the fields. */
  children?: ReactNode;
}

/** The settings of the instance as a form: tested and saved through the console, which asks the person outside the frame. */
export function SettingsForm({ title = "Settings", only, children }: SettingsFormProps) {
  const config = useConfig();
  const { data, error, reload } = config;
  if (data === undefined)
    return error === undefined ? (
      <p role="status" className="dim">
        Reading the settings…
      </p>
    ) : (
      <ErrorNotice error={error} actions={<Button onClick={reload}>Try again</Button>} />
    );
  const schema = data.schema as ConfigSchema | null;
  if (schema === null) return <p>This plugin has no settings.</p>;
  return (
    <LoadedForm title={title} config={config} data={data} schema={schema} {...(only !== undefined && { only })}>
      {children}
    </LoadedForm>
  );
}

type LoadedFormProps = Required<Pick<SettingsFormProps, "title">> &
  Omit<SettingsFormProps, "title"> & { config: Config; data: PageConfig; schema: ConfigSchema };

function LoadedForm({ title, only, children, config, data, schema }: LoadedFormProps) {
  const { may, field } = usePage();
  const { save, test } = config;
  const editor = useSettingsDraft(config, data, schema);
  useEffect(() => {
    if (field !== undefined) focusSetting(field);
  }, [field]);
  const errorOf = (name: string): string | undefined =>
    problemOf(save.error, name) ?? problemOf(test.error, name) ?? savedProblemOf(data, name);
  const submit = (): void => {
    if (!save.running && editor.changes > 0) void editor.save();
  };
  return (
    <Form label={title} onSubmit={submit}>
      <div className="stack lg">
        {[save.error, test.error].map(
          (error, at) =>
            error !== undefined && <FormError key={at} error={error} schema={schema} onReload={config.reload} />,
        )}
        {editor.checked !== undefined && <TestResult checked={editor.checked} schema={schema} />}
        <Panel title={title}>
          {children}
          <ConfigFields
            schema={schema}
            {...(only !== undefined && { only })}
            saved={data.values}
            draft={editor.draft}
            secrets={data.secrets}
            asked={editor.asked}
            readOnly={!may("config.save")}
            errorOf={errorOf}
            onChange={editor.setDraft}
            onAsk={editor.ask}
          />
        </Panel>
        <SaveBar
          changes={editor.changes}
          saving={save.running}
          testing={test.running}
          onTest={() => void editor.test()}
          onSave={submit}
        />
      </div>
    </Form>
  );
}

/** What is changed and not saved, the secrets that the console shall ask for, and what a test found. */
function useSettingsDraft({ save, test }: Config, data: PageConfig, schema: ConfigSchema) {
  const { resumed } = usePage();
  const tested = resumed("config.test");
  const saved = resumed("config.save");
  const entered = saved?.error === undefined ? tested?.params : saved.params;
  const [draft, setDraft] = useState(() => draftOf(data.values, entered?.values));
  const [asked, setAsked] = useState<ReadonlySet<string>>(
    () => new Set([...neededSecrets(schema, data), ...(entered?.secrets ?? [])]),
  );
  const [checked, setChecked] = useState<PageChecked | undefined>(tested?.result);
  const { values } = draftBody(schema, data.values, draft);
  const shown = shownNames(schema, effectiveValues(data.values, draft));
  const secrets = [...asked].filter((name) => shown.includes(name));
  return {
    draft,
    setDraft,
    asked,
    ask: (name: string, on: boolean): void =>
      setAsked(new Set([...asked].filter((other) => other !== name).concat(on ? [name] : []))),
    changes: changedNames(draft).length + secrets.length,
    checked,
    test: async (): Promise<void> => {
      const result = await test.run(values, secrets);
      if (result !== undefined) setChecked(result);
    },
    save: async (): Promise<void> => {
      if ((await save.run(values, secrets)) === undefined) return;
      setDraft(emptyDraft);
      setAsked(new Set());
    },
  };
}

interface SaveBarProps {
  changes: number;
  saving: boolean;
  testing: boolean;
  onTest(): void;
  onSave(): void;
}

function SaveBar({ changes, saving, testing, onTest, onSave }: SaveBarProps) {
  const { may } = usePage();
  const many = changes === 1 ? "1 change is" : `${changes} changes are`;
  const unchanged = changes === 0 ? "Nothing to save." : undefined;
  return (
    <div className="savebar" role="region" aria-label="Save">
      <span className="say" role="status">
        {changes === 0 ? "Everything is saved." : `${many} not saved.`}
      </span>
      <Button
        running={testing}
        blocked={may("config.test") ? undefined : "Your role may not test them."}
        onClick={onTest}
      >
        Test without saving
      </Button>
      <Button
        look="primary"
        running={saving}
        blocked={may("config.save") ? unchanged : "Your role may not change them."}
        onClick={onSave}
      >
        Save
      </Button>
    </div>
  );
}

/** What the person had entered before the page was loaded again. */
function draftOf(saved: PageConfig["values"], entered: Record<string, unknown> | undefined): Draft {
  return Object.entries(entered ?? {}).reduce(
    (draft, [name, value]) => changeValue(draft, saved, name, value),
    emptyDraft,
  );
}

/** Secrets without which the settings are not complete are asked for from the start. */
function neededSecrets(schema: ConfigSchema, { secrets }: PageConfig): ReadonlySet<string> {
  return new Set(
    (schema.required ?? []).filter((name) => schema.properties[name]?.secret === true && !Object.hasOwn(secrets, name)),
  );
}

function problemOf(error: PageError | undefined, name: string): string | undefined {
  const row = error?.problems.find(({ pointer }) => nameOfPointer(pointer) === name);
  return row === undefined ? undefined : [row.message, row.fix].filter((text) => text !== undefined).join(" ");
}

function savedProblemOf({ problems }: PageConfig, name: string): string | undefined {
  const row = problems.find(({ pointer }) => nameOfPointer(pointer) === name);
  return row === undefined ? undefined : [row.message, row.fix].filter((text) => text !== undefined).join(" ");
}

/** What was refused, with a way to each field; where somebody saved meanwhile, a way to read what is there now. */
function FormError({ error, schema, onReload }: { error: PageError; schema: ConfigSchema; onReload(): void }) {
  const names = error.problems.map(({ pointer }) => nameOfPointer(pointer)).filter((name) => name in schema.properties);
  if (error.code === "request.conflict")
    return <ErrorNotice error={error} actions={<Button onClick={onReload}>Load what was saved</Button>} />;
  return (
    <ErrorNotice
      error={error}
      actions={
        names.length > 0 &&
        [...new Set(names)].map((name) => (
          <Button key={name} onClick={() => focusSetting(name)}>
            Go to “{labelOf(name, schema.properties[name] ?? { type: "string" })}”
          </Button>
        ))
      }
    />
  );
}

function TestResult({ checked, schema }: { checked: PageChecked; schema: ConfigSchema }) {
  return (
    <Panel title={checked.ok ? "The test passed" : "The test failed"} flush>
      <EvidenceList
        label="Results of the test"
        rows={checked.rows}
        renderAct={({ status, field }) => {
          const name = field === undefined ? "" : nameOfPointer(field);
          const property = schema.properties[name];
          if (status !== "failed" || property === undefined) return undefined;
          return <Button onClick={() => focusSetting(name)}>Fix: go to “{labelOf(name, property)}”</Button>;
        }}
      />
    </Panel>
  );
}
