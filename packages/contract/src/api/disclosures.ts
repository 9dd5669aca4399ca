/** What was given out about a patient, to whom, and why (45 CFR 164.528); and what the patient's consents say of it. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { auditing, InstanceId, operating, Page, PluginId, Strict, Time } from "./schemas.ts";
import { PatientParams, RecordId, RecordType } from "./browser.ts";
import { PurposeOfUse } from "./glasses.ts";

/** `entered`: made outside of Hilum and written down by a person. */
export const disclosureKinds = ["message", "export", "replication", "program", "entered"] as const;
export const DisclosureKind = Type.Enum(disclosureKinds);

export const AccountedDisclosure = Strict({
  id: Type.String(),
  /** 164.528(b)(2)(i). */
  at: Time,
  kind: DisclosureKind,
  /** Who received it, (ii); addresses of persons are masked. */
  recipient: Type.String(),
  via: Type.Optional(Strict({ plugin: PluginId, instance: InstanceId })),
  /** What it was, (iii): `3 documents`, `E-mail with 1 attachment`. */
  what: Type.String(),
  records: Type.Array(Strict({ type: RecordType, id: RecordId })),
  purpose: PurposeOfUse,
  /** Why, (iv). */
  purposeLabel: Type.String(),
  by: Type.String(),
  /** The consent under which it went. */
  consent: Type.Optional(RecordId),
  /** It went with the notice of 42 CFR 2.32. */
  part2: Type.Boolean(),
  /** False for treatment, payment, operations and what went to the patient: kept, though the law asks for no account. */
  accountable: Type.Boolean(),
});
export type AccountedDisclosure = Static<typeof AccountedDisclosure>;

const list = defineOperation({
  id: "listDisclosures",
  method: "GET",
  path: "/api/v1/patients/{patient}/disclosures",
  tag: "disclosures",
  summary: "List what was given out about a patient: when, to whom, what and why",
  access: auditing,
  console: { screen: "/records/patients/{id}/disclosures" },
  audit: "intent",
  params: PatientParams,
  query: Strict({ from: Type.Optional(Time), before: Type.Optional(Time), ...Page }),
  responses: {
    200: Strict({
      /** Masked. */
      patient: Type.String(),
      items: Type.Array(AccountedDisclosure),
      next: Type.Optional(Type.String()),
    }),
  },
});
const download = defineOperation({
  id: "downloadDisclosures",
  method: "GET",
  path: "/api/v1/patients/{patient}/disclosures/account",
  tag: "disclosures",
  summary: "Download the accounting of disclosures that a patient is owed, as CSV with full names",
  access: auditing,
  console: { screen: "/records/patients/{id}/disclosures" },
  audit: "intent",
  stepUp: true,
  params: PatientParams,
  query: Strict({ from: Type.Optional(Time), before: Type.Optional(Time), all: Type.Optional(Type.Boolean()) }),
  responses: { 200: null },
  produces: "text/csv",
});
const enter = defineOperation({
  id: "enterDisclosure",
  method: "POST",
  path: "/api/v1/patients/{patient}/disclosures",
  tag: "disclosures",
  summary: "Write down a disclosure that was made outside of Hilum",
  access: auditing,
  console: { screen: "/records/patients/{id}/disclosures" },
  audit: "intent",
  params: PatientParams,
  body: Strict({
    at: Time,
    recipient: Type.String({ minLength: 3, maxLength: 300 }),
    what: Type.String({ minLength: 3, maxLength: 300 }),
    purpose: PurposeOfUse,
    part2: Type.Optional(Type.Boolean()),
  }),
  responses: { 201: AccountedDisclosure },
});

export const consentReasons = [
  "no_rule",
  "consent",
  "treatment",
  "emergency",
  "own_request",
  "consent_denies",
  "part2_no_consent",
  "part2_proceedings",
  "decision_failed",
] as const;
const ConsentAnswer = Strict({
  allowed: Type.Boolean(),
  because: Type.Enum(consentReasons),
  /** One sentence for a person. */
  says: Type.String(),
  consent: Type.Optional(RecordId),
  /** The notice of 42 CFR 2.32 goes with it. */
  notice: Type.Boolean(),
});
export type ConsentAnswer = Static<typeof ConsentAnswer>;
const checkConsent = defineOperation({
  id: "checkConsent",
  method: "POST",
  path: "/api/v1/patients/{patient}/consent-check",
  tag: "disclosures",
  summary: "Tell whether a patient's consents let data go out for a purpose",
  access: operating,
  console: { screen: "/records/patients/{id}" },
  audit: "denials",
  params: PatientParams,
  body: Strict({ purpose: PurposeOfUse, part2: Type.Optional(Type.Boolean()) }),
  responses: { 200: ConsentAnswer },
});

export const disclosureOperations = [list, download, enter, checkConsent] as const;
