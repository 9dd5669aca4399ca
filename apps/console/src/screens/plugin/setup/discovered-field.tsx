import type { ConfigProperty } from "@hilum/contract";
import type { Discovered } from "@hilum/contract/api";
import { IconListSearch } from "@tabler/icons-react";
import { Checkbox, Input, Textarea, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Choice } from "../../../look/choice.tsx";
import { Advice } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { moment } from "../../../text/format.ts";
import { fieldId, focusField } from "../config-fields.tsx";
import { changeValue, labelOf, readInput, showInput, type Draft, type Values } from "@hilum/sdk/ui";

interface DiscoveredFieldProps {
  name: string;
  property: ConfigProperty;
  required: boolean;
  found: Discovered | undefined;
  saved: Values;
  draft: Draft;
  error: string | undefined;
  running: boolean;
  onChange(draft: Draft): void;
  onList(): void;
}

/** A setting whose values the plugin lists at the provider: a choice among them, or typed by hand. */
export function DiscoveredField(props: DiscoveredFieldProps) {
  const { name, property, found, saved, draft, running, error, onChange, onList } = props;
  const label = labelOf(name, property);
  const value = name in draft.values ? draft.values[name] : (saved[name] ?? property.default);
  const set = (next: unknown): void => onChange(changeValue(draft, saved, name, next));
  const listedAt = useRef(found?.at);
  useEffect(() => {
    if (listedAt.current === found?.at) return;
    listedAt.current = found?.at;
    // What was listed is read next: the choices, or the field to type into.
    if (found !== undefined) focusField(name);
  }, [found, name]);
  const options = found?.options ?? [];
  const listed = options.some((option) => option.value === value);
  const [typing, setTyping] = useState(false);
  const byHand = options.length === 0 || typing || (!listed && showInput(value) !== "" && property.type !== "array");
  return (
    <fieldset className="stack sm fields" id={options.length === 0 ? undefined : fieldId(name)} tabIndex={-1}>
      <legend className={options.length === 0 ? "vh" : "label"}>{label}</legend>
      {options.length > 0 && property.description !== undefined && <p className="small dim">{property.description}</p>}
      {options.length > 0 && property.type === "array" ? (
        <Several options={options} value={value} onChange={set} />
      ) : (
        options.map((option) => (
          <Choice
            key={String(option.value)}
            name={name}
            title={option.title}
            text={option.text}
            checked={!typing && option.value === value}
            onChoose={() => {
              setTyping(false);
              set(option.value);
            }}
          />
        ))
      )}
      {options.length > 0 && property.type !== "array" && (
        <Choice
          name={name}
          title="Another one"
          text="Type it below."
          checked={byHand}
          onChoose={() => {
            setTyping(true);
            if (listed) set(undefined);
          }}
        />
      )}
      {(byHand || property.type === "array") && <ByHand {...props} label={label} value={value} onValue={set} />}
      {error !== undefined && options.length > 0 && !byHand && <Input.Error role="alert">{error}</Input.Error>}
      {found?.problem !== undefined && (
        <Advice title={`${found.problem.title}.`}>
          {[found.problem.detail, found.problem.fix, "You can type the value."]
            .filter((text) => text !== undefined)
            .join(" ")}
          {found.problem.reply !== undefined && (
            <>
              {" "}
              The provider said: <code>{found.problem.reply}</code>
            </>
          )}
        </Advice>
      )}
      <div className="row">
        <ActButton running={running} leftSection={<IconListSearch size={16} aria-hidden />} onClick={onList}>
          {found === undefined ? `List what there is: ${label}` : `List again: ${label}`}
        </ActButton>
        {found !== undefined && <span className="small dim">As of {moment(found.at)}</span>}
      </div>
    </fieldset>
  );
}

function Several({
  options,
  value,
  onChange,
}: {
  options: Discovered["options"];
  value: unknown;
  onChange(value: string[]): void;
}) {
  const chosen = new Set(Array.isArray(value) ? value.map(String) : []);
  return options.map((option) => (
    <Checkbox
      key={String(option.value)}
      label={option.title}
      description={option.text}
      checked={chosen.has(String(option.value))}
      onChange={(event) => {
        if (event.currentTarget.checked) chosen.add(String(option.value));
        else chosen.delete(String(option.value));
        onChange([...chosen]);
      }}
    />
  ));
}

interface ByHandProps extends DiscoveredFieldProps {
  label: string;
  value: unknown;
  onValue(value: unknown): void;
}

function ByHand({ name, property, required, found, error, label, value, onValue }: ByHandProps) {
  const listed = (found?.options.length ?? 0) > 0;
  const shared = {
    ...(listed ? {} : { id: fieldId(name) }),
    label: listed ? `${label}, typed` : label,
    description: listed ? undefined : property.description,
    error,
    required,
    placeholder: property.placeholder,
    value: showInput(value),
    spellCheck: false,
  };
  if (property.type === "array")
    return (
      <Textarea
        {...shared}
        description="One on each line."
        rows={3}
        onChange={(event) => onValue(readInput(property, event.currentTarget.value))}
      />
    );
  return (
    <TextInput
      {...shared}
      autoComplete="off"
      onChange={(event) => onValue(readInput(property, event.currentTarget.value))}
    />
  );
}
