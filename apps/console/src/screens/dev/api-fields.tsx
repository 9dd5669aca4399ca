import { NativeSelect, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";
import { choicesOf, parts, type ApiField, type Part } from "./api-input.ts";
import { describeSchema } from "./schema-at.ts";

interface ApiFieldsProps {
  fields: readonly ApiField[];
  typed: Readonly<Record<string, string>>;
  faults: Readonly<Record<string, string>>;
  /** What the server said of it; its pointers are those of the body. */
  problem: ApiProblem | null;
  onType(key: string, text: string): void;
}

const partTitles: Record<Part, string> = { params: "In the path", query: "In the query", body: "In the body" };

/** A form made of the operation's schemas: one field each, with its form in words below. */
export function ApiFields({ fields, typed, faults, problem, onType }: ApiFieldsProps) {
  return parts
    .map((part) => [part, fields.filter((field) => field.part === part)] as const)
    .filter(([, own]) => own.length > 0)
    .map(([part, own]) => (
      <fieldset key={part} className="stack md fields">
        <legend className="label">{partTitles[part]}</legend>
        {own.map((field) => (
          <OneField
            key={field.key}
            field={field}
            text={typed[field.key] ?? ""}
            error={faults[field.key] ?? problemAt(problem, `/${field.name}`)}
            onType={(text) => onType(field.key, text)}
          />
        ))}
      </fieldset>
    ));
}

interface OneFieldProps {
  field: ApiField;
  text: string;
  error: string | undefined;
  onType(text: string): void;
}

function OneField({ field, text, error, onType }: OneFieldProps) {
  const { name, kind, required, schema } = field;
  const form = describeSchema(schema);
  const shared = {
    label: name === "" ? "Body" : name,
    description: schema.description === undefined ? form : `${schema.description} (${form})`,
    required,
    value: text,
    error,
  };
  if (kind === "choice") {
    const choices = choicesOf(schema);
    return (
      <NativeSelect
        {...shared}
        data={[
          { value: "", label: required ? "Choose" : "Left out" },
          ...choices.map((value) => ({ value, label: value })),
        ]}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    );
  }
  if (kind === "json")
    return (
      <Textarea
        {...shared}
        description={`${shared.description}; as JSON`}
        rows={4}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--hl-mono)", fontSize: "0.8125rem" } }}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    );
  if (kind === "secret")
    return <PasswordInput {...shared} autoComplete="off" onChange={(event) => onType(event.currentTarget.value)} />;
  return (
    <TextInput
      {...shared}
      spellCheck={false}
      autoComplete="off"
      inputMode={kind === "number" ? "numeric" : undefined}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}
