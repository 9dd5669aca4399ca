/** Where plugins come from: sources and how far they are trusted, the catalogue that is made of them, what one listing says. */
import type { Static } from "typebox";
import { capabilityNames } from "../manifest/manifest.ts";
import { installOperations, updateOperations } from "./installs.ts";
import { defineOperation } from "./operation.ts";
import { Digest, OfferedVersion, SourceId, Version } from "./packages.ts";
import { safetyOperations } from "./safety.ts";
import { administering, everyone, Ok, Page, PluginId, PluginParams, Reason, Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

const PublisherName = Type.String({ pattern: "^[a-z0-9]+(?:[.-][a-z0-9]+)+$", maxLength: 120 });

export const sourceKinds = ["official", "organisation", "air_gapped"] as const;
/** Where the files of a marketplace lie: a static host, a folder or stick at the server, or a mirror that was uploaded. */
export const SourcePlace = Type.Union([
  Strict({ kind: Type.Literal("address"), address: Type.String({ minLength: 10, maxLength: 500 }) }),
  Strict({ kind: Type.Literal("folder"), path: Type.String({ minLength: 1, maxLength: 1024 }) }),
  Strict({ kind: Type.Literal("mirror"), mirror: Digest }),
]);
export type SourcePlace = Static<typeof SourcePlace>;

/** How far a source is trusted. */
export const SourcePolicy = Strict({
  /** A version is not offered as an update before it is this old; a security fix at once. */
  coolingOffDays: Type.Integer({ minimum: 0, maximum: 90 }),
  /** What happens to an installed version that its publisher takes back: it is stopped, or only said. */
  whenRevoked: Type.Enum(["stop", "warn"]),
  /** Publishers that are taken; empty: all that the source lets sign. */
  publishers: Type.Array(PublisherName, { maxItems: 200 }),
  /** What is asked of its log of packages; left out: a log that there is is followed, and one is not asked for. */
  log: Type.Optional(
    Strict({
      /** A marketplace without a log is not taken. */
      required: Type.Boolean(),
      /** Keys of witnesses, as `hilum witness key` prints them (C2SP tlog-cosignature). */
      witnesses: Type.Array(Type.String({ minLength: 10, maxLength: 300 }), { maxItems: 16 }),
      /** How many of them must have cosigned the tree. */
      threshold: Type.Integer({ minimum: 0, maximum: 16 }),
    }),
  ),
});
export type SourcePolicy = Static<typeof SourcePolicy>;

/** The root keys of a marketplace: what a person compares before it is trusted. */
export const SourceRoot = Strict({
  version: Type.Integer(),
  /** SHA-256 over the ids of its root keys and their threshold; in groups of four for reading aloud. */
  fingerprint: Type.String(),
  keys: Type.Array(Type.String()),
  threshold: Type.Integer(),
  expiresAt: Time,
  /** Made for tests; refused outside of them. */
  test: Type.Boolean(),
});
export type SourceRoot = Static<typeof SourceRoot>;

/** The tree over every version that a marketplace ever published: who sees the same tree was shown the same packages. */
export const SourceLog = Strict({
  /** Whose log it is; the same for ever. */
  origin: Type.String(),
  size: Type.Integer(),
  /** SHA-256 in hex. */
  root: Type.String(),
  /** The head as it was signed: what another hospital compares (C2SP tlog-checkpoint). */
  checkpoint: Type.String(),
  /** When this tree was read here first. */
  since: Time,
  /** Witnesses of the policy that cosigned it, and when they saw it. */
  witnesses: Type.Array(Strict({ name: Type.String(), at: Time })),
});
export type SourceLog = Static<typeof SourceLog>;

/**
 * `older`: the other tree is the beginning of this one. `newer`: it is larger than what the source shows here, so nothing can be said yet.
 * `forked`: two histories. `other`: it is the log of another marketplace.
 */
export const treeVerdicts = ["same", "older", "newer", "forked", "other"] as const;

export const sourceStates = ["fresh", "stale", "failing", "not_read"] as const;
export const MarketplaceSource = Strict({
  id: SourceId,
  title: Type.String(),
  kind: Type.Enum(sourceKinds),
  place: SourcePlace,
  /** 1 is asked first: where two offer a plugin, the first one's is taken. */
  precedence: Type.Integer(),
  policy: SourcePolicy,
  root: SourceRoot,
  /** Absent where it never had one, or was not read yet. */
  log: Type.Optional(SourceLog),
  /** `stale`: not read for a day. `failing`: the last reading was refused; what was seen before is still shown. */
  state: Type.Enum(sourceStates),
  refreshedAt: Type.Optional(Time),
  problem: Type.Optional(
    Strict({ code: Type.String(), title: Type.String(), why: Type.String(), fix: Type.String(), since: Time }),
  ),
  publishers: Type.Array(PublisherName),
  /** Publishers whose signed list was refused at the last reading: the others' is shown, theirs is as it was left out. */
  faults: Type.Array(
    Strict({ publisher: Type.String(), code: Type.String(), title: Type.String(), fix: Type.String() }),
  ),
  plugins: Type.Integer(),
  versions: Type.Integer(),
  addedAt: Time,
  addedBy: Type.String(),
  revision: Type.Integer(),
});
export type MarketplaceSource = Static<typeof MarketplaceSource>;

/** What came of reading a source anew. */
export const SourceRefresh = Strict({
  source: MarketplaceSource,
  added: Type.Integer(),
  changed: Type.Integer(),
  removed: Type.Integer(),
  /** Listings that were passed over because they are not valid, with why. */
  skipped: Type.Array(Strict({ path: Type.String(), why: Type.String() })),
  /** Installed versions that were taken back, and what was done about it. */
  revoked: Type.Array(
    Strict({ plugin: PluginId, version: Type.String(), reason: Type.String(), done: Type.Enum(["stopped", "said"]) }),
  ),
});
export type SourceRefresh = Static<typeof SourceRefresh>;

const SourceParams = Strict({ source: SourceId });
const Title = Type.String({ minLength: 1, maxLength: 80 });
const sourcesScreen = { screen: "/marketplace/sources" } as const;

const sourcesList = defineOperation({
  id: "listSources",
  method: "GET",
  path: "/api/v1/marketplace/sources",
  tag: "marketplace",
  summary: "List the marketplaces that plugins come from, in the order in which they are asked",
  access: everyone,
  console: sourcesScreen,
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(MarketplaceSource) }) },
});
const sourceInspect = defineOperation({
  id: "inspectSource",
  method: "POST",
  path: "/api/v1/marketplace/sources/inspect",
  tag: "marketplace",
  summary: "Read the root keys of a marketplace, so that a person can compare their fingerprint; trusts nothing",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  body: Strict({ place: SourcePlace }),
  responses: { 200: SourceRoot },
});
const sourceAdd = defineOperation({
  id: "addSource",
  method: "POST",
  path: "/api/v1/marketplace/sources",
  tag: "marketplace",
  summary: "Trust a marketplace by the fingerprint of its root keys, and read it",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  stepUp: true,
  body: Strict({
    id: SourceId,
    title: Title,
    kind: Type.Enum(sourceKinds),
    place: SourcePlace,
    /** As `inspectSource` said and the keeper of the marketplace confirmed. */
    fingerprint: Type.String({ maxLength: 120 }),
    policy: SourcePolicy,
  }),
  responses: { 201: MarketplaceSource },
});
const sourceChange = defineOperation({
  id: "changeSource",
  method: "PUT",
  path: "/api/v1/marketplace/sources/{source}",
  tag: "marketplace",
  summary: "Change a source's title, its place in the order, or how far it is trusted",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  stepUp: true,
  params: SourceParams,
  body: Strict({
    title: Title,
    precedence: Type.Integer({ minimum: 1, maximum: 100 }),
    policy: SourcePolicy,
    revision: Type.Integer(),
  }),
  responses: { 200: MarketplaceSource },
});
const sourceRemove = defineOperation({
  id: "removeSource",
  method: "DELETE",
  path: "/api/v1/marketplace/sources/{source}",
  tag: "marketplace",
  summary: "Trust a marketplace no more; what was installed from it stays and gets no updates",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  stepUp: true,
  params: SourceParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Ok },
});
const sourceRefresh = defineOperation({
  id: "refreshSource",
  method: "POST",
  path: "/api/v1/marketplace/sources/{source}/refresh",
  tag: "marketplace",
  summary: "Read a marketplace anew; each file is verified before anything of it is taken",
  access: ["administrator", "operator"],
  console: sourcesScreen,
  audit: "intent",
  params: SourceParams,
  responses: { 200: SourceRefresh },
});
const sourceCompare = defineOperation({
  id: "compareSourceTree",
  method: "POST",
  path: "/api/v1/marketplace/sources/{source}/compare",
  tag: "marketplace",
  summary: "Compare the tree of a marketplace's packages with the one that another hospital read",
  access: ["administrator", "operator"],
  console: sourcesScreen,
  audit: "denials",
  params: SourceParams,
  /** The head as the other copied it, with or without its signatures. */
  body: Strict({ checkpoint: Type.String({ minLength: 40, maxLength: 65_536 }) }),
  responses: {
    200: Strict({
      verdict: Type.Enum(treeVerdicts),
      here: Strict({ size: Type.Integer(), root: Type.String() }),
      theirs: Strict({ size: Type.Integer(), root: Type.String() }),
    }),
  },
});

