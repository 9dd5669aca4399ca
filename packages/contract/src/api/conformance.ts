/** Conformance: whether a plugin's code does what the plugin protocol says, and the file that shows it. */
import type { Static } from "typebox";
import { defineOperation } from "./operation.ts";
import { everyone, InstanceQuery, operating, PluginId, PluginParams, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/** Version of the result file. A reader refuses one that it does not know. */
export const conformanceFormat = "hilum-conformance/1";

/** One case: a sentence of the protocol page, and what was seen. */
export const ConformanceCase = Strict({
  id: Type.String(),
  /** `protocol`, or the capability whose contract it judges. */
  group: Type.String(),
  /** The sentence of the protocol page that it judges. */
  rule: Type.String(),
  outcome: Type.Enum(["passed", "failed", "skipped"]),
  /** What was seen instead, or why the case could not be played. */
  why: Type.Optional(Type.String()),
  durationMs: Type.Number(),
});
export type ConformanceCase = Static<typeof ConformanceCase>;

/** What a marketplace shows: which code was judged, by whom, and each case with what was seen. Holds no content. */
export const ConformanceResult = Strict({
  format: Type.Literal(conformanceFormat),
  id: Type.String(),
  plugin: Strict({
    id: PluginId,
    name: Type.String(),
    version: Type.Optional(Type.String()),
    /** SHA-256 of the manifest in canonical form, as at registration. */
    manifestDigest: Type.String(),
    /** SHA-256 over path and SHA-256 of each file of the code folder. */
    codeDigest: Type.String(),
  }),
  /** Who judged: the version of Hilum and of the plugin protocol. */
  host: Strict({ version: Type.String(), protocol: Type.String() }),
  startedAt: Time,
  durationMs: Type.Number(),
  by: Type.String(),
  /** Passed only where no case failed and at least one passed. */
  passed: Type.Boolean(),
  counts: Strict({ passed: Type.Integer(), failed: Type.Integer(), skipped: Type.Integer() }),
  cases: Type.Array(ConformanceCase),
});
export type ConformanceResult = Static<typeof ConformanceResult>;

const Address = Type.String({ minLength: 3, maxLength: 254 });

/** What else must be known of a plugin so that more cases can be played; the file `conformance.json` of its folder holds the same. */
export const ConformanceSubject = Strict({
  /** Settings of the run, secrets among them; synthetic. Default: the manifest's defaults. */
  settings: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown())),
  channel: Type.Optional(Type.Enum(["email", "sms"])),
  /** An address that the plugin takes, with the stand-in answers below. */
  accepted: Type.Optional(Address),
  /** One that its provider refuses for good. */
  refused: Type.Optional(Address),
  /** A FHIR resource that the plugin's store takes, where it takes not every one of its types; synthetic. */
  record: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown())),
  /** Body that the vendor sends to a hook of the manifest. */
  hook: Type.Optional(
    Strict({
      id: Type.String({ maxLength: 60 }),
      contentType: Type.String({ maxLength: 100 }),
      body: Type.String({ maxLength: 65_536 }),
    }),
  ),
  /** What stands in for the provider: the first row that fits answers `http.fetch`; nothing leaves this machine. */
  answers: Type.Optional(
    Type.Array(
      Strict({
        destination: Type.String({ maxLength: 60 }),
        /** Part of the request's path, query or body. Absent: each request of the destination. */
        contains: Type.Optional(Type.String({ maxLength: 254 })),
        status: Type.Integer({ minimum: 100, maximum: 599 }),
        contentType: Type.Optional(Type.String({ maxLength: 100 })),
        body: Type.Optional(Type.String({ maxLength: 65_536 })),
      }),
      { maxItems: 50 },
    ),
  ),
});
export type ConformanceSubject = Static<typeof ConformanceSubject>;

