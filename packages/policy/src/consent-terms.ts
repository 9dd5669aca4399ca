/** What a FHIR R4 Consent says, as far as it decides. */
export interface ConsentTerms {
  id: string;
  /** It speaks of records under 42 CFR part 2. */
  part2: boolean;
  rule: ConsentRule;
}

/** One provision with its exceptions, which are provisions within it. */
export interface ConsentRule {
  /** Absent at a root that says nothing itself. */
  decision?: "permit" | "deny";
  /** RFC 3339 or a FHIR date; a day counts whole. */
  from?: string;
  until?: string;
  /** Codes of v3-PurposeOfUse; empty: every purpose. */
  purposes: readonly string[];
  /** References such as `Organization/lab` or `Practitioner/1`; empty: everybody. */
  recipients: readonly string[];
  /** Resource types; empty: every type. */
  types: readonly string[];
  /** Codes of security labels, one of which the record must carry; empty: every record. */
  labels: readonly string[];
  /** `read` in the house, `send` to somebody outside; empty: everything. */
  crossings: readonly Crossing[];
  /** It names conditions that are not judged here: a permission that may not hold, a refusal that may. */
  unjudged: boolean;
  exceptions: readonly ConsentRule[];
}

/** `other`: what a consent may speak of besides, such as collecting; nothing that Hilum does. */
export type Crossing = "read" | "send" | "other";

/** v3-ActCode of 42 CFR part 2, as a policy of a consent and as a label of a record. */
export const part2Code = "42CFRPart2";
/** How Hilum's own label says it. */
const part2Codes: ReadonlySet<string> = new Set([part2Code, "part2"]);

/** Whether a resource carries the label of 42 CFR part 2 in `meta.security`. */
export function isPart2(resource: unknown): boolean {
  return codesOf(member(member(resource, "meta"), "security")).some((code) => part2Codes.has(code));
}

/** The codes of a resource's security labels. */
export function labelsOf(resource: unknown): string[] {
  return codesOf(member(member(resource, "meta"), "security"));
}

/**
 * Reads a Consent. Undefined for one that is not active, or that says neither yes nor no.
 */
export function consentTermsOf(consent: unknown): ConsentTerms | undefined {
  const id = member(consent, "id");
  if (member(consent, "resourceType") !== "Consent" || typeof id !== "string") return undefined;
  if (member(consent, "status") !== "active") return undefined;
  const policies = codesOf([member(consent, "policyRule")]);
  const base = decisionOf(policies);
  const provision = member(consent, "provision");
  const rule: ConsentRule =
    provision === undefined ? { ...decided(base), ...anything } : ruleOf(provision, base, depthMax);
  if (!saysSomething(rule)) return undefined;
  return { id, part2: policies.includes(part2Code) || speaksOfPart2(rule), rule };
}

/** Of v3-ActCode and of http://terminology.hl7.org/CodeSystem/consentpolicycodes. */
function decisionOf(policies: readonly string[]): ConsentRule["decision"] {
  if (policies.includes("OPTOUT")) return "deny";
  return policies.some((code) => code === "OPTIN" || code === "hipaa-auth" || code === part2Code)
    ? "permit"
    : undefined;
}

const decided = (decision: ConsentRule["decision"]): Pick<ConsentRule, "decision"> =>
  decision === undefined ? {} : { decision };
const saysSomething = ({ decision, exceptions }: ConsentRule): boolean =>
  decision !== undefined || exceptions.some(saysSomething);
const speaksOfPart2 = ({ labels, exceptions }: ConsentRule): boolean =>
  labels.some((code) => part2Codes.has(code)) || exceptions.some(speaksOfPart2);

const anything = {
  ...{ purposes: [], recipients: [], types: [], labels: [], crossings: [] },
  unjudged: false,
  exceptions: [],
};

/** Provisions within provisions, to this depth; what lies deeper is not judged. */
const depthMax = 8;

function ruleOf(provision: unknown, otherwise: ConsentRule["decision"], depth: number): ConsentRule {
  const type = member(provision, "type");
  const decision = type === "permit" || type === "deny" ? type : otherwise;
  const nested = listOf(member(provision, "provision"));
  return {
    ...decided(decision),
    ...periodOf(member(provision, "period")),
    purposes: codesOf(member(provision, "purpose")),
    recipients: recipientsOf(provision),
    types: codesOf(member(provision, "class")).map((name) => name.replace(/^.*\//, "")),
    labels: codesOf(member(provision, "securityLabel")),
    crossings: crossingsOf(member(provision, "action")),
    unjudged:
      ["code", "data", "dataPeriod"].some((name) => member(provision, name) !== undefined) ||
      (nested.length > 0 && depth === 0),
    // What is an exception without saying which is the opposite of what it is an exception of.
    exceptions: depth === 0 ? [] : nested.map((one) => ruleOf(one, decision === "deny" ? "permit" : "deny", depth - 1)),
  };
}

function periodOf(period: unknown): Pick<ConsentRule, "from" | "until"> {
  const [from, until] = [member(period, "start"), member(period, "end")];
  return { ...(typeof from === "string" ? { from } : {}), ...(typeof until === "string" ? { until } : {}) };
}

/** An actor whose reference is not a plain one is nobody: a permission for it fits no recipient. */
function recipientsOf(provision: unknown): string[] {
  return listOf(member(provision, "actor")).map((actor) => {
    const reference = member(member(actor, "reference"), "reference");
    return typeof reference === "string" && reference !== "" ? reference : "?";
  });
}

/** Of http://terminology.hl7.org/CodeSystem/consentaction. */
function crossingsOf(action: unknown): Crossing[] {
  const codes = codesOf(action);
  if (codes.length === 0) return [];
  const crossings: Crossing[] = [];
  if (codes.some((code) => code === "access" || code === "use")) crossings.push("read");
  if (codes.includes("disclose")) crossings.push("send");
  // Collecting and correcting are none of these: such a rule must not become one about everything.
  return crossings.length === 0 ? ["other"] : crossings;
}

/** The codes of Codings and CodeableConcepts. */
function codesOf(list: unknown): string[] {
  return listOf(list).flatMap((one) => {
    const code = member(one, "code");
    if (typeof code === "string") return [code];
    return listOf(member(one, "coding")).flatMap((coding) => {
      const nested = member(coding, "code");
      return typeof nested === "string" ? [nested] : [];
    });
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
