import type { OperationId } from "@hilum/contract/api";
import { jobs, killReport, noVersions, radius, troubledVersions, updates, versions } from "./fixtures/installs.ts";
import {
  digestOf,
  installPreview,
  listingDetail,
  listings,
  noListings,
  nothingFound,
  sources,
} from "./fixtures/marketplace.ts";
import { noOwn, own, publicationPreview, submissions } from "./fixtures/publishing.ts";
import { fixed, Refusal, type Answerer } from "./scenario.ts";

const refreshed = {
  source: sources.items[0],
  ...{ added: 4, changed: 1, removed: 0 },
  skipped: [{ path: "org.harbour/", why: "The publisher’s signature has expired" }],
  revoked: [
    {
      ...{ plugin: "org.northlight.referral", version: "1.4.0", done: "stopped" },
      reason: "Its signing library lets forged replies through.",
    },
  ],
};
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
const listingFile = JSON.stringify({
  changelog: "1.1.0\nReplies arrive as documents.",
  security: true,
  manifest: {
    description: "A bridge to hospitals that still answer by fax.",
    license: "Apache-2.0",
    scopes: [{ scope: "net:https://fax.riverside.example:443", reason: "The gateway of the region." }],
  },
  sbom: { components: 6 },
  advisories: [],
});

/** What the marketplace, its installs and its publishing are answered. */
export const marketAnswers: Partial<Record<OperationId, Answerer>> = {
  searchMarketplace: ({ query }, { empty }) => (empty ? noListings : query["q"] === "fhirr" ? nothingFound : listings),
  getListing: ({ params, query }) => {
    if (params["plugin"] === "gone") throw new Refusal("listing.not_found");
    return { ...listingDetail, version: query["version"] ?? listingDetail.version };
  },
  getListingImage: () => new Uint8Array(picture),
  listSources: (_, { empty, firstRun }) => (empty || firstRun ? { items: [] } : sources),
  inspectSource: fixed(sources.items[0]?.root),
  addSource: fixed(sources.items[0]),
  changeSource: fixed(sources.items[0]),
  removeSource: fixed({ ok: true }),
  refreshSource: fixed(refreshed),
  compareSourceTree: fixed({
    verdict: "older",
    here: { size: 186, root: digestOf("d") },
    theirs: { size: 180, root: digestOf("c") },
  }),
  exportMirror: fixed({}),
  uploadMirror: fixed({ mirror: digestOf("e"), bytes: 4_211_000, files: 96, root: sources.items[0]?.root }),
  takeMirror: fixed(refreshed),
  previewInstall: (_, { empty }) => (empty ? { ...installPreview, kind: "install", blocked: [] } : installPreview),
  startInstall: fixed(jobs[0]),
  listInstalls: (_, { empty }) => ({ items: empty ? [] : jobs }),
  getInstall: ({ params }) => jobs.find(({ id }) => id === params["job"]) ?? jobs[0],
  approveInstall: fixed(jobs[3]),
  cancelInstall: fixed({ ...jobs[3], state: "cancelled", cancellable: false }),
  uploadPackage: fixed({
    ...{ digest: digestOf("6"), plugin: "org.northlight.referral", name: "Northlight e-Referral" },
    ...{ version: "1.6.0", bytes: 1_884_213 },
  }),
  getVersions: ({ params }, { empty }) =>
    empty ? noVersions : params["plugin"] === "org.hilum.smtp" ? versions : troubledVersions,
  pinPlugin: fixed(versions),
  rollBackPlugin: fixed(jobs[3]),
  forgetVersion: fixed({ ok: true }),
  listUpdates: (_, { empty }) => (empty ? { items: [] } : updates),
  startUpdates: fixed(updates.run),
  getUpdateRun: fixed(updates.run),
  getBlastRadius: fixed(radius),
  killPlugin: fixed(killReport),
  getKillReport: ({ params }) => {
    if (params["plugin"] !== "example.orthanc.documents") throw new Refusal("request.not_found");
    return { ...killReport, plugin: "example.orthanc.documents" };
  },
  liftKill: fixed({ ok: true }),
  getOwnMarketplace: (_, { empty }) => (empty ? noOwn : own),
  publishRepository: fixed(own),
  uploadPublishedFile: fixed({ digest: digestOf("c"), bytes: 1_884_213 }),
  getPublishedFile: () => new TextEncoder().encode(listingFile),
  previewPublication: fixed(publicationPreview),
  submitPublication: fixed(submissions.items[0]),
  listSubmissions: ({ query }, { empty }) => ({
    items: empty ? [] : submissions.items.filter(({ state }) => (query["state"] ?? state) === state),
  }),
  reviewSubmission: fixed(submissions.items[1]),
  withdrawSubmission: fixed(submissions.items[0]),
};
