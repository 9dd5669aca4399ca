import type { Problem } from "../errors/hilum-error.ts";
import { pointerTo } from "../json/pointer.ts";
import {
  anyValue,
  described,
  flag,
  list,
  number,
  object,
  oneOf,
  record,
  text,
  type Report,
  type Shape,
} from "../json/shape.ts";
import { formatNames } from "../text/formats.ts";
import { compilePattern, patternLengthMax } from "../text/linear-pattern.ts";
import type { ConfigProperty, ConfigSchema } from "./manifest.ts";
import { validateValue } from "./settings.ts";

const settingName = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const scalar: Shape = {
  rules: { kind: "scalar" },
  schema: { type: ["string", "number", "boolean"] },
  check(value, pointer, report) {
    if (!["string", "number", "boolean"].includes(typeof value))
      report(pointer, "must be a string, a number or true or false");
  },
};
const pattern = described(
  "RE2 syntax: no look-around, no back-references.",
  text({ max: patternLengthMax, what: "a pattern" }),
);
const format = oneOf(formatNames);
const length = number({ min: 0, max: 65_536, integer: true });

const property = object(
  {
    type: oneOf(["string", "integer", "number", "boolean", "array"]),
    title: described("Label of the field.", text({ max: 80 })),
    description: described("Help beside the field.", text({ max: 500 })),
    default: anyValue,
    enum: list(scalar, { min: 1, max: 100, unique: [] }),
    enumTitles: described("Labels for `enum`, in its order.", list(text({ max: 120 }), { max: 100 })),
    minLength: length,
    maxLength: length,
    pattern,
    format,
    minimum: number({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    maximum: number({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    items: object({ type: oneOf(["string"]), maxLength: length, pattern, format }, { required: ["type"] }),
    maxItems: number({ min: 1, max: 1000, integer: true }),
    secret: described("Write-only: kept encrypted and never shown again.", flag),
    multiline: flag,
    group: described("Heading under which it stands.", text({ max: 80 })),
    placeholder: text({ max: 120 }),
    when: described(
      "Shown and required only while another setting has one of these values.",
      object(
        {
          setting: text({ max: 64, form: settingName, what: "the name of a setting" }),
          in: list(scalar, { min: 1, max: 100 }),
        },
        { required: ["setting", "in"] },
      ),
    ),
  },
  { required: ["type"] },
);

/** The profile of JSON Schema 2020-12 that `config` is written in. `$ref` does not exist in it (threat 45). */
export const configSchemaShape: Shape = object(
  {
    type: oneOf(["object"]),
    properties: record(property, {
      max: 100,
      form: settingName,
      what: "the name of a setting (letters, digits and _, beginning with a letter)",
    }),
    required: list(text({ max: 64 }), { max: 100, unique: [] }),
  },
  { required: ["type", "properties"] },
);

/** Judges a manifest's `config`; pointers are relative to it. An empty list means that it is a ConfigSchema. */
export function checkConfigSchema(schema: unknown): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (pointer, message, fix) =>
    void problems.push({ pointer, message, ...(fix === undefined ? {} : { fix }) });
  configSchemaShape.check(schema, "", report);
  if (problems.length > 0) return problems;
  const config = schema as ConfigSchema;
  const names = Object.keys(config.properties);
  for (const [name, declared] of Object.entries(config.properties))
    checkProperty(config, declared, pointerTo("/properties", name), report);
  for (const [index, name] of (config.required ?? []).entries())
    if (!names.includes(name))
      report(`/required/${index}`, `there is no setting \`${name}\``, "Add it to properties, or remove it here.");
  return problems;
}

/** Members that only some types have. */
const belongsTo: Readonly<Record<string, readonly ConfigProperty["type"][]>> = {
  minLength: ["string"],
  maxLength: ["string"],
  pattern: ["string"],
  format: ["string"],
  multiline: ["string"],
  placeholder: ["string", "integer", "number"],
  secret: ["string"],
  minimum: ["integer", "number"],
  maximum: ["integer", "number"],
  enum: ["string", "integer", "number"],
  enumTitles: ["string", "integer", "number"],
  items: ["array"],
  maxItems: ["array"],
};

function checkProperty(config: ConfigSchema, declared: ConfigProperty, pointer: string, report: Report): void {
  for (const member of Object.keys(declared)) {
    const types = belongsTo[member];
    if (types !== undefined && !types.includes(declared.type))
      report(pointerTo(pointer, member), `\`${member}\` has no meaning for the type ${declared.type}`, "Remove it.");
  }
  if (declared.type === "array" && declared.items === undefined)
    report(pointer, "an array needs `items`", 'Add "items": {"type": "string"}.');
  checkPattern(declared.pattern, `${pointer}/pattern`, report);
  checkPattern(declared.items?.pattern, `${pointer}/items/pattern`, report);
  checkBounds(declared, pointer, report);
  checkEnum(declared, pointer, report);
  checkDefault(declared, pointer, report);
  checkWhen(config, declared, pointer, report);
}

function checkPattern(source: string | undefined, pointer: string, report: Report): void {
  const compiled = source === undefined ? undefined : compilePattern(source);
  if (compiled?.ok === false)
    report(pointer, `the pattern is not RE2: ${compiled.reason}`, "Write it without look-around and back-references.");
}

function checkBounds(declared: ConfigProperty, pointer: string, report: Report): void {
  const { minLength, maxLength, minimum, maximum } = declared;
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    report(`${pointer}/minLength`, "minLength is above maxLength", "Swap them.");
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    report(`${pointer}/minimum`, "minimum is above maximum", "Swap them.");
}

function checkEnum(declared: ConfigProperty, pointer: string, report: Report): void {
  const { enum: choices, enumTitles, type } = declared;
  if (enumTitles !== undefined && enumTitles.length !== (choices?.length ?? 0))
    report(`${pointer}/enumTitles`, "needs one label for each value of `enum`", "Add or remove labels.");
  const expected = type === "string" ? "string" : "number";
  for (const [index, choice] of (choices ?? []).entries())
    if (typeof choice !== expected) report(`${pointer}/enum/${index}`, `must be a ${expected}, as the type says`);
}

function checkDefault(declared: ConfigProperty, pointer: string, report: Report): void {
  if (!Object.hasOwn(declared, "default")) return;
  if (declared.secret === true)
    return report(`${pointer}/default`, "a secret has no default: everybody could read it", "Remove it.");
  for (const problem of validateValue(declared, declared.default, ""))
    report(`${pointer}/default${problem.pointer}`, `the default ${problem.message}`, problem.fix);
}

function checkWhen(config: ConfigSchema, declared: ConfigProperty, pointer: string, report: Report): void {
  const name = declared.when?.setting;
  if (name === undefined) return;
  const other = Object.hasOwn(config.properties, name) ? config.properties[name] : undefined;
  if (other === undefined || other === declared)
    return report(`${pointer}/when/setting`, `there is no other setting \`${name}\``, "Name a setting of properties.");
  if (other.when !== undefined)
    report(
      `${pointer}/when/setting`,
      `\`${name}\` depends on a setting itself`,
      "Depend on a setting that is always shown.",
    );
  if (other.secret === true)
    report(`${pointer}/when/setting`, `\`${name}\` is a secret`, "Depend on a setting that can be read.");
}

/** Names of the settings that are write-only. */
export function secretNames(schema: ConfigSchema): string[] {
  return Object.entries(schema.properties)
    .filter(([, declared]) => declared.secret === true)
    .map(([name]) => name);
}

/** The settings with the defaults of those that are not set. Members that the schema does not know are left out. */
export function withDefaults(schema: ConfigSchema, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(schema.properties)) {
    if (Object.hasOwn(values, name) && values[name] !== undefined) settings[name] = values[name];
    else if (Object.hasOwn(declared, "default")) settings[name] = structuredClone(declared.default);
  }
  return settings;
}
