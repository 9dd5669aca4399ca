import type { PurposeOfUse } from "@hilum/contract";
import type { ErrorCode } from "@hilum/contract";
import type { ConsentAnswer, PatientConsent } from "@hilum/contract/api";
import {
  consentTermsOf,
  decideConsent,
  isConsentInForce,
  isPart2,
  labelsOf,
  type ConsentDecision,
  type ConsentTerms,
} from "@hilum/policy";
import type { Records } from "@hilum/store";

/** What of a record is asked about. */
export interface ConsentSubject {
  type: string;
  patients: readonly string[];
  resource?: unknown;
}

export interface ConsentAsk {
  crossing: "read" | "send";
  purpose: PurposeOfUse;
  /** Id of the patient who gets it, where one does. */
  toPatient?: string;
  /** References that name who gets it. */
  recipients?: readonly string[];
}

export interface Consents {
  /** For each record what the consents of all its patients say: one refusal is enough. Those about no patient go. */
  decide(ask: ConsentAsk, records: readonly ConsentSubject[], now: Date): Promise<ConsentDecision[]>;
  /** The patient's consents as a screen shows them. */
  list(patient: string, now: Date): Promise<PatientConsent[]>;
}

/** Consents of one patient that are looked at. Of who has more nothing goes: one that refuses may be among the others. */
const consentsMax = 200;

/** Asks the FHIR Consents that are stored of a patient, as they are now: one that was withdrawn a moment ago counts no more. */
export function createConsents({ records }: { records: Pick<Records, "search"> }): Consents {
  async function load(patient: string): Promise<{ all: { id: string; resource: unknown }[]; complete: boolean }> {
    const { rows, next } = await records.search({ type: "Consent", groups: [], patient, limit: consentsMax });
    const all = rows.flatMap(({ id, resource }) =>
      resource === undefined ? [] : [{ id, resource: JSON.parse(resource) as unknown }],
    );
    return { all, complete: next === undefined };
  }

  return {
    async decide(ask, subjects, now) {
      const known = new Map<string, Promise<ConsentTerms[] | undefined>>();
      const termsOf = (patient: string): Promise<ConsentTerms[] | undefined> => {
        const found =
          known.get(patient) ??
          load(patient).then(({ all, complete }) =>
            complete ? all.flatMap(({ resource }) => read(resource)) : undefined,
          );
        known.set(patient, found);
        return found;
      };
      return await Promise.all(
        subjects.map(async (subject) => {
          const patients = subject.patients.length === 0 ? [undefined] : subject.patients;
          const decisions = await Promise.all(
            patients.map(async (patient): Promise<ConsentDecision> => {
              const consents = patient === undefined ? [] : await termsOf(patient);
              if (consents === undefined) return { allow: false, reason: "decision.failed" };
              return decideConsent({
                ...{ crossing: ask.crossing, purpose: ask.purpose, recipients: ask.recipients ?? [] },
                toPatient: patient !== undefined && patient === ask.toPatient,
                ...{ type: subject.type, labels: labelsOf(subject.resource), part2: isPart2(subject.resource) },
                consents,
                now: now.getTime(),
              });
            }),
          );
          return strictest(decisions);
        }),
      );
    },
    list: async (patient, now) =>
      (await load(patient)).all.flatMap(({ id, resource }) =>
        read(resource).map((terms) => presentConsent(id, terms, now.getTime())),
      ),
  };
}

const read = (resource: unknown): ConsentTerms[] => {
  const terms = consentTermsOf(resource);
  return terms === undefined ? [] : [terms];
};

/** A refusal before a permission; of permissions the one that takes the notice along. */
function strictest(decisions: readonly ConsentDecision[]): ConsentDecision {
  const refused = decisions.find(({ allow }) => !allow);
  const noticed = decisions.find((decision) => decision.allow && decision.notice);
  return refused ?? noticed ?? decisions[0] ?? { allow: false, reason: "decision.failed" };
}

function presentConsent(id: string, { part2, rule }: ConsentTerms, now: number): PatientConsent {
  return {
    id,
    decision: rule.decision ?? rule.exceptions[0]?.decision ?? "deny",
    kind: part2 ? "42 CFR part 2" : "Privacy",
    ...timesOf(rule),
    inForce: isConsentInForce(rule, now),
    purposes: [...rule.purposes],
  };
}

/** Only moments that can be told exactly. */
function timesOf({ from, until }: ConsentTerms["rule"]): Pick<PatientConsent, "from" | "until"> {
  const toTime = (text: string | undefined): string | undefined => {
    const ms = text === undefined ? Number.NaN : Date.parse(text);
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  };
  const [start, end] = [toTime(from), toTime(until)];
  return { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { until: end }) };
}

type Refusal = Extract<ConsentDecision, { allow: false }>;

/** The code with which a refusal is answered. */
export const codeOfRefusal = ({ reason }: Refusal): ErrorCode =>
  reason === "decision.failed" ? "policy.failed" : reason;

const saidOfRefusal: Record<Refusal["reason"], [ConsentAnswer["because"], string]> = {
  "consent.denied": ["consent_denies", "The patient does not consent to this."],
  "consent.part2": ["part2_no_consent", "42 CFR part 2 asks for the patient's written consent, and there is none."],
  "consent.proceedings": ["part2_proceedings", "Records under 42 CFR part 2 go into no proceedings."],
  "decision.failed": ["decision_failed", "A consent of the patient cannot be read, so nothing goes out."],
};
const saidOfPermission: Record<Extract<ConsentDecision, { allow: true }>["because"], string> = {
  no_rule: "No consent is needed for this purpose, and none refuses it.",
  consent: "The patient consents to it.",
  treatment: "Treatment needs no consent, and none refuses it.",
  emergency: "An emergency does not wait for a consent; it is reviewed.",
  own_request: "It goes to the patient.",
};

/** The decision in words for a person. */
export function presentConsentDecision(decision: ConsentDecision): ConsentAnswer {
  const consent = decision.consent === undefined ? {} : { consent: decision.consent };
  if (decision.allow)
    return {
      ...{ allowed: true, because: decision.because, says: saidOfPermission[decision.because] },
      ...consent,
      notice: decision.notice,
    };
  const [because, says] = saidOfRefusal[decision.reason];
  return { allowed: false, because, says, ...consent, notice: false };
}

/** The notice that goes with every disclosure of records under part 2, in the words of 42 CFR 2.32(a)(2). */
export const part2Notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";
