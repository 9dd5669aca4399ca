import { Button, Input, Textarea } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { PasswordField } from "../../look/password-field.tsx";
import { actorName, day } from "../../text/format.ts";
import type { SecretFacts } from "./config-fields.tsx";

interface SecretFieldProps {
  id: string;
  label: string;
  description: ReactNode;
  error: ReactNode;
  required: boolean;
  disabled: boolean;
  multiline: boolean;
  /** Absent where no secret is set. */
  facts: SecretFacts | undefined;
  /** The replacement; `null` removes it; undefined leaves it as it is. */
  value: string | null | undefined;
  onChange(value: string | null | undefined): void;
}

/** A secret can be written, replaced and removed, never read: "Set 12 Mar by ana". */
export function SecretField({
  id,
  label,
  description,
  error,
  required,
  disabled,
  multiline,
  facts,
  value,
  onChange,
}: SecretFieldProps) {
  const [replacing, setReplacing] = useState(false);
  const typing = facts === undefined || replacing;
  if (!typing || value === null) {
    return (
      <Input.Wrapper label={label} description={description} error={error} required={required} labelElement="div">
        <div className="row" style={{ marginTop: 6 }}>
          <span>{value === null ? "Will be removed when you save" : setText(facts)}</span>
          <Button
            id={id}
            size="compact-sm"
            disabled={disabled}
            aria-label={value === null ? `Keep: ${label}` : `Replace: ${label}`}
            onClick={() => (value === null ? onChange(undefined) : setReplacing(true))}
          >
            {value === null ? "Keep it" : "Replace"}
          </Button>
          {value !== null && !required && (
            <Button
              size="compact-sm"
              variant="subtle"
              disabled={disabled}
              aria-label={`Remove: ${label}`}
              onClick={() => onChange(null)}
            >
              Remove
            </Button>
          )}
        </div>
      </Input.Wrapper>
    );
  }
  const shared = {
    id,
    label,
    description,
    error,
    required,
    disabled,
    value: value ?? "",
    autoComplete: "off",
    autoFocus: replacing,
  };
  const keep = (): void => {
    setReplacing(false);
    onChange(undefined);
  };
  return (
    <div className="stack sm">
      {multiline ? (
        <Textarea {...shared} rows={4} spellCheck={false} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <PasswordField
          {...shared}
          autoComplete="new-password"
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {facts !== undefined && (
        <button type="button" className="tbtn" onClick={keep}>
          Keep the one that is set
        </button>
      )}
    </div>
  );
}

function setText(facts: SecretFacts | undefined): string {
  if (facts?.setAt === undefined) return "Set";
  return `Set ${day(facts.setAt)}${facts.setBy === undefined ? "" : ` by ${actorName(facts.setBy)}`}`;
}
