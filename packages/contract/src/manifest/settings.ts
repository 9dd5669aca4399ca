import type { Problem } from "../errors/hilum-error.ts";
import { pointerTo } from "../json/pointer.ts";
import { isRecord, nameOf } from "../json/shape.ts";
import { findInvisible } from "../text/deceptive-text.ts";
import { formatMeanings, hasFormat, type FormatName } from "../text/formats.ts";
import { compilePattern } from "../text/linear-pattern.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { ConfigProperty, ConfigSchema } from "./manifest.ts";

/** Characters of a string setting that declares no `maxLength`. */
export const settingLengthMax = 4096;
/** Characters of a `multiline` one: room for a certificate chain. */
export const multilineLengthMax = 65_536;

export interface ValidateSettingsOptions {
  /** Secrets that are kept already, so that a required one may be absent from `values`. */
  secretsPresent?: Iterable<string>;
}

/** Names of the settings that are shown, and so required where they are required: `when` looks at values with defaults. */
export function visible(schema: ConfigSchema, values: Readonly<Record<string, unknown>>): Set<string> {
  const shown = Object.entries(schema.properties).filter(([, { when }]) => {
    if (when === undefined) return true;
    const other = schema.properties[when.setting];
    const value = Object.hasOwn(values, when.setting) ? values[when.setting] : other?.default;
    return when.in.some((choice) => choice === value);
  });
  return new Set(shown.map(([name]) => name));
}

/**
 * Judges values against a ConfigSchema that `checkConfigSchema` accepted. Pointers are into `values`. A message never
 * repeats a value, because a value may be a secret typed into the wrong field.
 */
export function validateSettings(
  schema: ConfigSchema,
  values: unknown,
  { secretsPresent = [] }: ValidateSettingsOptions = {},
): Problem[] {
  if (!isRecord(values)) return [{ pointer: "", message: `settings must be an object, not ${nameOf(values)}` }];
  const names = Object.keys(schema.properties);
  const problems = Object.keys(values)
    .filter((name) => !names.includes(name))
    .map((name) => unknownSetting(name, names));
  const kept = new Set(secretsPresent);
  const shown = visible(schema, values);
  for (const name of names) {
    const declared = schema.properties[name];
    if (declared === undefined) continue;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const required = (schema.required ?? []).includes(name) && shown.has(name);
    if (isUnset(value)) {
      if (required && !kept.has(name) && declared.default === undefined) problems.push(missing(name, declared));
    } else problems.push(...validateValue(declared, value, pointerTo("", name)));
  }
  return problems;
}

/** Judges the values that are there and asks for no other: answers of a setup that is not at its end. */
export function validateGiven(schema: ConfigSchema, values: Readonly<Record<string, unknown>>): Problem[] {
  const names = Object.keys(schema.properties);
  return Object.entries(values).flatMap(([name, value]) => {
    const declared = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (declared === undefined) return [unknownSetting(name, names)];
    return isUnset(value) ? [] : validateValue(declared, value, pointerTo("", name));
  });
}

/** Judges the answers to one form: what is there, and what is required and shown and missing. */
export function validateAnswers(
  schema: ConfigSchema,
  fields: readonly string[],
  values: Readonly<Record<string, unknown>>,
  options: ValidateSettingsOptions = {},
): Problem[] {
  const pointers = new Set(fields.map((name) => pointerTo("", name)));
  return validateSettings(schema, values, options).filter(({ pointer }) =>
    pointers.has(pointer.split("/").slice(0, 2).join("/")),
  );
}

/** An emptied field of a form counts as not set. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === "";
}

function unknownSetting(name: string, names: readonly string[]): Problem {
  const near = nearestName(name, names);
  return {
    pointer: pointerTo("", name.slice(0, 100)),
    message: "there is no such setting",
    fix: near === undefined ? "Remove it." : `Did you mean \`${near}\`?`,
  };
}

function missing(name: string, declared: ConfigProperty): Problem {
  const title = declared.title ?? name;
  return { pointer: pointerTo("", name), message: `${title} is missing`, fix: `Enter ${title}.` };
}

/** Judges one value; `pointer` is where it stands. */
export function validateValue(declared: ConfigProperty, value: unknown, pointer: string): Problem[] {
  const wrong = (message: string, at = pointer): Problem[] => [{ pointer: at, message }];
  switch (declared.type) {
    case "boolean":
      return typeof value === "boolean" ? [] : wrong(`must be on or off, not ${nameOf(value)}`);
    case "integer":
    case "number":
      return validateNumber(declared, value).flatMap((message) => wrong(message));
    case "string":
      return validateText(declared, value, declared.multiline === true ? multilineLengthMax : settingLengthMax).flatMap(
        (message) => wrong(message),
      );
    case "array":
      return validateArray(declared, value, pointer);
  }
}

function validateNumber(declared: ConfigProperty, value: unknown): string[] {
  if (typeof value !== "number" || !Number.isFinite(value)) return [`must be a number, not ${nameOf(value)}`];
  if (declared.type === "integer" && !Number.isSafeInteger(value)) return ["must be a whole number"];
  if (declared.enum !== undefined && !declared.enum.includes(value))
    return [`must be one of ${declared.enum.join(", ")}`];
  if (declared.minimum !== undefined && value < declared.minimum) return [`must be at least ${declared.minimum}`];
  if (declared.maximum !== undefined && value > declared.maximum) return [`must be at most ${declared.maximum}`];
  return [];
}

type TextRules = Pick<ConfigProperty, "enum" | "minLength" | "maxLength" | "pattern" | "multiline" | "secret"> & {
  format?: FormatName;
};

function validateText(rules: TextRules, value: unknown, lengthMax: number): string[] {
  if (typeof value !== "string") return [`must be text, not ${nameOf(value)}`];
  const { enum: choices, minLength = 0, maxLength = lengthMax, pattern, format } = rules;
  if (choices !== undefined && !choices.includes(value)) return [`must be one of ${choices.join(", ")}`];
  if (value.length < minLength) return [`must have at least ${minLength} characters`];
  if (value.length > maxLength) return [`must have at most ${maxLength} characters`];
  if (!value.isWellFormed()) return ["holds half a character"];
  // A pass phrase may hold any character; anywhere else one that cannot be seen is a mistake or a trick.
  if (rules.secret !== true && findInvisible(value.replaceAll("\r\n", "\n")) !== undefined)
    return ["holds a character that cannot be seen"];
  if (rules.multiline !== true && /[\r\n]/.test(value)) return ["must be one line"];
  if (format !== undefined && !hasFormat(format, value)) return [`must be ${formatMeanings[format]}`];
  const compiled = pattern === undefined ? undefined : compilePattern(pattern);
  return compiled === undefined || (compiled.ok && compiled.matches(value))
    ? []
    : ["does not have the form that is asked for"];
}

function validateArray(declared: ConfigProperty, value: unknown, pointer: string): Problem[] {
  if (!Array.isArray(value)) return [{ pointer, message: `must be a list, not ${nameOf(value)}` }];
  const max = declared.maxItems ?? 1000;
  if (value.length > max) return [{ pointer, message: `must have at most ${max} entries` }];
  return value.flatMap((item, index) =>
    validateText(declared.items ?? {}, item, settingLengthMax).map((message) => ({
      pointer: pointerTo(pointer, index),
      message,
    })),
  );
}
