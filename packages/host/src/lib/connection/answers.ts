import {
  errorCatalogue,
  HilumError,
  protocolVersion,
  storeErrorCodes,
  type CheckResult,
  type DiscoveredOption,
  type ErrorCode,
  type HealthResult,
  type IngressHandleResult,
  type InitializeResult,
  type RecordResults,
  type SendResult,
  type SetupDiscoverResult,
  type WireErrorData,
} from "@hilum/contract";
import { causeClasses, type Evidence } from "@hilum/contract/api";
import {
  escapeBounded,
  hookAnswerCharsMax,
  hookAnswerTypes,
  isHookStatus,
  recordAnswerParsers,
} from "@hilum/contract/wire";

/**
 * Checks of what a plugin answers. Each copies the members it knows into an object of its own, so that nothing else of the
 * wire goes further, and throws `plugin.bad_reply` naming the place.
 */
export type ParseAnswer<T> = (value: unknown, asked: Record<string, unknown>) => T;

const REPLY_CHARS_MAX = 2000;
const TEXT_CHARS_MAX = 2000;
const ROWS_MAX = 100;
const OPTIONS_MAX = 500;
const OPTION_CHARS_MAX = 500;
const METHODS_MAX = 100;

export const parseInitializeResult = (value: unknown): InitializeResult => {
  const { protocol, methods, sdk } = record(value, "");
  if (protocol !== protocolVersion) throw bad("/protocol", `this host speaks protocol ${protocolVersion}`);
  return {
    protocol: protocolVersion,
    methods: list(methods, "/methods", METHODS_MAX).map((method, index) => text(method, `/methods/${index}`, 100)),
    ...(sdk === undefined ? {} : { sdk: parseSdk(sdk) }),
  };
};

export const parseSendResult: ParseAnswer<SendResult> = (value) => {
  const { outcome, providerId, refused, reply } = record(value, "");
  if (outcome !== "accepted") throw bad("/outcome", "it is `accepted`, or the request fails");
  return {
    outcome,
    ...(providerId === undefined ? {} : { providerId: text(providerId, "/providerId", 256) }),
    ...(refused === undefined
      ? {}
      : { refused: list(refused, "/refused", 1000).map((entry, index) => parseRefused(entry, `/refused/${index}`)) }),
    ...(reply === undefined ? {} : { reply: text(reply, "/reply", REPLY_CHARS_MAX) }),
  };
};

export const parseCheckResult: ParseAnswer<CheckResult> = (value) => ({ rows: parseRows(record(value, "")["rows"]) });

export const parseHealthResult: ParseAnswer<HealthResult> = (value) => {
  const { state, rows } = record(value, "");
  if (state !== "healthy" && state !== "degraded" && state !== "failing")
    throw bad("/state", "it is healthy, degraded or failing");
  return { state, rows: parseRows(rows) };
};

export const parseDiscoverResult: ParseAnswer<SetupDiscoverResult> = (value) => ({
  options: list(record(value, "")["options"], "/options", OPTIONS_MAX).map((option, index) =>
    parseOption(option, `/options/${index}`),
  ),
});
/** The text goes to the vendor as it is: nothing of it is shown here, so nothing is escaped. */
export const parseHookResult: ParseAnswer<IngressHandleResult> = (value) => {
  const { status, body } = record(value, "");
  if (status !== undefined && !isHookStatus(status)) throw bad("/status", "it is 200 to 299 or 400 to 499");
  return {
    ...(status === undefined ? {} : { status }),
    ...(body === undefined ? {} : { body: parseHookBody(body) }),
  };
};

function parseHookBody(value: unknown): NonNullable<IngressHandleResult["body"]> {
  const { text: content, contentType } = record(value, "/body");
  if (typeof content !== "string" || content.length > hookAnswerCharsMax)
    throw bad("/body/text", `it is a string of at most ${hookAnswerCharsMax}`);
  const type = hookAnswerTypes.find((known) => known === contentType);
  if (type === undefined) throw bad("/body/contentType", `it is one of ${hookAnswerTypes.join(", ")}`);
  return { text: content, contentType: type };
}

/** What each method of the host is answered with, after the check. */
export interface Answers extends RecordResults {
  initialize: InitializeResult;
  "config.validate": CheckResult;
  "setup.check": CheckResult;
  "setup.discover": SetupDiscoverResult;
  "health.check": HealthResult;
  "smoke.run": CheckResult;
  "messages.send": SendResult;
  "ingress.handle": IngressHandleResult;
  shutdown: null;
}
export type AnswerTo<Method extends string> = Method extends keyof Answers ? Answers[Method] : unknown;

const parseNothing: ParseAnswer<null> = () => null;

/** How the answer to each method of the host is checked. A method that is not here cannot be called. */
const parsers: { [Method in keyof Answers]: ParseAnswer<Answers[Method]> } = {
  initialize: parseInitializeResult,
  "config.validate": parseCheckResult,
  "setup.check": parseCheckResult,
  "setup.discover": parseDiscoverResult,
  "health.check": parseHealthResult,
  "smoke.run": parseCheckResult,
  shutdown: parseNothing,
  "messages.send": parseSendResult,
  "ingress.handle": parseHookResult,
  ...recordAnswerParsers,
};
export const answerParsers: ReadonlyMap<string, ParseAnswer<unknown>> = new Map(Object.entries(parsers));

/** Refusals of the host that a plugin hands on as it met them. */
const handedOn = new Set(["policy.denied", "lane.full", "destination.invalid", "destination.not_public"]);