export const qualityLevels = ["none", "bronze", "silver", "gold", "platinum"] as const;
export const phiClasses = ["none", "transit", "store"] as const;
export const Listing = Strict({
  plugin: PluginId,
  name: Type.String(),
  description: Type.String(),
  publisher: Type.String(),
  source: Strict({ id: SourceId, title: Type.String() }),
  /** The newest version that is offered. */
  version: Type.String(),
  publishedAt: Time,
  capabilities: Type.Array(Strict({ name: Type.Enum(capabilityNames), title: Type.String() })),
  phi: Type.Enum(phiClasses),
  license: Type.Optional(Type.String()),
  /** Computed from evidence; nobody gives it by hand. */
  quality: Type.Enum(qualityLevels),
  installed: Type.Optional(Type.String()),
  /** A newer version than the installed one. */
  update: Type.Optional(Type.String()),
  /** The update mends a weakness: it does not wait for the cooling-off. */
  security: Type.Boolean(),
  /** Why its publisher advises against it. */
  deprecated: Type.Optional(Type.String()),
});
export type Listing = Static<typeof Listing>;

const Facet = Type.Array(Strict({ value: Type.String(), title: Type.String(), count: Type.Integer() }));
export const listingSorts = ["relevance", "name", "newest", "quality"] as const;
const search = defineOperation({
  id: "searchMarketplace",
  method: "GET",
  path: "/api/v1/marketplace/listings",
  tag: "marketplace",
  summary: "Search what all sources offer, with the counts of each facet",
  access: everyone,
  console: { screen: "/marketplace" },
  audit: "denials",
  query: Strict({
    q: Type.Optional(Type.String({ maxLength: 120 })),
    capability: Type.Optional(Type.Enum(capabilityNames)),
    publisher: Type.Optional(Type.String({ maxLength: 120 })),
    source: Type.Optional(SourceId),
    license: Type.Optional(Type.String({ maxLength: 120 })),
    phi: Type.Optional(Type.Enum(phiClasses)),
    /** This level or a better one. */
    quality: Type.Optional(Type.Enum(qualityLevels)),
    state: Type.Optional(Type.Enum(["installed", "update"])),
    sort: Type.Optional(Type.Enum(listingSorts)),
    ...Page,
  }),
  responses: {
    200: Strict({
      items: Type.Array(Listing),
      next: Type.Optional(Type.String()),
      total: Type.Integer(),
      /** Each is counted under the other filters, so that choosing another value shows what it says. */
      facets: Strict({
        capability: Facet,
        publisher: Facet,
        source: Facet,
        license: Facet,
        phi: Facet,
        quality: Facet,
        state: Facet,
      }),
      /** Where nothing is found: the word that was perhaps meant. */
      suggestion: Type.Optional(Type.String()),
      /** Sources whose listings are older than a day, or whose last reading was refused. */
      behind: Type.Array(Strict({ source: SourceId, title: Type.String(), asOf: Type.Optional(Time) })),
    }),
  },
});

