import { PasswordField } from "../../look/password-field.tsx";

export const passwordCharactersMin = 12;

/** A new password with its one rule said before and while typing. */
export function NewPasswordField({
  label = "Password",
  value,
  error,
  onChange,
}: {
  label?: string;
  value: string;
  error?: string | undefined;
  onChange(value: string): void;
}) {
  const missing = passwordCharactersMin - value.length;
  return (
    <PasswordField
      label={label}
      description={
        missing > 0 && value !== ""
          ? `${missing} more characters`
          : "At least 12 characters. Any characters; pasting is fine."
      }
      name="new-password"
      autoComplete="new-password"
      required
      minLength={passwordCharactersMin}
      maxLength={256}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
