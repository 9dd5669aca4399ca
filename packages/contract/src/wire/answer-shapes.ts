import { causeClasses } from "../errors/cause-classes.ts";
import type { Problem } from "../errors/hilum-error.ts";
import { list, number, object, oneOf, text, type Shape } from "../json/shape.ts";
import { protocolVersion } from "./protocol.ts";

/** Longest reply of a provider that is passed on, in characters. */
export const replyCharsMax = 2000;

const reply = text({ min: 0, max: replyCharsMax, multiline: true });
const sentence = text({ min: 0, max: 2000, multiline: true });
const row = object(
  {
    id: text({ max: 100 }),
    title: text({ max: 200 }),
    status: oneOf(["passed", "failed", "warning", "skipped"]),
    durationMs: number({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    detail: sentence,
    cause: oneOf(causeClasses),
    expected: sentence,
    actual: sentence,
    fix: sentence,
    field: text({ max: 200, form: /^\//, what: "a JSON pointer" }),
    reply,
  },
  { required: ["id", "title", "status"] },
);
const rows = list(row, { max: 100 });
const check = object({ rows }, { required: ["rows"] });

/** A value of a setting: one line of text, or a number. */
const settingValue: Shape = {
  schema: { type: ["string", "number"], maxLength: 500 },
  check(value, pointer, report) {
    if (typeof value !== "number") text({ max: 500 }).check(value, pointer, report);
  },
};
const discovered = object(
  { value: settingValue, title: text({ max: 200 }), text: sentence },
  { required: ["value", "title"] },
);

const nothing: Shape = {
  schema: { type: "null" },
  check(value, pointer, report) {
    if (value !== null) report(pointer, "must be null");
  },
};

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    "initialize",
    object(
      {
        protocol: oneOf([protocolVersion]),
        methods: list(text({ max: 100 }), { min: 1, max: 100, key: (name) => name }),
        sdk: object({ name: text({ max: 100 }), version: text({ max: 60 }) }, { required: ["name", "version"] }),
      },
      { required: ["protocol", "methods"] },
    ),
  ],
  ["config.validate", check],
  ["setup.check", check],
  ["setup.discover", object({ options: list(discovered, { max: 500 }) }, { required: ["options"] })],
  ["smoke.run", check],
  ["health.check", object({ state: oneOf(["healthy", "degraded", "failing"]), rows }, { required: ["state", "rows"] })],
  ["shutdown", nothing],
  [
    "messages.send",
    object(
      {
        outcome: oneOf(["accepted"]),
        providerId: text({ max: 256 }),
        refused: list(
          object(
            { recipient: number({ min: 0, max: 1000, integer: true }), reply },
            { required: ["recipient", "reply"] },
          ),
          { max: 1000 },
        ),
        reply,
      },
      { required: ["outcome"] },
    ),
  ],
]);

const errorData = object(
  {
    code: text({ max: 100 }),
    cause: oneOf(causeClasses),
    sent: oneOf(["no", "maybe"]),
    retry: oneOf(["later", "never"]),
    retryAfterMs: number({ min: 0, max: 86_400_000 }),
    fix: sentence,
    field: text({ max: 200, form: /^\//, what: "a JSON pointer" }),
    reply,
  },
  { required: ["code"] },
);

/** What is wrong with a plugin's answer to `method`; pointers are into the result. Strict: for tests and conformance. */
export function checkAnswer(method: string, result: unknown): Problem[] {
  const shape = shapes.get(method);
  return shape === undefined
    ? [{ pointer: "", message: "the host does not call this method" }]
    : problemsOf(shape, result);
}

/** What is wrong with `error.data` of a plugin's failed answer. */
export function checkErrorData(data: unknown): Problem[] {
  return problemsOf(errorData, data);
}

function problemsOf(shape: Shape, value: unknown): Problem[] {
  const problems: Problem[] = [];
  shape.check(
    value,
    "",
    (pointer, message, fix) => void problems.push({ pointer, message, ...(fix === undefined ? {} : { fix }) }),
  );
  return problems;
}