const run = defineOperation({
  id: "runConformance",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/conformance-runs",
  tag: "dev",
  summary:
    "Judge a plugin's code by the cases of the protocol, in its sandbox, without network and without patient data",
  access: operating,
  console: { screen: "/dev/conformance" },
  audit: "intent",
  params: PluginParams,
  body: Strict({
    /** Ids of cases; all of them when absent. */
    cases: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 100 })),
    /** Taken instead of the folder's `conformance.json`. */
    subject: Type.Optional(ConformanceSubject),
  }),
  responses: { 200: ConformanceResult },
});
const listRuns = defineOperation({
  id: "listConformanceRuns",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/conformance-runs",
  tag: "dev",
  summary: "List the kept conformance runs of a plugin, newest first, without their cases",
  access: everyone,
  console: { screen: "/dev/conformance" },
  audit: "denials",
  params: PluginParams,
  responses: {
    200: Strict({
      items: Type.Array(
        Strict({
          id: Type.String(),
          startedAt: Time,
          durationMs: Type.Number(),
          by: Type.String(),
          version: Type.Optional(Type.String()),
          codeDigest: Type.String(),
          passed: Type.Boolean(),
          counts: ConformanceResult.properties.counts,
        }),
      ),
    }),
  },
});
const getRun = defineOperation({
  id: "getConformanceRun",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/conformance-runs/{run}",
  tag: "dev",
  summary: "Read one conformance run with its cases: the result file that a marketplace can show",
  access: everyone,
  console: { screen: "/dev/conformance" },
  audit: "denials",
  params: Strict({ plugin: PluginId, run: Type.String({ maxLength: 60 }) }),
  responses: { 200: ConformanceResult },
});
const listCases = defineOperation({
  id: "listConformanceCases",
  method: "GET",
  path: "/api/v1/dev/conformance-cases",
  tag: "dev",
  summary: "List the cases that conformance plays, with the sentence of the protocol that each judges",
  access: everyone,
  console: { screen: "/dev/conformance" },
  audit: "denials",
  responses: {
    200: Strict({ items: Type.Array(Strict({ id: Type.String(), group: Type.String(), rule: Type.String() })) }),
  },
});

/** Message or event, made up, that can be handed to a plugin by hand. */
export const Fixture = Strict({
  id: Type.String(),
  title: Type.String(),
  kind: Type.Enum(["message", "event"]),
  /** The capability that takes it. */
  capability: Type.String(),
  channel: Type.Optional(Type.String()),
  /** False where this version hands nothing of the kind to plugins yet. */
  served: Type.Boolean(),
  /** The FHIR resource, or the CloudEvent. */
  content: Type.Record(Type.String(), Type.Unknown()),
});
export type Fixture = Static<typeof Fixture>;

/** What a plugin made of a fixture. */
export const FixtureOutcome = Strict({
  fixture: Type.String(),
  call: Type.String(),
  at: Time,
  durationMs: Type.Number(),
  outcome: Type.Enum(["accepted", "failed"]),
  /** Code of the failure. */
  code: Type.Optional(Type.String()),
  /** One sentence in a person's words. */
  detail: Type.Optional(Type.String()),
  fix: Type.Optional(Type.String()),
  /** What the provider calls the message, if it said so. */
  providerReference: Type.Optional(Type.String()),
  /** The provider's own words, redacted. */
  reply: Type.Optional(Type.String()),
});
export type FixtureOutcome = Static<typeof FixtureOutcome>;

const listFixtures = defineOperation({
  id: "listFixtures",
  method: "GET",
  path: "/api/v1/dev/fixtures",
  tag: "dev",
  summary: "List made-up messages and events that can be handed to a plugin",
  access: everyone,
  console: { screen: "/dev/fixtures" },
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(Fixture) }) },
});
const sendFixture = defineOperation({
  id: "sendFixture",
  method: "POST",
  path: "/api/v1/plugins/{plugin}/fixtures/{fixture}",
  tag: "dev",
  summary:
    "Hand a made-up message to a running instance in test mode, outside of the outbox, and tell what it made of it",
  access: operating,
  console: { screen: "/dev/fixtures" },
  audit: "intent",
  params: Strict({ plugin: PluginId, fixture: Type.String({ maxLength: 60 }) }),
  query: InstanceQuery,
  body: Strict({
    /** Whom it is addressed to; a made-up recipient when absent. */
    to: Type.Optional(Address),
  }),
  responses: { 200: FixtureOutcome },
});

export const conformanceOperations = [listCases, run, listRuns, getRun, listFixtures, sendFixture] as const;