export const QualityCriterion = Strict({
  id: Type.String(),
  title: Type.String(),
  level: Type.Enum(["bronze", "silver", "gold", "platinum"]),
  met: Type.Boolean(),
  /** What shows it, or what is missing. */
  evidence: Type.String(),
});
export const Advisory = Strict({
  id: Type.String(),
  severity: Type.Enum(["low", "moderate", "high", "critical"]),
  component: Type.String(),
  title: Type.String(),
  fixedIn: Type.Optional(Type.String()),
});

/** Everything that a person reads before deciding; of one version, the newest unless another was asked for. */
export const ListingDetail = Strict({
  ...Listing.properties,
  digest: Digest,
  bytes: Type.Integer(),
  homepage: Type.Optional(Type.String()),
  readme: Type.Optional(Type.String()),
  versions: Type.Array(OfferedVersion),
  screenshots: Type.Array(Strict({ image: Digest, alt: Type.String() })),
  capabilityNotes: Type.Array(Strict({ title: Type.String(), plain: Type.String(), served: Type.Boolean() })),
  permissions: Type.Array(Strict({ scope: Type.String(), reason: Type.String(), plain: Type.String() })),
  hosts: Type.Array(Type.String()),
  /** Plugins that it needs, and whether they are there. */
  needs: Type.Array(
    Strict({
      plugin: Type.String(),
      range: Type.String(),
      present: Type.Optional(Type.String()),
      fits: Type.Boolean(),
    }),
  ),
  requiresHilum: Type.Optional(Type.String()),
  sbom: Strict({
    components: Type.Integer(),
    licenses: Type.Array(Strict({ license: Type.String(), count: Type.Integer() })),
    advisories: Type.Array(Advisory),
  }),
  qualityCriteria: Type.Array(QualityCriterion),
  /** Other sources that offer the same plugin. */
  others: Type.Array(Strict({ source: SourceId, title: Type.String(), version: Type.String() })),
});
export type ListingDetail = Static<typeof ListingDetail>;

