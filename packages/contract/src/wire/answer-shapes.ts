import { causeClasses } from "../errors/cause-classes.ts";
import type { Problem } from "../errors/hilum-error.ts";
import { list, number, object, oneOf, text, type Shape } from "../json/shape.ts";
import { protocolVersion } from "./protocol.ts";
import { recordLimits } from "./records.ts";
import { storedResource } from "./stored-resource.ts";

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
  rules: { kind: "setting_value" },
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
  rules: { kind: "null" },
  schema: { type: "null" },
  check(value, pointer, report) {
    if (value !== null) report(pointer, "must be null");
  },
};

const record = object(
  {
    resource: storedResource,
    content: object(
      {
        id: text({ max: 128 }),
        size: number({ min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }),
        contentType: text({ max: 255 }),
      },
      { required: ["id", "size", "contentType"] },
    ),
  },
  { required: ["resource"] },
);

/** Longest body with which a webhook is answered, in characters. */
export const hookAnswerCharsMax = 65_536;
/** What its content type may be: nothing that a browser would run, were it ever shown to one. */
export const hookAnswerTypes = ["application/json", "application/xml", "text/plain", "text/xml"] as const;

/** Statuses with which a plugin may answer a webhook: neither a redirect nor a failure of the server's own. */
export const isHookStatus = (status: unknown): status is number =>
  typeof status === "number" &&
  Number.isInteger(status) &&
  ((status >= 200 && status <= 299) || (status >= 400 && status <= 499));

const hookStatus: Shape = {
  rules: { kind: "hook_status" },
  schema: { type: "integer", minimum: 200, maximum: 499 },
  check(value, pointer, report) {
    if (!isHookStatus(value)) report(pointer, "must be a whole number from 200 to 299 or from 400 to 499");
  },
};

/** What each method of the host is answered with. */
export const answerShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    "initialize",
    object(
      {
        protocol: oneOf([protocolVersion]),
        methods: list(text({ max: 100 }), { min: 1, max: 100, unique: [] }),
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
  ["records.create", record],
  ["records.read", record],
  ["records.update", record],
  ["records.delete", object({})],
  [
    "records.search",
    object(
      {
        resources: list(storedResource, { max: recordLimits.countMax }),
        next: text({ max: recordLimits.cursorCharsMax }),
        total: number({ min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }),
      },
      { required: ["resources"] },
    ),
  ],
  [
    "ingress.handle",
    object({
      status: hookStatus,
      body: object(
        { text: text({ min: 0, max: hookAnswerCharsMax, multiline: true }), contentType: oneOf(hookAnswerTypes) },
        { required: ["text", "contentType"] },
      ),
    }),
  ],
]);

/** `error.data` of a plugin's failed answer. */
export const errorDataShape = object(
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
  const shape = answerShapes.get(method);
  return shape === undefined
    ? [{ pointer: "", message: "the host does not call this method" }]
    : problemsOf(shape, result);
}

/** What is wrong with `error.data` of a plugin's failed answer. */
export function checkErrorData(data: unknown): Problem[] {
  return problemsOf(errorDataShape, data);
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
