import type { ConfigProperty, ConfigSchema } from "@hilum/contract";
import { usePage } from "../bridge/page-context.ts";
import { CheckField, SelectField, TextField } from "../parts/field.tsx";
import {
  changeValue,
  effectiveValues,
  groupNames,
  labelOf,
  readInput,
  showInput,
  shownNames,
  type Draft,
} from "./draft.ts";

export interface ConfigFieldsProps {
  schema: ConfigSchema;
  /** Only these; all where absent. */
  only?: readonly string[];
  saved: Record<string, unknown>;
  draft: Draft;
  /** Secrets that are set, and when. */
  secrets: Readonly<Record<string, { setAt?: string }>>;
  /** Secrets that the console shall ask for. */
  asked: ReadonlySet<string>;
  readOnly?: boolean;
  errorOf(name: string): string | undefined;
  onChange(draft: Draft): void;
  onAsk(name: string, ask: boolean): void;
}

const unknownProperty: ConfigProperty = { type: "string" };

export const settingId = (name: string): string => `setting-${name}`;

/** Moves to the field of a setting. */
export function focusSetting(name: string): void {
  const field = document.getElementById(settingId(name));
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}

/** A form made from the manifest's config profile: groups and conditions as the console draws them. */
export function ConfigFields({ schema, only, ...rest }: ConfigFieldsProps) {
  const names = shownNames(schema, effectiveValues(rest.saved, rest.draft), only);
  return (
    <div className="stack lg fields">
      {groupNames(schema, names).map(({ title, names: members }) => (
        <fieldset key={title ?? ""} className="stack md">
          {title !== undefined && <legend>{title}</legend>}
          {members.map((name) => (
            <ConfigField
              key={name}
              name={name}
              property={schema.properties[name] ?? unknownProperty}
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
  readOnly = false,
  errorOf,
  onChange,
  ...rest
}: ConfigFieldProps) {
  const value = name in draft.values ? draft.values[name] : (saved[name] ?? property.default);
  const set = (next: unknown): void => onChange(changeValue(draft, saved, name, next));
  const shared = {
    id: settingId(name),
    label: labelOf(name, property),
    description: property.description,
    error: errorOf(name),
    disabled: readOnly,
  };
  if (property.secret === true)
    return (
      <SecretField
        {...shared}
        name={name}
        required={required}
        secrets={rest.secrets}
        asked={rest.asked}
        onAsk={rest.onAsk}
      />
    );
  if (property.type === "boolean") return <CheckField {...shared} checked={value === true} onChange={set} />;
  if (property.enum !== undefined) {
    const choices = property.enum.map((choice, at) => ({
      value: String(choice),
      label: property.enumTitles?.[at] ?? String(choice),
    }));
    return (
      <SelectField
        {...shared}
        required={required}
        options={value === undefined ? [{ value: "", label: "Choose…" }, ...choices] : choices}
        value={showInput(value)}
        onChange={(text) => set(property.enum?.find((choice) => String(choice) === text))}
      />
    );
  }
  const isList = property.type === "array";
  const help = [property.description, isList ? "One on each line." : undefined].filter((text) => text !== undefined);
  return (
    <TextField
      {...shared}
      description={help.length === 0 ? undefined : help.join(" ")}
      required={required}
      placeholder={property.placeholder}
      inputMode={inputModeOf(property)}
      lines={property.multiline === true ? 5 : isList ? 3 : 1}
      value={showInput(value)}
      onChange={(text) => set(readInput(property, text))}
    />
  );
}

function inputModeOf({ type, format }: ConfigProperty): "numeric" | "email" | "url" | "text" {
  if (type === "integer") return "numeric";
  return format === "email" ? "email" : format === "uri" ? "url" : "text";
}

interface SecretFieldProps {
  id: string;
  name: string;
  label: string;
  description: string | undefined;
  error: string | undefined;
  required: boolean;
  disabled: boolean;
  secrets: ConfigFieldsProps["secrets"];
  asked: ReadonlySet<string>;
  onAsk(name: string, ask: boolean): void;
}

/** A secret is typed into a dialog of the console's own; here it is only said whether that shall be asked. */
function SecretField({
  id,
  name,
  label,
  description,
  error,
  required,
  disabled,
  secrets,
  asked,
  onAsk,
}: SecretFieldProps) {
  const { format } = usePage();
  const facts = secrets[name];
  const isSet = facts !== undefined;
  const state =
    facts?.setAt === undefined ? (isSet ? "Set." : "Not set.") : `Set ${format.moment(facts.setAt)}; it is not shown.`;
  return (
    <CheckField
      id={id}
      label={`${label}: ${isSet ? "replace it" : required ? "enter it (needed)" : "enter it"}`}
      description={[state, "Hilum asks for it outside this panel when you go on.", description]
        .filter((text) => text !== undefined)
        .join(" ")}
      error={error}
      checked={asked.has(name)}
      disabled={disabled}
      onChange={(ask) => onAsk(name, ask)}
    />
  );
}
