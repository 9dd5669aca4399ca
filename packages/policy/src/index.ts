export { consentTermsOf, isPart2, labelsOf, part2Code, type ConsentRule, type ConsentTerms } from "./consent-terms.ts";
export {
  decideConsent,
  isInForce as isConsentInForce,
  type ConsentDecision,
  type ConsentQuestion,
} from "./decide-consent.ts";
export {
  dayOf,
  decideDisclosure,
  isInForce,
  vendorOf,
  type AgreementTerms,
  type Disclosure,
  type DisclosureDecision,
  type VendorTerms,
} from "./decide-disclosure.ts";
export {
  decideGlass,
  type GlassDecision,
  type GlassQuestion,
  type GlassReason,
  type GlassTerms,
} from "./decide-glass.ts";
export {
  decideSecondPerson,
  needsSecondPerson,
  type SecondPersonDecision,
  type SecondPersonTerms,
} from "./decide-second-person.ts";
export { decideOperation, type OperationAccess, type OperationDecision } from "./decide-operation.ts";
export {
  decideRecord,
  type Reach,
  type RecordDecision,
  type RecordDenyReason,
  type RecordRequest,
} from "./decide-record.ts";
export { decide, lanes, type Decision, type DenyReason, type Lane, type Request } from "./decide.ts";
export type { Grant } from "./grant.ts";
export { createGuessBudget, guessLimits, type GuessBudget, type Guesser, type GuessLimits } from "./guess-budget.ts";
export {
  createBudgets,
  requestLimits,
  storeRequestLimits,
  type Budgets,
  type RequestLimits,
} from "./request-budgets.ts";
export type { Criteria, RowRule, RowRules } from "./row-rules.ts";
export { createTokenBucket, type TokenBucket } from "./token-bucket.ts";
