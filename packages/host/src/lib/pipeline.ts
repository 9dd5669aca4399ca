import { HilumError, isHilumError, type Actor, type Context, type ErrorCode } from "@hilum/contract";
import type { AuditInput } from "@hilum/audit";

/** The append side of the audit log. Resolves once the entry is durable; rejects when it cannot be. */
export interface AuditPort {
  append(entry: AuditInput): Promise<{ index: number }>;
}

/** Takes denials and folds repetitions, so that a flood of refused calls cannot fill the log (threat 196). */
export interface DenialPort {
  deny(entry: AuditInput): Promise<void>;
}

/** What governing needs of the process; the same two for every door. */
export interface Governor {
  audit: AuditPort;
  denials: DenialPort;
}

/** An answer of policy. A refusal names the error that the caller gets and the token that the audit log keeps. */
export type Decision = { allow: true } | { allow: false; code: ErrorCode; reason: string; detail?: string };

/** The part of a context that a call is recorded with. */
export type CallContext = { actor: Pick<Actor, "id">; requestId?: string } & Pick<Context, "purpose">;

/** What a call is, as the audit log will say it. Tokens only: nothing here may come from a payload. */
export interface CallRecord {
  /** Pairs intent and outcome; unique in the log. */
  call: string;
  action: string;
  /** `denials`: a read of no consequence that leaves no trace unless it is refused. */
  audit: "intent" | "denials";
  plugin?: string;
  instance?: string;
  /** On whose behalf a plugin acts. */
  via?: string;
  /** Resource class, e.g. `Communication`. */
  resource?: string;
  /** Keyed hash of the record's id. */
  ref?: string;
  /** Where another purpose holds than that of the context. */
  purpose?: string;
  detail?: AuditInput["detail"];
}

/** What the outcome entry says beside its code, known only afterwards: a sign-in learns who acts, a create learns the record. */
export type Measure = Partial<
  Pick<AuditInput, "actor" | "plugin" | "instance" | "resource" | "ref" | "purpose" | "bytes" | "count" | "detail">
>;

/**
 * The steps of one call that differ between doors. `resolve` throws when there is nobody to ask; `admit` waits for a
 * slot or throws `lane.full`; `perform` is the effect; `release` gives the slot back. A step that has nothing to wait for returns
 * `undefined` or a plain value, which costs the call no turn of the queue.
 */
export interface CallSteps<Target, Result, Answer = Result> {
  resolve(): Target;
  admit?(target: Target): Promise<void> | undefined;
  decide(target: Target): Decision | Promise<Decision>;
  perform(target: Target): Promise<Result>;
  measure?(result: Result): Measure | undefined;
  release?(target: Target): void;
  present?(result: Result): Answer;
}

/**
 * The one door: every HTTP request and every crossing between a plugin and anything else goes through here (DESIGN
 * section 4). Nothing is done that was not decided and durably announced, and nothing is answered whose outcome is not durable.
 */
export async function govern<Target, Result, Answer = Result>(
  governor: Governor,
  context: CallContext,
  record: CallRecord,
  steps: CallSteps<Target, Result, Answer>,
): Promise<Answer> {
  const target = steps.resolve();
  const admission = steps.admit?.(target);
  if (admission !== undefined) await admission;
  try {
    const refusal = await decide(steps, target);
    if (refusal !== undefined) throw await refuse(governor, context, record, refusal);
    if (record.audit === "denials") return present(steps, await steps.perform(target));
    await intend(governor, context, record);
    const performed = await perform(steps, target);
    await conclude(governor, context, record, steps, performed);
    return answer(steps, performed);
  } finally {
    steps.release?.(target);
  }
}

type Refusal = Extract<Decision, { allow: false }> & { cause?: unknown };
type Performed<Result> = { ok: true; result: Result } | { ok: false; error: unknown };

