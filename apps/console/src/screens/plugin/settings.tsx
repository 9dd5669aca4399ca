import type { ConfigSchema } from "@hilum/contract";
import type { Settings } from "@hilum/contract/api";
import { Button, Checkbox } from "@mantine/core";
import { getRouteApi, useBlocker } from "@tanstack/react-router";
import { useEffect, type FormEvent } from "react";
import { hasCode, problemAt, type ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import type { MayDecision } from "../../api/operation-facts.ts";
import { useRead } from "../../api/use-api.ts";
import { EvidenceOf } from "../../look/evidence.tsx";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { actorName, many, moment } from "../../text/format.ts";
import { ConfigFields, focusField } from "./config-fields.tsx";
import { labelOf, nameOfPointer, pointersOf } from "@hilum/sdk/ui";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";
import { useSettingsEditor, type SettingsEditor } from "./use-settings-editor.ts";
import { OwnOrGenerated } from "./own-or-generated.tsx";
import { SettingsHistory } from "./settings-history.tsx";

const route = getRouteApi("/app/plugins/$plugin/settings");

export function PluginSettingsScreen() {
  const { plugin } = route.useParams();
  const { instance = "default", view, field } = route.useSearch();
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const may = useMay("getSettings");
  const settings = useRead("getSettings", input);
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Settings"
      prefix="Settings of"
      lead={
        settings.data?.savedAt === undefined
          ? "Nothing was saved yet."
          : `Saved ${moment(settings.data.savedAt)}${settings.data.savedBy === undefined ? "" : ` by ${actorName(settings.data.savedBy)}`}, revision ${settings.data.revision}.`
      }
      reads={[settings]}
      calls={[
        ["getSettings", input],
        ["saveSettings", { ...input, body: { values: {}, revision: settings.data?.revision ?? 0 } }],
      ]}
      offers={["saveSettings"]}
    >
      {(detail) =>
        may.allowed && (
          <Loaded query={settings} what="the settings">
            {(data) => (
              <div className="stack lg">
                <OwnOrGenerated detail={detail} instance={instance} name="settings" view={view} field={field}>
                  <SettingsForm
                    settings={data}
                    plugin={plugin}
                    instance={instance}
                    hasSetup={detail.hasSetup}
                    onReload={() => void settings.refetch()}
                  />
                </OwnOrGenerated>
                <SettingsHistory
                  plugin={plugin}
                  instance={instance}
                  schema={data.schema as ConfigSchema | null}
                  current={data.revision}
                />
              </div>
            )}
          </Loaded>
        )
      }
    </PluginPage>
  );
}

interface FormProps {
  settings: Settings;
  plugin: string;
  instance: string;
  hasSetup: boolean;
  onReload(): void;
}

function SettingsForm({ settings, plugin, instance, hasSetup, onReload }: FormProps) {
  const { field } = route.useSearch();
  const editor = useSettingsEditor(settings, plugin, instance);
  const { schema, names, changes, save, test, checked } = editor;
  useEffect(() => {
    if (field !== undefined) focusField(field);
  }, [field]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (changes === 0 || (await editor.runSave())) await editor.runTest();
  };
  const errorOf = (name: string): string | undefined =>
    problemAt(save.problem, ...pointersOf(name)) ?? (names.includes(name) ? undefined : savedProblem(settings, name));

  return (
    <form className="stack lg" onSubmit={(event) => void submit(event)} noValidate>
      {save.problem !== null &&
        (hasCode(save.problem, "request.conflict") ? (
          <Conflict title={save.problem.detail} onReload={onReload} />
        ) : (
          <ErrorSummary key={save.problem.requestId} problem={save.problem} schema={schema} />
        ))}
      {test.problem !== null && <ApiProblemPanel problem={test.problem} />}
      {checked !== undefined && <TestResult checked={checked} schema={schema} />}
      <SettingsPanels
        settings={settings}
        plugin={plugin}
        instance={instance}
        hasSetup={hasSetup}
        editor={editor}
        errorOf={errorOf}
      />
      <SaveBar
        changed={names.map((name) => labelOf(name, schema?.properties[name] ?? { type: "string" }))}
        changes={changes}
        may={save.may}
        saving={save.running}
        testing={test.running}
        onDiscard={editor.forget}
        onTest={() => void editor.runTest()}
        onSave={() => void editor.runSave()}
      />
      <LeaveGuard dirty={changes > 0} />
    </form>
  );
}

interface PanelsProps extends Omit<FormProps, "onReload"> {
  editor: SettingsEditor;
  errorOf(name: string): string | undefined;
}

