import { nearestName } from "../text/nearest-name.ts";
import { pointerTo } from "./pointer.ts";

export type Report = (pointer: string, message: string, fix?: string) => void;

/** What a JSON value must look like: judged with mends for people, and published as JSON Schema for editors. */
export interface Shape {
  schema: Record<string, unknown>;
  /** What `check` asks for, as data: by it another language judges the same. */
  rules: Rules;
  check(value: unknown, pointer: string, report: Report): void;
}

/** `kind` names the function that made the shape; the other members are what it was given. */
export interface Rules {
  kind: string;
  [member: string]: unknown;
}

/** Adds the sentence that editors and the reference page show. */
export function described(description: string, shape: Shape): Shape {
  return { ...shape, schema: { ...shape.schema, description } };
}

export interface TextLimits {
  min?: number;
  max: number;
  /** Tested after the length; a JavaScript pattern of our own, so its time is known. */
  form?: RegExp;
  /** What `form` asks for, as in "a token". */
  what?: string;
  /** True where line feeds and tabs are at home. */
  multiline?: boolean;
}

export function text({ min = 1, max, form, what = "text", multiline = false }: TextLimits): Shape {
  return {
    rules: {
      ...{ kind: "text", min, max, what, multiline },
      ...(form === undefined ? {} : { form: form.source }),
    },
    schema: { type: "string", minLength: min, maxLength: max, ...(form === undefined ? {} : { pattern: form.source }) },
    check(value, pointer, report) {
      if (typeof value !== "string") return report(pointer, `must be ${what} in double quotes, not ${nameOf(value)}`);
      if (value.length < min)
        return report(pointer, min === 1 ? "must not be empty" : `must have at least ${min} characters`);
      if (value.length > max) return report(pointer, `must have at most ${max} characters; it has ${value.length}`);
      if (!multiline && /[\n\t]/.test(value)) return report(pointer, "must be one line");
      if (form !== undefined && !form.test(value)) report(pointer, `\`${value.slice(0, 80)}\` is not ${what}`);
    },
  };
}

export function number(limits: { min: number; max: number; integer?: boolean }): Shape {
  const { min, max, integer = false } = limits;
  const what = `${integer ? "a whole number" : "a number"} from ${min} to ${max}`;
  return {
    rules: { kind: "number", min, max, integer },
    schema: { type: integer ? "integer" : "number", minimum: min, maximum: max },
    check(value, pointer, report) {
      const good = typeof value === "number" && value >= min && value <= max && (!integer || Number.isInteger(value));
      if (!good) report(pointer, `must be ${what}, not ${typeof value === "number" ? value : nameOf(value)}`);
    },
  };
}

export const flag: Shape = {
  rules: { kind: "flag" },
  schema: { type: "boolean" },
  check(value, pointer, report) {
    if (typeof value !== "boolean")
      report(pointer, `must be true or false, not ${nameOf(value)}`, "Write it without quotes.");
  },
};

export const anyValue: Shape = { rules: { kind: "any" }, schema: {}, check: () => undefined };

export function oneOf(names: readonly string[]): Shape {
  return {
    rules: { kind: "one_of", names: [...names] },
    schema: { enum: [...names] },
    check(value, pointer, report) {
      if (typeof value === "string" && names.includes(value)) return;
      const shown = typeof value === "string" ? `\`${value.slice(0, 80)}\`` : nameOf(value);
      const near = typeof value === "string" ? nearestName(value, names) : undefined;
      report(
        pointer,
        `${shown} is not one of the values`,
        near === undefined ? `Use one of ${names.join(", ")}.` : `Did you mean \`${near}\`?`,
      );
    },
  };
}

export interface ListLimits {
  min?: number;
  max: number;
  /** Two entries that are the same in these members are refused; without a name, two that are the same. */
  unique?: readonly string[];
}

export function list(entry: Shape, { min = 0, max, unique }: ListLimits): Shape {
  return {
    rules: { kind: "list", entry: entry.rules, min, max, ...(unique === undefined ? {} : { unique: [...unique] }) },
    schema: { type: "array", items: entry.schema, minItems: min, maxItems: max },
    check(value, pointer, report) {
      if (!Array.isArray(value))
        return report(pointer, `must be a list, not ${nameOf(value)}`, "Put it in square brackets.");
      if (value.length < min)
        report(pointer, min === 1 ? "must have at least one entry" : `must have at least ${min} entries`);
      if (value.length > max) return report(pointer, `must have at most ${max} entries; it has ${value.length}`);
      const seen = new Set<unknown>();
      for (const [index, item] of value.entries()) {
        const here = pointerTo(pointer, index);
        entry.check(item, here, report);
        const identity = unique === undefined ? undefined : identityOf(item, unique);
        if (identity !== undefined && seen.has(identity))
          report(here, `${JSON.stringify(identity)} stands in the list twice`, "Keep one of the two.");
        seen.add(identity);
      }
    },
  };
}

