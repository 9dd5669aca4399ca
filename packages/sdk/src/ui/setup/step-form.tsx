import type { ConfigSchema } from "@hilum/contract";
import type { PageSetup, PageSetupStep } from "@hilum/contract/bridge";
import { useState } from "react";
import { usePage } from "../bridge/page-context.ts";
import { Button } from "../parts/button.tsx";
import { EvidenceList } from "../parts/evidence.tsx";
import { Form } from "../parts/form.tsx";
import { Notice } from "../parts/notice.tsx";
import { KeyValue } from "../parts/panel.tsx";
import { ConfigFields } from "../settings/config-fields.tsx";
import {
  effectiveValues,
  emptyDraft,
  labelOf,
  nameOfPointer,
  showInput,
  shownNames,
  type Draft,
} from "../settings/draft.ts";

/** A step that asks the plugin itself, with the answers so far. */
export const isCheck = ({ type }: PageSetupStep): boolean => type === "check" || type === "test";

export interface StepFormProps {
  session: PageSetup;
  step: PageSetupStep;
  draft: Draft;
  asked: ReadonlySet<string>;
  running: boolean;
  onDraft(draft: Draft): void;
  onAsk(name: string, ask: boolean): void;
  onNext(option?: string): void;
  onForward(): void;
  onFinish(): void;
  onFix(name: string): void;
  onBack: (() => void) | undefined;
}

const known: ReadonlySet<string> = new Set(["form", "menu", "check", "test", "summary"]);

/** One step: what it asks, what its checks found, and the way on. */
export function StepForm(props: StepFormProps) {
  const { session, step, running, onNext, onForward, onFinish, onBack } = props;
  const [option, setOption] = useState("");
  const checked = session.checks[step.id];
  const passed = isCheck(step) && checked?.ok === true;
  if (!known.has(step.type)) return <Elsewhere onBack={onBack} />;
  const submit = (): void => {
    if (running || (step.type === "menu" && option === "")) return;
    if (step.type === "summary") onFinish();
    else if (passed) onForward();
    else onNext(step.type === "menu" ? option : undefined);
  };
  const label =
    step.type === "summary"
      ? "Save these settings"
      : isCheck(step) && !passed
        ? checked === undefined
          ? "Run the checks"
          : "Run again"
        : "Next";
  return (
    <Form label={step.title} onSubmit={submit}>
      <div className="bd stack md">
        {step.text !== undefined && <p className="dim">{step.text}</p>}
        {step.type === "form" && <FormStep {...props} />}
        {step.type === "menu" && <MenuStep step={step} value={option} onChange={setOption} />}
        {step.type === "summary" && <Summary session={session} />}
        {isCheck(step) && checked === undefined && <p>Nothing is saved yet. The checks use what you entered.</p>}
      </div>
      {checked !== undefined && <Checks {...props} />}
      <div className="ft row between">
        {onBack === undefined ? <span /> : <Button onClick={onBack}>Back</Button>}
        <Button
          look="primary"
          running={running}
          blocked={step.type === "menu" && option === "" ? "Choose one first." : undefined}
          onClick={submit}
        >
          {label}
        </Button>
      </div>
    </Form>
  );
}

/** A step of a kind that this version of the kit does not draw is done where it is drawn. */
function Elsewhere({ onBack }: { onBack: (() => void) | undefined }) {
  const { call } = usePage();
  return (
    <div className="bd">
      <Notice
        tone="info"
        title="This step is done in Hilum's own wizard"
        todo="Go there; what you entered so far is kept."
        actions={
          <>
            {onBack !== undefined && <Button onClick={onBack}>Back</Button>}
            <Button look="primary" onClick={() => void call("ui.navigate", { to: "setup" })}>
              Go on in the guided setup
            </Button>
          </>
        }
      />
    </div>
  );
}

function FormStep({ session, step, draft, asked, onDraft, onAsk }: StepFormProps) {
  const schema = session.schema as ConfigSchema | null;
  const rows = session.checks[step.id]?.rows ?? [];
  if (schema === null) return null;
  return (
    <ConfigFields
      schema={schema}
      only={step.fields}
      saved={session.values}
      draft={draft}
      secrets={Object.fromEntries(session.secretsSet.map((name) => [name, {}]))}
      asked={asked}
      errorOf={(name) => rows.find((row) => row.status === "failed" && nameOfPointer(row.field ?? "") === name)?.fix}
      onChange={onDraft}
      onAsk={onAsk}
    />
  );
}

function MenuStep({ step, value, onChange }: { step: PageSetupStep; value: string; onChange(option: string): void }) {
  return (
    <fieldset className="stack sm">
      <legend className="vh">{step.title}</legend>
      {step.options.map(({ id, title, text }) => (
        <label key={id} className="choice">
          <input type="radio" name={step.id} checked={value === id} onChange={() => onChange(id)} />
          <span>
            <span className="what">{title}</span>
            {text !== undefined && <span className="small">{text}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Checks({ session, step, onFix }: StepFormProps) {
  const schema = session.schema as ConfigSchema | null;
  return (
    <EvidenceList
      label="Results of the checks"
      rows={session.checks[step.id]?.rows ?? []}
      renderAct={({ status, field }) => {
        const name = field === undefined ? "" : nameOfPointer(field);
        const property = schema?.properties[name];
        if (status !== "failed" || property === undefined) return undefined;
        return <Button onClick={() => onFix(name)}>Fix: go to “{labelOf(name, property)}”</Button>;
      }}
    />
  );
}

function Summary({ session }: { session: PageSetup }) {
  const schema = session.schema as ConfigSchema | null;
  if (schema === null) return <p>There is nothing to save.</p>;
  const values = effectiveValues(session.values, emptyDraft);
  const rows = shownNames(schema, values).map((name): readonly [string, string] => {
    const property = schema.properties[name] ?? { type: "string" };
    if (property.secret === true)
      return [labelOf(name, property), session.secretsSet.includes(name) ? "set, not shown" : "not set"];
    const value = values[name] ?? property.default;
    const title = property.enumTitles?.[property.enum?.indexOf(value as string) ?? -1];
    return [labelOf(name, property), title ?? (showInput(value) || "empty")];
  });
  return (
    <>
      <p>These settings are saved. Next you decide what the plugin may do.</p>
      <KeyValue rows={Object.fromEntries(rows)} />
    </>
  );
}
