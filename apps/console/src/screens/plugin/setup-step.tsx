import type { ConfigSchema } from "@hilum/contract";
import type { SetupSession } from "@hilum/contract/api";
import { IconChevronLeft } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";
import { Choice } from "../../look/choice.tsx";
import { EvidenceOf } from "../../look/evidence.tsx";
import { KeyValue } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfigFields } from "./config-fields.tsx";
import {
  effectiveValues,
  emptyDraft,
  labelOf,
  nameOfPointer,
  pointersOf,
  shownNames,
  showInput,
  type Draft,
} from "@hilum/sdk/ui";

type Step = SetupSession["steps"][number];

interface SetupStepProps {
  session: SetupSession;
  step: Step;
  draft: Draft;
  problem: ApiProblem | null;
  running: boolean;
  onDraft(draft: Draft): void;
  onNext(option?: string): void;
  /** Goes on from a check that has passed. */
  onForward(): void;
  onSave(): void;
  onFix(name: string): void;
  onBack: (() => void) | undefined;
}

const nextLabel: Record<Step["type"], string> = {
  form: "Next",
  menu: "Next",
  check: "Run the checks",
  test: "Run the test",
  summary: "Save these settings",
};

/** One step of a setup: a form, a choice, checks with their evidence, or the summary. */
export function SetupStep(props: SetupStepProps) {
  const { session, step, problem, running, onNext, onSave, onBack } = props;
  const [option, setOption] = useState("");
  const checked = session.checks[step.id];
  const isCheck = step.type === "check" || step.type === "test";
  const passed = isCheck && checked?.ok === true;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (step.type === "summary") onSave();
    else onNext(step.type === "menu" ? option : undefined);
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="bd stack md" style={{ padding: "10px 20px 18px" }}>
        {step.text !== undefined && <p className="dim prose">{step.text}</p>}
        {problem !== null && <ApiProblemPanel problem={problem} />}
        {step.type === "form" && <FormStep {...props} />}
        {step.type === "menu" && <MenuStep step={step} value={option} onChange={setOption} />}
        {step.type === "summary" && <Summary session={session} />}
        {isCheck && checked === undefined && <p>Nothing is saved yet. The checks use what you entered.</p>}
      </div>
      {checked !== undefined && <Checks {...props} />}
      <div
        className="ft actions"
        style={{
          borderTop: "1px solid var(--hl-line)",
          padding: "14px 20px",
          display: "flex",
          gap: 12,
          flexWrap: "wrap",
          justifyContent: "space-between",
        }}
      >
        {onBack === undefined ? (
          <span />
        ) : (
          <Button leftSection={<IconChevronLeft size={16} aria-hidden />} onClick={onBack}>
            Back
          </Button>
        )}
        <div className="row">
          {passed && (
            <ActButton type="submit" running={running}>
              Run again
            </ActButton>
          )}
          <NextButton
            {...props}
            passed={passed}
            blocked={step.type === "menu" && option === "" ? "Choose one first." : undefined}
          />
        </div>
      </div>
    </form>
  );
}

function NextButton({
  session,
  step,
  running,
  onForward,
  passed,
  blocked,
}: SetupStepProps & { passed: boolean; blocked: string | undefined }) {
  if (!passed) {
    const checked = session.checks[step.id];
    const again = checked !== undefined;
    // Where a failed check leads to its field, that is the next best action.
    const fixable = checked?.rows.some(({ status, field }) => status === "failed" && field !== undefined) ?? false;
    return (
      <ActButton type="submit" variant={fixable ? "default" : "filled"} running={running} blocked={blocked}>
        {again && step.type !== "summary"
          ? step.type === "form" || step.type === "menu"
            ? "Test again and go on"
            : "Run again"
          : nextLabel[step.type]}
      </ActButton>
    );
  }
  return (
    <ActButton variant="filled" running={running} onClick={onForward}>
      Next
    </ActButton>
  );
}

function FormStep({ session, step, draft, problem, onDraft }: SetupStepProps) {
  const schema = session.schema as ConfigSchema | null;
  if (schema === null) return null;
  const rows = session.checks[step.id]?.rows ?? [];
  return (
    <ConfigFields
      schema={schema}
      only={step.fields}
      under={step.title}
      saved={session.values}
      draft={draft}
      secrets={Object.fromEntries(session.secretsSet.map((name) => [name, {}]))}
      errorOf={(name) =>
        problemAt(problem, ...pointersOf(name)) ??
        rows.find((row) => row.status === "failed" && row.field !== undefined && nameOfPointer(row.field) === name)?.fix
      }
      onChange={onDraft}
    />
  );
}

function MenuStep({ step, value, onChange }: { step: Step; value: string; onChange(option: string): void }) {
  return (
    <fieldset className="stack sm fields">
      <legend className="vh">{step.title}</legend>
      {step.options.map(({ id, title, text }) => (
        <Choice
          key={id}
          name={step.id}
          title={title}
          text={text}
          checked={value === id}
          onChoose={() => onChange(id)}
        />
      ))}
    </fieldset>
  );
}

function Checks({ session, step, onFix }: SetupStepProps) {
  const checked = session.checks[step.id];
  const schema = session.schema as ConfigSchema | null;
  return (
    <ul aria-label="Results of the checks" style={{ borderTop: "1px solid var(--hl-line)" }} aria-live="polite">
      {checked?.rows.map((row) => {
        const name = row.field === undefined ? undefined : nameOfPointer(row.field);
        const property = name === undefined ? undefined : schema?.properties[name];
        return (
          <EvidenceOf
            key={row.id}
            row={row}
            {...(name !== undefined &&
              row.status === "failed" && {
                actions: (
                  <Button variant="filled" onClick={() => onFix(name)}>
                    Fix: go to “{property === undefined ? name : labelOf(name, property)}”
                  </Button>
                ),
              })}
          />
        );
      })}
    </ul>
  );
}

function Summary({ session }: { session: SetupSession }) {
  const schema = session.schema as ConfigSchema | null;
  if (schema === null) return <p>There is nothing to save.</p>;
  const values = effectiveValues(session.values, emptyDraft);
  const rows = shownNames(schema, values).map((name): readonly [string, ReactNode] => {
    const property = schema.properties[name];
    const label = property === undefined ? name : labelOf(name, property);
    if (property?.secret === true)
      return [label, session.secretsSet.includes(name) ? "set, not shown" : <span className="dim">not set</span>];
    const value = values[name] ?? property?.default;
    const title = property?.enumTitles?.[property.enum?.indexOf(value as string) ?? -1];
    return [label, title ?? (showInput(value) || <span className="dim">empty</span>)];
  });
  return (
    <>
      <p>These settings are saved. Next you decide what the plugin may do.</p>
      <KeyValue rows={Object.fromEntries(rows)} />
    </>
  );
}