/** What two entries of a list may not share; undefined for an entry that lacks it. */
function identityOf(entry: unknown, members: readonly string[]): unknown {
  if (members.length === 0) return entry;
  if (!isRecord(entry) || !members.every((name) => Object.hasOwn(entry, name))) return undefined;
  const [only] = members.length === 1 ? members : [];
  return only === undefined ? members.map((name) => String(entry[name])).join(" ") : entry[only];
}

export interface Members {
  required?: readonly string[];
  /** Members of the design that this version does not serve: refused by name. */
  notServed?: readonly string[];
}

export function object(
  members: Readonly<Record<string, Shape>>,
  { required = [], notServed = [] }: Members = {},
): Shape {
  const known = new Map(Object.entries(members));
  return {
    rules: {
      kind: "object",
      members: rulesOf(members),
      required: [...required],
      notServed: [...notServed],
    },
    schema: {
      type: "object",
      properties: Object.fromEntries([...known].map(([name, shape]) => [name, shape.schema])),
      ...(required.length === 0 ? {} : { required: [...required] }),
      additionalProperties: false,
    },
    check(value, pointer, report) {
      if (!isRecord(value))
        return report(pointer, `must be an object, not ${nameOf(value)}`, "Put it in curly brackets.");
      for (const name of required)
        if (!Object.hasOwn(value, name)) report(pointerTo(pointer, name), `\`${name}\` is missing`, `Add "${name}".`);
      for (const [name, member] of Object.entries(value)) {
        const here = pointerTo(pointer, name);
        const shape = known.get(name);
        if (shape !== undefined) shape.check(member, here, report);
        else if (notServed.includes(name))
          report(here, `this version does not serve \`${name}\` yet`, "Remove it, or update Hilum.");
        else reportUnknown(name, here, [...known.keys(), ...notServed], report);
      }
    },
  };
}

const rulesOf = (shapes: Readonly<Record<string, Shape>>): Record<string, Rules> =>
  Object.fromEntries(Object.entries(shapes).map(([name, { rules }]) => [name, rules]));

/** An object that comes in several forms; the member `tag` says which one. */
export function variants(tag: string, forms: Readonly<Record<string, Shape>>): Shape {
  const known = new Map(Object.entries(forms));
  const choice = oneOf([...known.keys()]);
  return {
    rules: { kind: "variants", tag, forms: rulesOf(forms) },
    schema: { oneOf: [...known.values()].map(({ schema }) => schema) },
    check(value, pointer, report) {
      if (!isRecord(value))
        return report(pointer, `must be an object, not ${nameOf(value)}`, "Put it in curly brackets.");
      if (!Object.hasOwn(value, tag)) return report(pointerTo(pointer, tag), `\`${tag}\` is missing`, `Add "${tag}".`);
      const form = value[tag];
      const shape = typeof form === "string" ? known.get(form) : undefined;
      if (shape === undefined) choice.check(form, pointerTo(pointer, tag), report);
      else shape.check(value, pointer, report);
    },
  };
}

function reportUnknown(name: string, pointer: string, known: readonly string[], report: Report): void {
  const near = nearestName(name, known);
  report(
    pointer,
    `\`${name.slice(0, 80)}\` is not a field`,
    near === undefined ? `Fields here are ${known.join(", ")}.` : `Did you mean \`${near}\`?`,
  );
}

/** An object whose members have free names of one form and one shape. */
export function record(entry: Shape, limits: { max: number; form: RegExp; what: string }): Shape {
  return {
    rules: { kind: "record", entry: entry.rules, max: limits.max, form: limits.form.source, what: limits.what },
    schema: {
      type: "object",
      additionalProperties: entry.schema,
      propertyNames: { pattern: limits.form.source },
      maxProperties: limits.max,
    },
    check(value, pointer, report) {
      if (!isRecord(value))
        return report(pointer, `must be an object, not ${nameOf(value)}`, "Put it in curly brackets.");
      const entries = Object.entries(value);
      if (entries.length > limits.max)
        return report(pointer, `must have at most ${limits.max} members; it has ${entries.length}`);
      for (const [name, member] of entries) {
        const here = pointerTo(pointer, name);
        if (!limits.form.test(name)) report(here, `\`${name.slice(0, 80)}\` is not ${limits.what}`);
        entry.check(member, here, report);
      }
    },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "a number", "a list": what a value is, never what it holds. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
