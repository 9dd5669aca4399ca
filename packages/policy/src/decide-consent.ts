import type { PurposeOfUse } from "@hilum/contract";
import type { ConsentRule, ConsentTerms } from "./consent-terms.ts";

export interface ConsentQuestion {
  /** `read` in the house, `send` to somebody outside. */
  crossing: "read" | "send";
  purpose: PurposeOfUse;
  /** The patient gets it, or reads it. */
  toPatient: boolean;
  /** References that name who gets it, such as `Organization/lab`; none where nobody knows. */
  recipients: readonly string[];
  /** Of the record. */
  type: string;
  labels: readonly string[];
  /** The record is under 42 CFR part 2. */
  part2: boolean;
  /** Those of the patient. */
  consents: readonly ConsentTerms[];
  /** Milliseconds since the epoch. */
  now: number;
}

export type ConsentDecision =
  | {
      allow: true;
      because: "no_rule" | "consent" | "treatment" | "emergency" | "own_request";
      /** Of `consent`: which. */
      consent?: string;
      /** What goes out carries the notice of 42 CFR 2.32. */
      notice: boolean;
    }
  | {
      allow: false;
      reason: "consent.denied" | "consent.part2" | "consent.proceedings" | "decision.failed";
      /** The one that refuses. */
      consent?: string;
    };

/**
 * Decides whether a patient's consents let a record be read or sent. Pure; whatever goes wrong while deciding is a denial.
 *
 * In this order: records under 42 CFR part 2 go into no proceedings (2.12(d)); patients get their own (45 CFR 164.524, 42 CFR
 * 2.23); an emergency waits for nobody's consent (42 CFR 2.51), and is reviewed; a refusal counts more than a permission;
 * part 2 needs a permission (2.31); research needs one for what leaves (164.508); all else goes without (164.506, 164.512).
 */
export function decideConsent(question: ConsentQuestion): ConsentDecision {
  try {
    return decideOrThrow(question);
  } catch {
    return { allow: false, reason: "decision.failed" };
  }
}

function decideOrThrow(question: ConsentQuestion): ConsentDecision {
  const { crossing, purpose, toPatient, part2, consents, now } = question;
  if (!Number.isFinite(now)) throw new RangeError("the time is none");
  const notice = part2 !== false && crossing === "send" && toPatient !== true;
  if (part2 !== false && purpose === "HLEGAL") return { allow: false, reason: "consent.proceedings" };
  if (toPatient === true) return { allow: true, because: "own_request", notice: false };
  if (purpose === "ETREAT") return { allow: true, because: "emergency", notice };
  const said = consents.map((terms) => ({ terms, says: answerOf(terms.rule, question) }));
  const refusal = said.find(({ says }) => says === "deny");
  if (refusal !== undefined) return { allow: false, reason: "consent.denied", consent: refusal.terms.id };
  const permission = said.find(({ terms, says }) => says === "permit" && (part2 === false || terms.part2));
  if (permission !== undefined) return { allow: true, because: "consent", consent: permission.terms.id, notice };
  if (part2 !== false) return { allow: false, reason: "consent.part2" };
  if (purpose === "HRESCH" && crossing === "send") return { allow: false, reason: "consent.denied" };
  return { allow: true, because: purpose === "TREAT" || purpose === "CAREMGT" ? "treatment" : "no_rule", notice };
}

type Answer = ConsentRule["decision"];

/** An exception that fits decides over the provision it stands in; of several a refusal does. */
function answerOf(rule: ConsentRule, question: ConsentQuestion): Answer {
  if (!fits(rule, question)) return undefined;
  const answers = rule.exceptions.map((exception) => answerOf(exception, question));
  if (answers.includes("deny")) return "deny";
  if (answers.includes("permit")) return "permit";
  // What is not judged here could be fulfilled: enough to refuse, not enough to permit.
  return rule.unjudged && rule.decision === "permit" ? undefined : rule.decision;
}

function fits(rule: ConsentRule, question: ConsentQuestion): boolean {
  const labels = question.part2 === false ? question.labels : [...question.labels, "42CFRPart2", "part2"];
  return (
    isInForce(rule, question.now) &&
    holds(rule.purposes, purposesAbove(question.purpose)) &&
    (holds(rule.recipients, question.recipients) || mayBeRefused(rule, question)) &&
    holds(rule.types, [question.type]) &&
    holds(rule.labels, labels) &&
    holds(rule.crossings, [question.crossing])
  );
}

/** Who gets it is not known, so it may be the one whom the patient refuses. */
const mayBeRefused = ({ decision }: ConsentRule, { crossing, recipients }: ConsentQuestion): boolean =>
  decision === "deny" && crossing === "send" && recipients.length === 0;

const holds = (wanted: readonly string[], given: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((one) => given.includes(one));

/** v3-PurposeOfUse is a tree: what is said of treatment is said of the management of care. */
const parents: Partial<Record<PurposeOfUse, readonly PurposeOfUse[]>> = {
  CAREMGT: ["TREAT", "HOPERAT"],
  ETREAT: ["TREAT"],
  HCOMPL: ["HOPERAT"],
  PATSFTY: ["HOPERAT"],
  HLEGAL: ["HOPERAT"],
  HSYSADMIN: ["HOPERAT"],
};
const purposesAbove = (purpose: PurposeOfUse): readonly string[] => [purpose, ...(parents[purpose] ?? [])];

/** Whether a rule's time has begun and not ended. */
export function isInForce({ from, until }: Pick<ConsentRule, "from" | "until">, now: number): boolean {
  return (from === undefined || startOf(from) <= now) && (until === undefined || now <= endOf(until));
}

function startOf(text: string): number {
  return timeOf(text, false);
}
function endOf(text: string): number {
  return timeOf(text, true);
}

/** A year, a month or a day counts from its first to its last moment, in UTC. Throws for anything else than a FHIR dateTime. */
function timeOf(text: string, last: boolean): number {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text) ?? [];
  if (year === undefined) {
    const time = Date.parse(text);
    if (Number.isNaN(time)) throw new RangeError("the time of a consent is none");
    return time;
  }
  const [y, m, d] = [Number(year), month === undefined ? undefined : Number(month) - 1, Number(day ?? 1)];
  if (!last) return Date.UTC(y, m ?? 0, d);
  if (m === undefined) return Date.UTC(y + 1, 0, 1) - 1;
  return (day === undefined ? Date.UTC(y, m + 1, 1) : Date.UTC(y, m, d + 1)) - 1;
}