/** Codes that a plugin may answer with; any other failure of its own is `plugin.failed`. */
const pluginCodes: ReadonlySet<string> = new Set(
  Object.keys(errorCatalogue).filter(
    (code) =>
      code.startsWith("provider.") ||
      code.startsWith("agreement.") ||
      handedOn.has(code) ||
      code === "plugin.failed" ||
      code === "blob.not_found" ||
      storeErrorCodes.some((known) => known === code) ||
      code === "message.invalid",
  ),
);

/** Reads `error.data`; what does not fit is left out, since a failure stays a failure however badly it is told. */
export function parseErrorData(value: unknown): WireErrorData & { code: ErrorCode } {
  const data: Record<string, unknown> = isRecord(value) ? value : {};
  const { code, cause, sent, retry, retryAfterMs, fix, field, reply } = data;
  return {
    code: typeof code === "string" && pluginCodes.has(code) ? (code as ErrorCode) : "plugin.failed",
    ...(isCause(cause) ? { cause } : {}),
    ...(sent === "no" || sent === "maybe" ? { sent } : {}),
    ...(retry === "later" || retry === "never" ? { retry } : {}),
    ...(typeof retryAfterMs === "number" && retryAfterMs >= 0
      ? { retryAfterMs: Math.min(retryAfterMs, 86_400_000) }
      : {}),
    ...(typeof fix === "string" ? { fix: escapeBounded(fix, TEXT_CHARS_MAX) } : {}),
    ...(typeof field === "string" && field.startsWith("/") ? { field: escapeBounded(field, 200) } : {}),
    ...(typeof reply === "string" ? { reply: escapeBounded(reply, REPLY_CHARS_MAX) } : {}),
  };
}

const failureBrand = Symbol.for("hilum.plugin-failure");

/**
 * A failure that the plugin reported. `detail` is the catalogue's own sentence, never the plugin's (threat 42); what the
 * plugin said is in `data`, bounded and escaped, for the pages that show a provider's words as such.
 */
export class PluginFailure extends HilumError {
  readonly [failureBrand] = true;
  readonly data: WireErrorData;

  constructor(data: WireErrorData & { code: ErrorCode }) {
    super(data.code, data.retryAfterMs === undefined ? {} : { retryAfterMs: data.retryAfterMs });
    this.data = data;
  }
}

/** What the plugin said of its failure, or `undefined` for an error that did not come from a plugin. */
export function pluginFailureData(error: unknown): WireErrorData | undefined {
  return typeof error === "object" && error !== null && failureBrand in error
    ? (error as PluginFailure).data
    : undefined;
}

function parseSdk(value: unknown): { name: string; version: string } {
  const { name, version } = record(value, "/sdk");
  return { name: text(name, "/sdk/name", 100), version: text(version, "/sdk/version", 60) };
}

function parseRefused(value: unknown, pointer: string): { recipient: number; reply: string } {
  const { recipient, reply } = record(value, pointer);
  return {
    recipient: integer(recipient, `${pointer}/recipient`),
    reply: text(reply, `${pointer}/reply`, REPLY_CHARS_MAX),
  };
}

/** A value is kept as it is, for it goes into a setting: one that would have to be escaped is refused. */
function parseOption(value: unknown, pointer: string): DiscoveredOption {
  const { value: given, title, text: more } = record(value, pointer);
  if (typeof given === "string" && text(given, `${pointer}/value`, OPTION_CHARS_MAX) !== given)
    throw bad(`${pointer}/value`, `it is at most ${OPTION_CHARS_MAX} characters that can be seen`);
  if (typeof given !== "string" && !(typeof given === "number" && Number.isFinite(given)))
    throw bad(`${pointer}/value`, "it is a string or a number");
  return {
    value: given,
    title: text(title, `${pointer}/title`, 200),
    ...(more === undefined ? {} : { text: text(more, `${pointer}/text`, TEXT_CHARS_MAX) }),
  };
}

function parseRows(value: unknown): Evidence[] {
  return list(value, "/rows", ROWS_MAX).map((row, index) => parseRow(row, `/rows/${index}`));
}

const optionalTexts = ["detail", "expected", "actual", "fix", "field", "reply"] as const;

function parseRow(value: unknown, pointer: string): Evidence {
  const source = record(value, pointer);
  const { status, durationMs, cause } = source;
  if (status !== "passed" && status !== "failed" && status !== "warning" && status !== "skipped")
    throw bad(`${pointer}/status`, "it is passed, failed, warning or skipped");
  return {
    id: text(source["id"], `${pointer}/id`, 100),
    title: text(source["title"], `${pointer}/title`, 200),
    status,
    ...(typeof durationMs === "number" && durationMs >= 0 ? { durationMs } : {}),
    ...(isCause(cause) ? { cause } : {}),
    ...parseTexts(source, pointer),
  };
}

function parseTexts(
  source: Record<string, unknown>,
  pointer: string,
): Partial<Record<(typeof optionalTexts)[number], string>> {
  const given = optionalTexts.filter((name) => source[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, text(source[name], `${pointer}/${name}`, TEXT_CHARS_MAX)]));
}

const isCause = (value: unknown): value is (typeof causeClasses)[number] =>
  causeClasses.some((cause) => cause === value);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown, pointer: string): Record<string, unknown> {
  if (!isRecord(value)) throw bad(pointer, "it is an object");
  return value;
}

function list(value: unknown, pointer: string, lengthMax: number): unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) throw bad(pointer, `it is an array of at most ${lengthMax}`);
  return value;
}

function text(value: unknown, pointer: string, charsMax: number): string {
  if (typeof value !== "string") throw bad(pointer, "it is a string");
  return escapeBounded(value, charsMax);
}

function integer(value: unknown, pointer: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(pointer, "it is a whole number");
  return value as number;
}

/** The pointer is made of names from this file and indexes, so it may be shown. */
const bad = (pointer: string, message: string): HilumError =>
  new HilumError("plugin.bad_reply", { problems: [{ pointer, message }] });
