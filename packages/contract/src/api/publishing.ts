/** An organisation's own marketplace: what is handed in, who approves it, and the files that any static host may serve. */
import type { Static } from "typebox";
import { ListingDetail } from "./marketplace.ts";
import { defineOperation } from "./operation.ts";
import { Digest, Version } from "./packages.ts";
import { administering, operating, Page, PluginId, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

/** TUF metadata as its keeper signed it in the browser or on the command line; no key comes here. */
const Signed = Strict({
  signed: Type.Record(Type.String(), Type.Unknown()),
  signatures: Type.Array(Strict({ keyid: Type.String({ maxLength: 64 }), sig: Type.String({ maxLength: 200 }) })),
});
/** All roles as they are now. */
export const PublishedRepository = Strict({
  root: Signed,
  targets: Signed,
  publishers: Type.Record(Type.String(), Signed),
  snapshot: Signed,
  timestamp: Signed,
  /** The log of packages: one entry a version, and the head that the snapshot's keys signed (C2SP tlog-checkpoint). */
  log: Type.Optional(
    Strict({
      origin: Type.String({ maxLength: 120 }),
      entries: Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 200_000 }),
      checkpoint: Type.String({ maxLength: 65_536 }),
    }),
  ),
});
export type PublishedRepository = Static<typeof PublishedRepository>;

export const OwnMarketplace = Strict({
  /** Absent until its keeper has made it. */
  repository: Type.Optional(PublishedRepository),
  /** Where its files lie on the server: serve this folder, or copy it to a static host or a stick. */
  folder: Type.String(),
  expires: Type.Array(Strict({ role: Type.String(), at: Time, state: Type.Enum(["in_time", "soon", "expired"]) })),
  waiting: Type.Integer(),
});
export type OwnMarketplace = Static<typeof OwnMarketplace>;

export const submissionKinds = ["version", "yank", "deprecate", "revoke"] as const;
export const submissionStates = ["waiting", "approved", "rejected", "withdrawn", "published"] as const;
/** A publisher's new signed list of files, with what is new in it, as two people read it before the keeper takes it in. */
export const Submission = Strict({
  id: Type.String(),
  kind: Type.Enum(submissionKinds),
  publisher: Type.String(),
  plugin: PluginId,
  name: Type.String(),
  version: Version,
  digest: Type.Optional(Digest),
  reason: Type.Optional(Type.String()),
  publication: Signed,
  state: Type.Enum(submissionStates),
  submittedAt: Time,
  submittedBy: Type.String(),
  /** Decisions of people other than who handed it in; two approvals are needed, one refusal ends it. */
  reviews: Type.Array(
    Strict({ by: Type.String(), at: Time, decision: Type.Enum(["approve", "reject"]), note: Type.String() }),
  ),
  approvalsNeeded: Type.Integer(),
  publishedAt: Type.Optional(Time),
});
export type Submission = Static<typeof Submission>;

const Counts = Strict({
  passed: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0 }),
  skipped: Type.Integer({ minimum: 0 }),
});
/** A version as it will be listed, made of a package that was uploaded: what its publisher reads before signing, and what is signed. */
export const PublicationPreview = Strict({
  /** The listing's file, to the letter: it is uploaded as it stands, and its digest is signed. */
  listing: Type.String(),
  /** Files that this version adds to the publisher's list; SHA-256, length and what each is. */
  files: Type.Array(
    Strict({
      path: Type.String(),
      digest: Digest,
      bytes: Type.Integer(),
      custom: Strict({ kind: Type.Enum(["package", "listing", "image"]), plugin: PluginId, version: Version }),
    }),
  ),
  /** As the marketplace will show it, with its quality. */
  detail: ListingDetail,
});
export type PublicationPreview = Static<typeof PublicationPreview>;

const screen = { screen: "/marketplace/publish" } as const;
const SubmissionParams = Strict({ submission: Type.String({ maxLength: 60 }) });

