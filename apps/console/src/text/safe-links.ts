/** An address that a plugin's manifest names, where it may be shown as a link; others are shown as text. */
export function webAddress(value: string | undefined): string | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const { protocol, username, password } = new URL(value);
  return protocol === "https:" && username === "" && password === "" ? value : undefined;
}

/** Where to go on after sign-in: a path of this console. Anything else in the address leads to the dashboard. */
export function ownPlace(value: string | undefined): string {
  return value !== undefined && /^\/(?![/\\])/.test(value) ? value : "/";
}
