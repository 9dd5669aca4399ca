import type { PlatformSettings } from "@hilum/contract/api";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { hasCode, problemAt } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel, TableRegion } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { Authorities } from "./authorities.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

type Answer = AnswerById<"getPlatformSettings">;

export function SettingsScreen() {
  return (
    <Guarded operation="getPlatformSettings" title="Settings">
      <GeneralSettings />
    </Guarded>
  );
}

function GeneralSettings() {
  const settings = useRead("getPlatformSettings", {});
  return (
    <Page
      title="Settings"
      lead="What holds for the whole platform."
      tabs={<SettingsTabs at="General" />}
      reads={[settings]}
      calls={[
        ["getPlatformSettings"],
        [
          "savePlatformSettings",
          {
            body:
              settings.data === undefined ? {} : { settings: settings.data.settings, revision: settings.data.revision },
          },
        ],
      ]}
      offers={["savePlatformSettings"]}
    >
      <Loaded query={settings} what="the settings">
        {(answer) => (
          <div className="stack lg">
            <SettingsForm key={answer.revision} answer={answer} onReload={() => void settings.refetch()} />
            <StartSettings answer={answer} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function SettingsForm({ answer, onReload }: { answer: Answer; onReload(): void }) {
  const save = useAct("savePlatformSettings", "Settings saved");
  const [form, setForm] = useState<PlatformSettings>(answer.settings);
  const set = (part: Partial<PlatformSettings>): void => setForm({ ...form, ...part });
  const changed = JSON.stringify(form) !== JSON.stringify(answer.settings);
  const readOnly = !save.may.allowed;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run({ body: { settings: form, revision: answer.revision } });
  };
  return (
    <form className="stack lg" onSubmit={submit}>
      {save.problem !== null && (
        <ApiProblemPanel
          problem={save.problem}
          actions={
            hasCode(save.problem, "request.conflict") ? (
              <Button onClick={onReload}>Load what was saved and drop my changes</Button>
            ) : undefined
          }
        />
      )}
      <Panel title="General">
        <div className="stack md fields">
          <TextInput
            label="Organisation"
            description="Shown in the band at the top and on the sign-in page."
            required
            maxLength={80}
            disabled={readOnly}
            value={form.organisation}
            error={problemAt(save.problem, "/settings/organisation")}
            onChange={(event) => set({ organisation: event.currentTarget.value })}
          />
          <NativeSelect
            label="This system is"
            description="Test is shown as a hatched band on every page, so that nobody takes it for the real one."
            disabled={readOnly}
            data={[
              { value: "production", label: "Production" },
              { value: "test", label: "Test" },
            ]}
            value={form.environment}
            onChange={(event) => set({ environment: event.currentTarget.value === "test" ? "test" : "production" })}
          />
          <Checkbox
            label="Programs on this machine may register plugins without a token"
            description="They wait in Plugins for approval and have no rights until then. Off: they are refused."
            disabled={readOnly}
            checked={form.localRegistration}
            onChange={(event) => set({ localRegistration: event.currentTarget.checked })}
          />
          <Checkbox
            label="Breaking the glass needs a second person"
            description="Who wants to see a record in the clear asks, and an administrator or an auditor agrees first. Emergency treatment does not wait."
            disabled={readOnly}
            checked={form.glassSecondPerson === true}
            onChange={(event) => set({ glassSecondPerson: event.currentTarget.checked })}
          />
        </div>
      </Panel>
      <PrivateRanges
        ranges={form.privateRanges}
        readOnly={readOnly}
        errorOf={(at, part) => problemAt(save.problem, `/settings/privateRanges/${at}/${part}`)}
        onChange={(privateRanges) => set({ privateRanges })}
      />
      <Authorities
        authorities={form.authorities ?? []}
        readOnly={readOnly}
        errorOf={(at) => problemAt(save.problem, `/settings/authorities/${at}`)}
        onChange={(authorities) => set({ authorities })}
      />
      <div className="savebar" role="region" aria-label="Save">
        <span className="say" role="status">
          {changed ? "Not saved yet." : "Everything is saved."}
        </span>
        {changed && (
          <Button variant="subtle" onClick={() => setForm(answer.settings)}>
            Discard
          </Button>
        )}
        <ActButton
          compact
          type="submit"
          variant="filled"
          may={save.may}
          running={save.running}
          blocked={changed ? undefined : "Nothing to save."}
        >
          Save
        </ActButton>
      </div>
    </form>
  );
}

type Ranges = PlatformSettings["privateRanges"];

function PrivateRanges({
  ranges,
  readOnly,
  errorOf,
  onChange,
}: {
  ranges: Ranges;
  readOnly: boolean;
  errorOf(at: number, part: string): string | undefined;
  onChange(ranges: Ranges): void;
}) {
  const change = (at: number, part: Partial<Ranges[number]>): void =>
    onChange(ranges.map((range, place) => (place === at ? { ...range, ...part } : range)));
  return (
    <Panel title="Private address ranges">
      <div className="stack md">
        <p className="dim prose">
          Plugins reach public addresses only, and only those they were granted. A range of your own network opens it
          for grants that name an address in it; no plugin gets it by itself.
        </p>
        {ranges.length === 0 && <p>None: no plugin reaches your own network.</p>}
        {ranges.map((range, at) => (
          <div
            key={at}
            className="filters bottom"
            style={{ marginBottom: 0 }}
            role="group"
            aria-label={`Range ${at + 1}`}
          >
            <TextInput
              label="Range (CIDR)"
              placeholder="10.20.0.0/16"
              required
              disabled={readOnly}
              spellCheck={false}
              w={190}
              value={range.cidr}
              error={errorOf(at, "cidr")}
              onChange={(event) => change(at, { cidr: event.currentTarget.value })}
            />
            <TextInput
              label="Reason"
              placeholder="Mail server of the hospital"
              required
              disabled={readOnly}
              style={{ flex: "1 1 220px" }}
              value={range.reason}
              error={errorOf(at, "reason")}
              onChange={(event) => change(at, { reason: event.currentTarget.value })}
            />
            <Button
              variant="subtle"
              disabled={readOnly}
              leftSection={<IconX size={16} aria-hidden />}
              aria-label={`Remove range ${range.cidr}`}
              onClick={() => onChange(ranges.filter((_, place) => place !== at))}
            >
              Remove
            </Button>
          </div>
        ))}
        <div className="row">
          <Button
            disabled={readOnly || ranges.length >= 50}
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => onChange([...ranges, { cidr: "", reason: "" }])}
          >
            Add a range
          </Button>
        </div>
      </div>
    </Panel>
  );
}

/** What was decided when the server started: shown with its source, changed only there. */
function StartSettings({ answer }: { answer: Answer }) {
  return (
    <Panel
      title="Chosen at start"
      flush
      foot={<span>These are needed before the console exists, so they are set where Hilum is started.</span>}
    >
      <TableRegion label="Settings chosen at start" minWidth={680}>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">Comes from</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {answer.bootstrap.map(({ name, value, source, text }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                <code>{value}</code>
              </td>
              <td>{source === "default" ? "default" : "set at start"}</td>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
      <div className="bd" style={{ padding: "14px 20px", borderTop: "1px solid var(--hl-line)" }}>
        <KeyValue
          rows={{
            Hilum: answer.version,
            Node: answer.node,
            Database: answer.database === "sqlite" ? "SQLite, inside Hilum" : "PostgreSQL",
          }}
        />
      </div>
    </Panel>
  );
}