const ListingQuery = { source: Type.Optional(SourceId) };
const listing = defineOperation({
  id: "getListing",
  method: "GET",
  path: "/api/v1/marketplace/listings/{plugin}",
  tag: "marketplace",
  summary: "Read what a marketplace says of a plugin: versions, rights, hosts, parts, quality and what shows it",
  access: everyone,
  console: { screen: "/marketplace/{id}" },
  audit: "denials",
  params: PluginParams,
  query: Strict({ ...ListingQuery, version: Type.Optional(Version) }),
  responses: { 200: ListingDetail },
});
const image = defineOperation({
  id: "getListingImage",
  method: "GET",
  path: "/api/v1/marketplace/listings/{plugin}/images/{image}",
  tag: "marketplace",
  summary: "Read a picture of a listing, as its publisher signed it",
  access: everyone,
  console: { screen: "/marketplace/{id}" },
  audit: "denials",
  params: Strict({ plugin: PluginId, image: Digest }),
  query: Strict(ListingQuery),
  responses: { 200: null },
  produces: "image/png",
});

/** A mirror: the files of a marketplace as one zip, to be carried to a place without internet. */
const mirrorExport = defineOperation({
  id: "exportMirror",
  method: "GET",
  path: "/api/v1/marketplace/sources/{source}/mirror",
  tag: "marketplace",
  summary: "Download a source as one file, whole and verifiable, for a site without internet",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  params: SourceParams,
  responses: { 200: null },
  produces: "application/vnd.hilum.mirror+zip",
});
const mirrorUpload = defineOperation({
  id: "uploadMirror",
  method: "POST",
  path: "/api/v1/marketplace/mirrors",
  tag: "marketplace",
  summary: "Upload a mirror; it is kept aside and trusted by nobody until a source is made of it or takes it in",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  stepUp: true,
  bodyType: "bytes",
  bodyBytesMax: 1_073_741_824,
  responses: {
    201: Strict({ mirror: Digest, bytes: Type.Integer(), files: Type.Integer(), root: SourceRoot }),
  },
});
const mirrorTake = defineOperation({
  id: "takeMirror",
  method: "POST",
  path: "/api/v1/marketplace/sources/{source}/mirror",
  tag: "marketplace",
  summary: "Let a source go on from an uploaded mirror; it must be signed by the keys that are trusted, and newer",
  access: administering,
  console: sourcesScreen,
  audit: "intent",
  stepUp: true,
  params: SourceParams,
  body: Strict({ mirror: Digest }),
  responses: { 200: SourceRefresh },
});

export const sourceOperations = [
  ...[sourcesList, sourceInspect, sourceAdd, sourceChange, sourceRemove, sourceRefresh, sourceCompare],
  ...[search, listing, image, mirrorExport, mirrorUpload, mirrorTake],
] as const;

export const marketplaceOperations = [
  ...sourceOperations,
  ...installOperations,
  ...updateOperations,
  ...safetyOperations,
] as const;
