import type { ConfigProperty, ConfigSchema } from "@hilum/contract";

export type Values = Record<string, unknown>;
/** New secrets by name; `null` removes the one that is set. */
export type Secrets = Record<string, string | null>;
/** What a person changed and did not send yet. Everything else keeps the server's value. */
export interface Draft {
  values: Values;
  secrets: Secrets;
}
export const emptyDraft: Draft = { values: {}, secrets: {} };

export const labelOf = (name: string, property: ConfigProperty): string => property.title ?? name;

/** The settings that apply: those whose `when` holds for the values as they would be saved. */
export function shownNames(schema: ConfigSchema, values: Values, only?: readonly string[]): string[] {
  return Object.keys(schema.properties)
    .filter((name) => only === undefined || only.includes(name))
    .filter((name) => {
      const when = schema.properties[name]?.when;
      if (when === undefined) return true;
      const current = values[when.setting] ?? schema.properties[when.setting]?.default;
      return when.in.some((allowed) => allowed === current);
    });
}

/** The names under their headings, in the manifest's order; those without a heading come first. */
export function groupNames(
  schema: ConfigSchema,
  names: readonly string[],
): { title: string | undefined; names: string[] }[] {
  const groups = new Map<string | undefined, string[]>();
  for (const name of names) {
    const title = schema.properties[name]?.group;
    groups.set(title, [...(groups.get(title) ?? []), name]);
  }
  return [...groups.entries()]
    .map(([title, members]) => ({ title, names: members }))
    .toSorted((a, b) => Number(a.title !== undefined) - Number(b.title !== undefined));
}

/** Saved values with the draft over them. A member that was emptied is absent. */
export function effectiveValues(saved: Values, draft: Draft): Values {
  return Object.fromEntries(Object.entries({ ...saved, ...draft.values }).filter(([, value]) => value !== undefined));
}

/** Notes a change, and forgets it where the value is the saved one again. */
export function changeValue(draft: Draft, saved: Values, name: string, value: unknown): Draft {
  const values = { ...draft.values };
  if (JSON.stringify(value) === JSON.stringify(saved[name])) delete values[name];
  else values[name] = value;
  return { ...draft, values };
}

/** Notes a new secret; undefined leaves the stored one alone. */
export function changeSecret(draft: Draft, name: string, value: string | null | undefined): Draft {
  const secrets = { ...draft.secrets };
  if (value === undefined) delete secrets[name];
  else secrets[name] = value;
  return { ...draft, secrets };
}

export const changedNames = (draft: Draft): string[] => [...Object.keys(draft.values), ...Object.keys(draft.secrets)];

/** What the server takes: only settings that apply, secrets only where they were replaced or removed. */
export function draftBody(schema: ConfigSchema, saved: Values, draft: Draft): { values: Values; secrets: Secrets } {
  const effective = effectiveValues(saved, draft);
  const shown = shownNames(schema, effective);
  const values = Object.fromEntries(
    shown.filter((name) => !isSecret(schema, name) && name in effective).map((name) => [name, effective[name]]),
  );
  const secrets = Object.fromEntries(
    Object.entries(draft.secrets).filter(([name, value]) => shown.includes(name) && value !== ""),
  );
  return { values, secrets };
}

const isSecret = (schema: ConfigSchema, name: string): boolean => schema.properties[name]?.secret === true;

/** Text of an input as the value of its setting. What is not a number stays text, so that the server can say so. */
export function readInput(property: ConfigProperty, text: string): unknown {
  if (text === "") return undefined;
  if (property.type === "integer" || property.type === "number")
    return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (property.type === "array")
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  return text;
}

export function showInput(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join("\n");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Pointers that may name a setting in a refusal: into the settings, or into the request that carried them. */
export const pointersOf = (name: string): string[] => {
  const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return [`/${escaped}`, `/values/${escaped}`, `/secrets/${escaped}`];
};

/** The setting that a pointer names. */
export const nameOfPointer = (pointer: string): string =>
  (pointer.replace(/^\/(values|secrets)\//, "/").split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