function SettingsPanels({ settings, plugin, instance, hasSetup, editor, errorOf }: PanelsProps) {
  const { schema, save } = editor;
  return (
    <>
      {schema === null ? (
        <section className="panel">
          <Empty
            title="This plugin has no settings"
            action={<GoButton to={`/plugins/${plugin}/access${instancePart(instance)}`}>Review its access</GoButton>}
          >
            Its manifest declares none.
          </Empty>
        </section>
      ) : (
        <Panel
          title="Settings"
          end={
            hasSetup ? (
              <GoButton size="compact-sm" variant="subtle" to={`/plugins/${plugin}/setup${instancePart(instance)}`}>
                Use the guided setup
              </GoButton>
            ) : undefined
          }
        >
          <ConfigFields
            schema={schema}
            saved={{ ...settings.values }}
            draft={editor.draft}
            secrets={settings.secrets}
            readOnly={!save.may.allowed}
            errorOf={errorOf}
            onChange={editor.setDraft}
          />
        </Panel>
      )}
      <Panel title="Mode">
        <Checkbox
          label="Test mode"
          description="Messages through this instance are marked as tests everywhere, and the plugin is told so."
          checked={editor.testMode ?? settings.testMode}
          disabled={!save.may.allowed}
          onChange={(event) => editor.setTestMode(event.currentTarget.checked)}
        />
      </Panel>
    </>
  );
}

/** What is wrong with a setting as it is saved, for example after the manifest changed. */
function savedProblem({ problems }: Settings, name: string): string | undefined {
  const row = problems.find(({ pointer }) => nameOfPointer(pointer) === name);
  return row === undefined ? undefined : [row.message, row.fix].filter((text) => text !== undefined).join(" ");
}

interface SaveBarProps {
  /** Labels of the settings that were changed. */
  changed: readonly string[];
  changes: number;
  may: MayDecision;
  saving: boolean;
  testing: boolean;
  onDiscard(): void;
  onTest(): void;
  onSave(): void;
}

/** Says what is not saved, wherever on the page one is. */
function SaveBar({ changed, changes, may, saving, testing, onDiscard, onTest, onSave }: SaveBarProps) {
  return (
    <div className="savebar" role="region" aria-label="Save">
      <span className="say" role="status">
        {changes === 0
          ? "Everything is saved."
          : `${many(changes, "change")} not saved${changed.length === 0 ? "" : `: ${changed.join(", ")}`}.`}
      </span>
      {changes > 0 && (
        <Button variant="subtle" onClick={onDiscard}>
          Discard
        </Button>
      )}
      <ActButton compact may={may} running={testing} onClick={onTest}>
        Test without saving
      </ActButton>
      <ActButton
        compact
        may={may}
        running={saving}
        blocked={changes === 0 ? "Nothing to save." : undefined}
        onClick={onSave}
      >
        Save
      </ActButton>
      <ActButton compact type="submit" variant="filled" may={may} running={saving || testing}>
        Save and test
      </ActButton>
    </div>
  );
}

function Conflict({ title, onReload }: { title: string; onReload(): void }) {
  return (
    <Problem
      tone="warn"
      title="Somebody saved meanwhile"
      why={title}
      todo="Load what was saved. Your changes stay in the form, over the new values; compare, and save again."
      actions={<Button onClick={onReload}>Load what was saved</Button>}
    />
  );
}

/** What the server refused, with a link to each field; takes the focus. */
function ErrorSummary({ problem, schema }: { problem: ApiProblem; schema: ConfigSchema | null }) {
  const fields = problem.problems
    .map(({ pointer, message }) => ({ name: nameOfPointer(pointer), message }))
    .filter(({ name }) => schema?.properties[name] !== undefined);
  useEffect(() => {
    document.getElementById("settings-errors")?.focus();
  }, []);
  return (
    <div id="settings-errors" tabIndex={-1}>
      <ApiProblemPanel
        problem={problem}
        actions={
          fields.length > 0 &&
          fields.map(({ name }) => (
            <Button key={name} onClick={() => focusField(name)}>
              Go to “{labelOf(name, schema?.properties[name] ?? { type: "string" })}”
            </Button>
          ))
        }
      />
    </div>
  );
}

function TestResult({ checked, schema }: { checked: AnswerById<"testSettings">; schema: ConfigSchema | null }) {
  const failed = checked.rows.filter(({ status }) => status === "failed").length;
  return (
    <Panel title={checked.ok ? "The test passed" : `${many(failed, "check")} failed`} flush>
      <ul aria-label="Results of the test" aria-live="polite">
        {checked.rows.map((row) => {
          const name = row.field === undefined ? undefined : nameOfPointer(row.field);
          const property = name === undefined ? undefined : schema?.properties[name];
          return (
            <EvidenceOf
              key={row.id}
              row={row}
              {...(name !== undefined &&
                property !== undefined &&
                row.status === "failed" && {
                  actions: <Button onClick={() => focusField(name)}>Fix: go to “{labelOf(name, property)}”</Button>,
                })}
            />
          );
        })}
      </ul>
    </Panel>
  );
}

/** Nothing typed is lost by a wrong click: leaving with unsaved changes asks first. */
function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <ConfirmDialog
      title="Leave without saving?"
      confirm="Leave"
      danger
      running={false}
      problem={null}
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      Your changes to these settings are not saved and would be gone.
    </ConfirmDialog>
  );
}
