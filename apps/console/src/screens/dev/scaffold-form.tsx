import type { ScaffoldChoice } from "@hilum/contract/api";
import { Checkbox, Switch, TextInput } from "@mantine/core";
import { useId } from "react";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { Choice } from "../../look/choice.tsx";

type Choices = AnswerById<"listScaffolds">;
type Capability = ScaffoldChoice["capabilities"][number];

interface ScaffoldFormProps {
  choices: Choices;
  choice: ScaffoldChoice;
  /** Why the choice was refused; each place is said at its field. */
  problem: ApiProblem | null;
  onChange(choice: ScaffoldChoice): void;
}

const languageTexts: Record<ScaffoldChoice["language"], string> = {
  node: "Types of the SDK, run as it is written: nothing to build.",
  python: "Standard library and the SDK alone, with type hints.",
};

export function ScaffoldForm({ choices, choice, problem, onChange }: ScaffoldFormProps) {
  const set = (part: Partial<ScaffoldChoice>): void => onChange({ ...choice, ...part });
  const language = choices.languages.find(({ id }) => id === choice.language);
  const pagesServed = language?.pages === true;
  return (
    <>
      <fieldset className="stack sm">
        <legend className="label">Language</legend>
        {choices.languages.map(({ id, title, pages }) => (
          <Choice
            key={id}
            name="language"
            title={title}
            text={languageTexts[id]}
            checked={choice.language === id}
            onChoose={() => set({ language: id, pages: pages && choice.pages })}
          />
        ))}
      </fieldset>
      <TextInput
        label="Name"
        description="What people call it."
        required
        maxLength={80}
        value={choice.name}
        error={problemAt(problem, "/name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Identifier"
        description="A domain that you own, turned round, in small letters; also the name of the folder."
        required
        spellCheck={false}
        value={choice.id}
        error={problemAt(problem, "/id")}
        onChange={(event) => set({ id: event.currentTarget.value })}
      />
      <Capabilities choices={choices} choice={choice} problem={problem} onChange={onChange} />
      <Switch
        label="Pages of its own in the console"
        description={
          pagesServed
            ? "A page in React, in a sealed frame. Without one the console makes its pages from the manifest."
            : `Pages are written in React, beside code in TypeScript: ${language?.title ?? "this language"} has none yet.`
        }
        checked={choice.pages}
        disabled={!pagesServed}
        error={problemAt(problem, "/pages")}
        onChange={(event) => set({ pages: event.currentTarget.checked })}
      />
    </>
  );
}

function Capabilities({ choices, choice, problem, onChange }: ScaffoldFormProps) {
  const errorId = useId();
  const refused = problem?.problems.find(({ pointer }) => pointer.startsWith("/capabilities"))?.message;
  const error = choice.capabilities.length === 0 ? "Choose at least one." : refused;
  const toggle = (name: Capability, on: boolean): void =>
    onChange({
      ...choice,
      capabilities: on ? [...choice.capabilities, name] : choice.capabilities.filter((known) => known !== name),
    });
  return (
    <fieldset className="stack sm" aria-describedby={error === undefined ? undefined : errorId}>
      <legend className="label">What it provides</legend>
      {choices.capabilities.map(({ name, title, plain }) => (
        <Checkbox
          key={name}
          label={title}
          description={plain}
          checked={choice.capabilities.includes(name as Capability)}
          onChange={(event) => toggle(name as Capability, event.currentTarget.checked)}
        />
      ))}
      {error !== undefined && (
        <p id={errorId} className="small fault" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
