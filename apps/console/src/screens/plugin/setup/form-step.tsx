import type { ConfigSchema } from "@hilum/contract";
import type { SetupSession } from "@hilum/contract/api";
import { useEffect } from "react";
import { problemAt } from "../../../api/api-problem.ts";
import { ConfigFields, focusField } from "../config-fields.tsx";
import { nameOfPointer, pointersOf } from "@hilum/sdk/ui";
import { DiscoveredField } from "./discovered-field.tsx";
import type { Step, WizardState } from "./use-wizard.ts";

interface FormStepProps {
  session: SetupSession;
  step: Step;
  wizard: WizardState;
}

/** The settings of a step. Those whose values the provider lists are a choice, and can be typed all the same. */
export function FormStep({ session, step, wizard }: FormStepProps) {
  const { field, draft, problem } = wizard;
  useEffect(() => {
    if (field !== undefined) focusField(field);
  }, [field]);
  const schema = session.schema as ConfigSchema | null;
  if (schema === null) return null;
  const rows = session.checks[step.id]?.rows ?? [];
  const errorOf = (name: string): string | undefined =>
    problemAt(problem, ...pointersOf(name)) ??
    rows.find((row) => row.status === "failed" && row.field !== undefined && nameOfPointer(row.field) === name)?.fix;
  const typed = step.fields.filter((name) => !step.discover.includes(name));
  // As the manifest lists them: what the step is about comes first, whether it is listed or typed.
  const [listedFirst, listedLast] = [
    step.discover.filter((name) => isBefore(step, name, typed)),
    step.discover.filter((name) => !isBefore(step, name, typed)),
  ];
  const listed = (names: readonly string[]) =>
    names.map((name) => {
      const property = schema.properties[name];
      if (property === undefined) return null;
      return (
        <DiscoveredField
          key={name}
          name={name}
          property={property}
          required={schema.required?.includes(name) ?? false}
          found={session.discovered[name]}
          saved={session.values}
          draft={draft}
          error={errorOf(name)}
          running={wizard.running}
          onChange={wizard.setDraft}
          onList={() => void wizard.discover(name)}
        />
      );
    });
  return (
    <div className="stack lg">
      {listed(listedFirst)}
      {typed.length > 0 && (
        <ConfigFields
          schema={schema}
          only={typed}
          under={step.title}
          saved={session.values}
          draft={draft}
          secrets={Object.fromEntries(session.secretsSet.map((name) => [name, {}]))}
          errorOf={errorOf}
          onChange={wizard.setDraft}
        />
      )}
      {listed(listedLast)}
    </div>
  );
}

const isBefore = ({ fields }: Step, name: string, typed: readonly string[]): boolean =>
  typed.every((other) => fields.indexOf(name) < fields.indexOf(other));
