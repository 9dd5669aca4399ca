import type { ConfigProperty, ConfigSchema } from "@hilum/contract";
import { Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { SecretField } from "./secret-field.tsx";
import {
  changeSecret,
  changeValue,
  effectiveValues,
  groupNames,
  labelOf,
  readInput,
  showInput,
  shownNames,
  type Draft,
  type Values,
} from "@hilum/sdk/ui";

export interface SecretFacts {
  setAt?: string;
  setBy?: string;
}

interface ConfigFieldsProps {
  schema: ConfigSchema;
  /** Only these; all where absent. */
  only?: readonly string[] | undefined;
  saved: Values;
  draft: Draft;
  /** Secrets that are set, and what is known about them. */
  secrets: Record<string, SecretFacts>;
  readOnly?: boolean;
  /** A heading that stands above already, for example the title of the step. */
  under?: string;
  errorOf(name: string): string | undefined;
  onChange(draft: Draft): void;
}

export const fieldId = (name: string): string => `setting-${name}`;

/** Moves to the field of a setting. */
export function focusField(name: string): void {
  const field = document.getElementById(fieldId(name));
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}

/** A form made from the manifest's config profile: groups, conditions, and secrets that can only be written. */
export function ConfigFields({ schema, only, under, ...rest }: ConfigFieldsProps) {
  const names = shownNames(schema, effectiveValues(rest.saved, rest.draft), only);
  return (
    <div className="stack lg fields">
      {groupNames(schema, names).map(({ title, names: members }) => (
        <fieldset key={title ?? ""} className="stack md">
          {title !== undefined && title !== under && (
            <legend className="h3" style={{ font: "var(--hl-h3)", marginBottom: 12 }}>
              {title}
            </legend>
          )}
          {members.map((name) => (
            <ConfigField
              key={name}
              name={name}
              property={schema.properties[name] as ConfigProperty}
              required={schema.required?.includes(name) ?? false}
              {...rest}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

type ConfigFieldProps = Omit<ConfigFieldsProps, "schema" | "only"> & {
  name: string;
  property: ConfigProperty;
  required: boolean;
};

function ConfigField({
  name,
  property,
  required,
  saved,
  draft,
  secrets,
  readOnly = false,
  errorOf,
  onChange,
}: ConfigFieldProps) {
  const label = labelOf(name, property);
  const value = name in draft.values ? draft.values[name] : (saved[name] ?? property.default);
  const set = (next: unknown): void => onChange(changeValue(draft, saved, name, next));
  const shared = {
    id: fieldId(name),
    label,
    description: property.description,
    error: errorOf(name),
    disabled: readOnly,
  };

  if (property.secret === true) {
    return (
      <SecretField
        {...shared}
        required={required}
        multiline={property.multiline ?? false}
        facts={secrets[name]}
        value={draft.secrets[name]}
        onChange={(next) => onChange(changeSecret(draft, name, next))}
      />
    );
  }
  if (property.type === "boolean") {
    return <Checkbox {...shared} checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />;
  }
  if (property.enum !== undefined) {
    const options = property.enum.map((option, at) => ({
      value: String(option),
      label: property.enumTitles?.[at] ?? String(option),
    }));
    const data = value === undefined ? [{ value: "", label: "Choose…" }, ...options] : options;
    return (
      <NativeSelect
        {...shared}
        required={required}
        data={data}
        value={showInput(value)}
        onChange={(event) => set(property.enum?.find((option) => String(option) === event.currentTarget.value))}
      />
    );
  }
  const input = { ...shared, required, placeholder: property.placeholder, value: showInput(value), spellCheck: false };
  if (property.multiline === true || property.type === "array") {
    const description =
      property.type === "array"
        ? [property.description, "One on each line."].filter((text) => text !== undefined).join(" ")
        : property.description;
    return <ListOrText input={{ ...input, description }} property={property} onText={set} />;
  }
  return (
    <TextInput
      {...input}
      inputMode={
        property.type === "integer"
          ? "numeric"
          : property.format === "email"
            ? "email"
            : property.format === "uri"
              ? "url"
              : "text"
      }
      autoComplete="off"
      onChange={(event) => set(readInput(property, event.currentTarget.value))}
    />
  );
}

type TextareaInput = {
  id: string;
  label: string;
  description: string | undefined;
  error: string | undefined;
  value: string;
  required: boolean;
};

function ListOrText({
  input,
  property,
  onText,
}: {
  input: TextareaInput;
  property: ConfigProperty;
  onText(value: unknown): void;
}) {
  return (
    <Textarea
      {...input}
      autosize={false}
      rows={property.type === "array" ? 3 : 5}
      onChange={(event) => onText(readInput(property, event.currentTarget.value))}
    />
  );
}
