import { PasswordInput, type PasswordInputProps } from "@mantine/core";

/** A password that can be shown, pasted and filled in by a password manager. */
export function PasswordField(props: PasswordInputProps) {
  return (
    <PasswordInput visibilityToggleButtonProps={{ "aria-label": "Show what was typed", tabIndex: 0 }} {...props} />
  );
}