const own = defineOperation({
  id: "getOwnMarketplace",
  method: "GET",
  path: "/api/v1/publishing",
  tag: "publishing",
  summary: "Read this organisation's own marketplace: its signed roles, when they expire, what waits",
  access: operating,
  console: screen,
  audit: "denials",
  responses: { 200: OwnMarketplace },
});
const put = defineOperation({
  id: "publishRepository",
  method: "PUT",
  path: "/api/v1/publishing",
  tag: "publishing",
  summary: "Take in what the keeper signed: verified as every client does, then written for a static host",
  access: administering,
  console: screen,
  audit: "intent",
  stepUp: true,
  body: Strict({
    repository: PublishedRepository,
    /** Version of the timestamp that it was made from; 0 for the first. Another one is a conflict. */
    basis: Type.Integer({ minimum: 0 }),
  }),
  bodyBytesMax: 33_554_432,
  responses: { 200: OwnMarketplace },
});
const file = defineOperation({
  id: "uploadPublishedFile",
  method: "POST",
  path: "/api/v1/publishing/files",
  tag: "publishing",
  summary: "Upload a file that a publication lists: a package, a listing, a picture; kept by its digest",
  access: operating,
  console: screen,
  audit: "intent",
  bodyType: "bytes",
  bodyBytesMax: 209_715_200,
  responses: { 201: Strict({ digest: Digest, bytes: Type.Integer() }) },
});
const read = defineOperation({
  id: "getPublishedFile",
  method: "GET",
  path: "/api/v1/publishing/files/{digest}",
  tag: "publishing",
  summary: "Download a file that was uploaded or published, by its digest",
  access: operating,
  console: { screen: "/marketplace/review" },
  audit: "denials",
  params: Strict({ digest: Digest }),
  responses: { 200: null },
  produces: "application/octet-stream",
});
const preview = defineOperation({
  id: "previewPublication",
  method: "POST",
  path: "/api/v1/publishing/preview",
  tag: "publishing",
  summary: "Make the listing of a package that was uploaded, and show it as the marketplace will; keeps nothing",
  access: operating,
  console: screen,
  audit: "denials",
  body: Strict({
    publisher: Type.String({ maxLength: 120 }),
    package: Digest,
    /** The package's own changelog, unless another is given. */
    changelog: Type.Optional(Type.String({ maxLength: 20_000 })),
    /** It mends a weakness: installed without cooling-off. */
    security: Type.Boolean(),
    /** PNG files that were uploaded. */
    screenshots: Type.Optional(
      Type.Array(Strict({ image: Digest, alt: Type.String({ minLength: 1, maxLength: 300 }) }), { maxItems: 12 }),
    ),
    /** Runs over this very package; its publisher signs them and answers for them. */
    evidence: Type.Optional(
      Strict({
        conformance: Type.Optional(Counts),
        smoke: Type.Optional(Counts),
        tests: Type.Optional(Counts),
        pages: Type.Optional(
          Strict({ looked: Type.Integer({ minimum: 0 }), violations: Type.Integer({ minimum: 0 }) }),
        ),
        scopesUsed: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 100 })),
      }),
    ),
  }),
  responses: { 200: PublicationPreview },
});
const submit = defineOperation({
  id: "submitPublication",
  method: "POST",
  path: "/api/v1/publishing/submissions",
  tag: "publishing",
  summary: "Hand in a signed publication for review; its files were uploaded before",
  access: operating,
  console: screen,
  audit: "intent",
  body: Strict({
    kind: Type.Enum(submissionKinds),
    publisher: Type.String({ maxLength: 120 }),
    plugin: PluginId,
    version: Version,
    reason: Type.Optional(Type.String({ maxLength: 500 })),
    publication: Signed,
  }),
  responses: { 201: Submission },
});
const list = defineOperation({
  id: "listSubmissions",
  method: "GET",
  path: "/api/v1/publishing/submissions",
  tag: "publishing",
  summary: "List what was handed in, newest first",
  access: operating,
  console: { screen: "/marketplace/review" },
  audit: "denials",
  query: Strict({ state: Type.Optional(Type.Enum(submissionStates)), ...Page }),
  responses: { 200: Strict({ items: Type.Array(Submission), next: Type.Optional(Type.String()) }) },
});
const review = defineOperation({
  id: "reviewSubmission",
  method: "POST",
  path: "/api/v1/publishing/submissions/{submission}/review",
  tag: "publishing",
  summary: "Approve or reject what somebody else handed in",
  access: operating,
  console: { screen: "/marketplace/review" },
  audit: "intent",
  stepUp: true,
  params: SubmissionParams,
  body: Strict({ decision: Type.Enum(["approve", "reject"]), note: Type.String({ maxLength: 1000 }) }),
  responses: { 200: Submission },
});
const withdraw = defineOperation({
  id: "withdrawSubmission",
  method: "POST",
  path: "/api/v1/publishing/submissions/{submission}/withdraw",
  tag: "publishing",
  summary: "Withdraw what one handed in oneself",
  access: operating,
  console: { screen: "/marketplace/review" },
  audit: "intent",
  params: SubmissionParams,
  responses: { 200: Submission },
});

export const publishingOperations = [own, put, file, read, preview, submit, list, review, withdraw] as const;