/** A policy that fails has not allowed anything (threats 61, 62). */
async function decide<Target>(
  steps: Pick<CallSteps<Target, never, never>, "decide">,
  target: Target,
): Promise<Refusal | undefined> {
  try {
    const decision = await steps.decide(target);
    if (decision.allow === true) return undefined;
    return decision;
  } catch (cause) {
    return { allow: false, code: "policy.failed", reason: "policy.failed", cause };
  }
}

async function refuse(
  { denials }: Governor,
  context: CallContext,
  record: CallRecord,
  refusal: Refusal,
): Promise<HilumError> {
  try {
    await denials.deny({ ...entryOf(context, record), kind: "note", decision: "deny", reason: refusal.reason });
  } catch (cause) {
    return blocked(cause);
  }
  return new HilumError(refusal.code, {
    ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    cause: refusal.cause,
  });
}

async function intend({ audit }: Governor, context: CallContext, record: CallRecord): Promise<void> {
  const entry = entryOf(context, record);
  entry.decision = "allow";
  try {
    await audit.append(entry);
  } catch (cause) {
    throw isHilumError(cause) ? cause : blocked(cause);
  }
}

async function perform<Target, Result>(
  steps: Pick<CallSteps<Target, Result, never>, "perform">,
  target: Target,
): Promise<Performed<Result>> {
  try {
    return { ok: true, result: await steps.perform(target) };
  } catch (error) {
    return { ok: false, error };
  }
}

/** An outcome that cannot be written withholds the result: what nobody can prove was not answered (threat 188). */
async function conclude<Target, Result, Answer>(
  { audit }: Governor,
  context: CallContext,
  record: CallRecord,
  steps: CallSteps<Target, Result, Answer>,
  performed: Performed<Result>,
): Promise<void> {
  const entry = entryOf(context, record);
  entry.kind = "outcome";
  entry.outcome = performed.ok ? "ok" : outcomeOf(performed.error);
  try {
    const measure = performed.ok ? steps.measure?.(performed.result) : undefined;
    if (measure !== undefined) addMeasure(entry, measure);
    await audit.append(entry);
  } catch (cause) {
    throw blocked(cause);
  }
}

function answer<Target, Result, Answer>(
  steps: CallSteps<Target, Result, Answer>,
  performed: Performed<Result>,
): Answer {
  if (!performed.ok) throw performed.error;
  return present(steps, performed.result);
}

/** Without a presenter the result is the answer; the types of `CallSteps` make the two the same then. */
function present<Target, Result, Answer>(steps: CallSteps<Target, Result, Answer>, result: Result): Answer {
  return steps.present === undefined ? (result as unknown as Answer) : steps.present(result);
}

function entryOf(context: CallContext, record: CallRecord): AuditInput {
  const entry: AuditInput = {
    kind: "intent",
    call: record.call,
    actor: context.actor.id,
    action: record.action,
    purpose: record.purpose ?? context.purpose,
  };
  if (context.requestId !== undefined) entry.request = context.requestId;
  if (record.plugin !== undefined) entry.plugin = record.plugin;
  if (record.instance !== undefined) entry.instance = record.instance;
  if (record.via !== undefined) entry.via = record.via;
  if (record.resource !== undefined) entry.resource = record.resource;
  if (record.ref !== undefined) entry.ref = record.ref;
  if (record.detail !== undefined) entry.detail = record.detail;
  return entry;
}

function addMeasure(entry: AuditInput, measure: Measure): void {
  Object.assign(
    entry,
    measure,
    measure.detail === undefined ? undefined : { detail: { ...entry.detail, ...measure.detail } },
  );
}

/** How a failure stands in the log: a code of the catalogue, except where the effect is cut off or not known. */
function outcomeOf(error: unknown): string {
  if (!isHilumError(error)) return "server.internal";
  if (error.code === "plugin.timeout") return "timeout";
  if (error.code === "plugin.killed") return "killed";
  if (error.code === "plugin.link_lost") return "unknown";
  return error.code;
}

const blocked = (cause: unknown): HilumError => new HilumError("audit.blocked", { cause });
