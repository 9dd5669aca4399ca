/** Why something with a provider failed, in classes an operator can act on. */
export const causeClasses = [
  "wrong_credential",
  "sender_not_verified",
  "recipient",
  "network",
  "certificate",
  "quota",
  "too_large",
  "provider_down",
  "timeout",
  "configuration",
  "plugin",
  "other",
] as const;
