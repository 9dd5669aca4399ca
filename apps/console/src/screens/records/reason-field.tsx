import { Textarea } from "@mantine/core";

const reasonMin = 15;

/** What is wrong with a reason that another person reads. */
export const reasonFault = (reason: string): string | undefined =>
  reason.trim().length < reasonMin ? `Write at least ${reasonMin} characters.` : undefined;

interface ReasonFieldProps {
  id: string;
  /** Who reads it: "Who decides it reads it." */
  reader: string;
  value: string;
  error: string | undefined;
  autoFocus?: boolean;
  onChange(value: string): void;
}

/** A reason in a person's own words, which another person reads. */
export function ReasonField({ id, reader, value, error, autoFocus = false, onChange }: ReasonFieldProps) {
  return (
    <Textarea
      id={id}
      label="Reason, in your words"
      description={`At least ${reasonMin} characters. ${reader}`}
      required
      rows={2}
      maxLength={500}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...(autoFocus && { "data-autofocus": true })}
    />
  );
}
