import { causeClasses } from "../errors/cause-classes.ts";
import {
  dictionary,
  exactly,
  flag,
  json,
  list,
  members,
  number,
  oneOf,
  orNull,
  text,
  whole,
  type Got,
} from "./read.ts";

/** What the console hands to a page: what stands here and nothing else, whatever the HTTP API says besides (threat 152). */

const time = text({ max: 40 });
const sentence = text({ max: 4_000 });
const token = text({ max: 80 });
const settingName = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const count = whole({ min: 0, max: Number.MAX_SAFE_INTEGER });
const milliseconds = number({ min: 0, max: Number.MAX_SAFE_INTEGER });

export const settingValues = dictionary(json, 200, settingName);
export const secretNamesAsked = list(text({ max: 64, form: settingName }), 20);
const problems = list(members({ pointer: text({ max: 400 }), message: sentence }, { fix: sentence }), 100);
export type PageProblem = Got<typeof problems>[number];

/** A checked claim with its cause and mend. Its link is left out: the console leads, not a page. */
export const evidence = members(
  { id: token, title: text({ max: 200 }), status: oneOf(["passed", "failed", "warning", "skipped"]) },
  {
    detail: sentence,
    durationMs: milliseconds,
    cause: oneOf(causeClasses),
    expected: sentence,
    actual: sentence,
    fix: sentence,
    field: text({ max: 400 }),
    reply: sentence,
  },
);
export type PageEvidence = Got<typeof evidence>;

const checked = members({ ok: flag, rows: list(evidence, 200) });
export type PageChecked = Got<typeof checked>;

/** The settings of the page's own instance. Secrets are never among the values: only whether and when they were set. */
export const config = members(
  {
    schema: orNull(json),
    values: settingValues,
    defaults: settingValues,
    secrets: dictionary(members({ setAt: time }), 200, settingName),
    revision: count,
    testMode: flag,
    problems,
  },
  { savedAt: time },
);
export type PageConfig = Got<typeof config>;

export const checkedConfig = checked;

const smokeRun = members(
  {
    id: token,
    startedAt: time,
    status: oneOf(["running", "passed", "failed", "no_tests"]),
    results: list((value, at) => ({ ...evidence(value, at), ...members({ test: token, live: flag })(value, at) }), 100),
  },
  { finishedAt: time },
);
export const smoke = smokeRun;
export type PageSmokeRun = Got<typeof smokeRun>;

const healthState = oneOf(["not_tested", "healthy", "degraded", "failing"]);
export const health = members(
  {
    state: healthState,
    sentence,
    running: flag,
    checks: list(evidence, 200),
    days: list(members({ day: text({ max: 10 }), state: healthState, runs: count, failed: count }), 100),
    restarts: count,
    restartBudget: count,
    calls: members({ total: count, failed: count }, { p50Ms: milliseconds, p95Ms: milliseconds }),
    tests: list(members({ id: token, title: text({ max: 200 }), live: flag }), 100),
  },
  { checkedAt: time, startedAt: time, lastRun: smokeRun },
);
export type PageHealth = Got<typeof health>;

const channel = oneOf(["email", "sms", "fax"]);
export const messageState = oneOf([
  "queued",
  "sending",
  "retrying",
  "sent",
  "delivered",
  "dead",
  "uncertain",
  "cancelled",
  "discarded",
]);

/** A message without its content. The recipient is masked on the server. */
const messageRow = members(
  {
    id: text({ max: 60 }),
    channel,
    state: messageState,
    testMode: flag,
    createdAt: time,
    updatedAt: time,
    recipient: text({ max: 400 }),
    moreRecipients: count,
    attempts: count,
    maybeSentTwice: flag,
  },
  { nextAttemptAt: time, cause: oneOf(causeClasses) },
);
export type PageMessage = Got<typeof messageRow>;
export const messages = members({ items: list(messageRow, 200) }, { next: text({ max: 400 }) });
export type PageMessages = Got<typeof messages>;

/** What happened to a message, without anybody's words: those may name a patient. */
const step = members(
  { at: time, kind: token },
  {
    attempt: count,
    plugin: text({ max: 128 }),
    instance: token,
    cause: oneOf(causeClasses),
    code: token,
    durationMs: milliseconds,
    nextAttemptAt: time,
  },
);
export type PageStep = Got<typeof step>;
export const message = members({ message: messageRow, timeline: list(step, 1_000) });
export type PageMessageDetail = Got<typeof message>;

const setupStep = members(
  {
    id: token,
    type: token,
    title: text({ max: 200 }),
    state: oneOf(["open", "current", "done"]),
    fields: list(text({ max: 64 }), 100),
    options: list(members({ id: token, title: text({ max: 200 }) }, { text: sentence }), 40),
  },
  { text: sentence },
);
export type PageSetupStep = Got<typeof setupStep>;
export const setup = members(
  {
    steps: list(setupStep, 40),
    current: token,
    schema: orNull(json),
    values: settingValues,
    secretsSet: list(text({ max: 64 }), 200),
    checks: dictionary(checked, 100),
  },
  {
    prepare: members({ have: list(text({ max: 400 }), 40) }, { minutes: count }),
  },
);
export type PageSetup = Got<typeof setup>;

/** Acts on the page's own instance that need no parameters. */
export const pageActions = ["restart", "disable"] as const;
export type PageAction = (typeof pageActions)[number];

/** Places that a page may lead to: tabs of its own plugin, its own further pages, one of its messages. */
export const pagePlaces = ["overview", "setup", "access", "settings", "health", "logs"] as const;
export const place = (value: unknown, at: string): PagePlace =>
  typeof value === "object" && value !== null && "page" in value
    ? exactly({ page: text({ max: 60, form: /^[a-z][a-z0-9-]*$/ }) })(value, at)
    : typeof value === "object" && value !== null && "message" in value
      ? exactly({ message: text({ max: 60, form: /^[A-Za-z0-9-]+$/ }) })(value, at)
      : oneOf(pagePlaces)(value, at);
export type PagePlace = (typeof pagePlaces)[number] | { page: string } | { message: string };
